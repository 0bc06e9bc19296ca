"""A time-stamping authority on this machine: `openssl ts`, with a root and a certificate of its own."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters.evidence.checkpoint import parted
from adapters.system.exchange import ServiceReply

CONFIG = """[ req ]
distinguished_name = name
[ name ]
CN = {name}
[ root_ext ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[ time_ext ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ tsa ]
default_tsa = one
[ one ]
serial = serial
signer_cert = time.pem
certs = {chain}
signer_key = time.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = {ess}
"""
KEYS = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["-newkey", "rsa:2048"]}


class OpensslAuthority:
    """Its keys and certificates are in a folder; `ess` is the digest by which its tokens name its certificate."""

    def __init__(self, folder: Path, name: str = "Time Authority", kind: str = "ec", ess: str = "sha256", chain: str = "time.pem") -> None:
        if shutil.which("openssl") is None:
            pytest.skip("no openssl on this machine, which is the authority here")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.url = folder, "http://time.example/tsa"
        (folder / "ts.cnf").write_text(CONFIG.format(name=name, ess=ess, chain=chain))
        (folder / "serial").write_text("01\n")
        new = ["req", *KEYS[kind], "-nodes", "-config", "ts.cnf"]
        self._run(
            *new, "-x509", "-subj", f"/CN={name} Root", "-keyout", "root.key", "-out", "root.pem", "-days", "30", "-extensions", "root_ext"
        )
        self._run(*new, "-subj", f"/CN={name}", "-keyout", "time.key", "-out", "time.csr")
        signing = [
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-days",
            "30",
            "-extfile",
            "ts.cnf",
            "-extensions",
            "time_ext",
        ]
        self._run("x509", "-req", "-in", "time.csr", "-out", "time.pem", *signing)
        self.asked = 0

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=300)

    @property
    def file(self) -> Path:
        """What an operator names: the address and the certificates."""
        path = self.folder / "authority"
        path.write_text(
            f"# where it is asked\n{self.url}\n{(self.folder / 'time.pem').read_text()}{(self.folder / 'root.pem').read_text()}"
        )
        return path

    def reply(self, query: bytes) -> bytes:
        """The reply to a query, as the authority gives it."""
        self.asked += 1
        (self.folder / "query").write_bytes(query)
        self._run("ts", "-reply", "-queryfile", "query", "-config", "ts.cnf", "-section", "one", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def send(self, url: str, content_type: str, body: bytes) -> ServiceReply:
        """What a POST to its address is answered."""
        assert (url, content_type) == (self.url, "application/timestamp-query")
        return ServiceReply(200, self.reply(body))

    @contextmanager
    def served(self) -> Iterator[None]:
        """It answers on a loopback address of its own, while it is needed."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def verifies(self, token: bytes, note: str) -> bool:
        """Whether `openssl ts` itself verifies a token over a checkpoint's text."""
        (self.folder / "token").write_bytes(token)
        (self.folder / "text").write_text(parted(note)[0])
        chain = ["-CAfile", "root.pem", "-untrusted", "time.pem"]
        command = ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "text", *chain]
        return subprocess.run(command, cwd=self.folder, check=False, capture_output=True, timeout=300).returncode == 0
