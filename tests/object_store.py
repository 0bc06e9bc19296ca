"""A server that speaks S3, as a process of its own: it can be stopped, gone on with, and told to ask for credentials."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx

SERVER = """
import os, sys, threading
from moto.server import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main(["-p", sys.argv[1]])
"""
"""It ends with whoever started it."""
STARTS_WITHIN = 300
NAMED = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED")


class ObjectStore:
    """Its address and credentials are in the environment, of this process and of those that it starts."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url, self._made = f"http://127.0.0.1:{port}", 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(port)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._before = {name: os.environ.get(name) for name in NAMED}
        os.environ.update(zip(NAMED, (self.url, "key", "secret", "us-east-1", "true"), strict=True))
        last = time.monotonic() + STARTS_WITHIN
        while True:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{self.url}/moto-api/", timeout=10, trust_env=False)
                return
            assert time.monotonic() < last
            time.sleep(0.1)

    def bucket(self) -> str:
        """A new one, as a vault's URL with a prefix."""
        self._made += 1
        assert httpx.put(f"{self.url}/bucket-{self._made}", timeout=60, trust_env=False).status_code == 200
        return f"s3://bucket-{self._made}/some/where"

    def objects(self, url: str) -> set[str]:
        """The names of all objects of a bucket."""
        from s3fs import S3FileSystem

        return set(S3FileSystem(skip_instance_cache=True, use_listings_cache=False).find(url.split("/")[2]))

    def change(self, url: str, content: bytes) -> None:
        """Put other bytes in an object's place."""
        from s3fs import S3FileSystem

        S3FileSystem(skip_instance_cache=True).pipe_file(url.removeprefix("s3://"), content)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """It knows nobody's credentials."""
        self._ask_for_credentials(b"0")
        try:
            yield
        finally:
            self._ask_for_credentials(b"1e9")

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def _ask_for_credentials(self, after: bytes) -> None:
        httpx.post(
            f"{self.url}/moto-api/reset-auth", content=after, headers={"Content-Type": "text/plain"}, timeout=60, trust_env=False
        ).raise_for_status()


class Lies(dict[str, bytes]):
    """What lies on a store, and how many are connected to it."""

    connected = 0


@contextmanager
def plain_store(status: int, code: str) -> Iterator[tuple[str, Lies]]:
    """Where it answers, and what lies there: a store that answers every condition by an error, and takes nothing away.

    Who asked it stays connected.
    """
    lies, lock = Lies(), threading.Lock()

    def count(more: int) -> None:
        with lock:
            lies.connected += more

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            count(1)
            super().setup()

        def finish(self) -> None:
            super().finish()
            count(-1)

        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if "If-None-Match" in self.headers:
                self.say(status, f"<Error><Code>{code}</Code></Error>".encode())
            else:
                lies[self.path.removeprefix("/plain/")] = content
                self.say(200, b"")

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            name = asked.path.removeprefix("/plain/")
            if "list-type" in asked.query:
                found = [key for key in sorted(lies) if key.startswith(parse_qs(asked.query).get("prefix", [""])[0])]
                listed = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in found)
                self.say(200, f"<ListBucketResult>{listed}</ListBucketResult>".encode())
            elif name in lies:
                self.say(200, lies[name])
            else:
                self.say(404, b"<Error><Code>NoSuchKey</Code></Error>")

        def say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: what it is asked is not told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", lies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
