"""A witness of our own, written from the specification (C2SP tlog-witness), on a loopback address; it keeps one log in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.evidence.checkpoint import Checkpoint, NoteError, PublicKey, from_base64, opened_checkpoint
from adapters.evidence.merkle import EMPTY_ROOT, verify_consistency
from tests.adapters.witnesses.signing import Pen


class LittleWitness:
    """Cosigns what continues what it saw. `silent` makes it keep whoever asks waiting, `answer` makes it answer just that."""

    def __init__(self, log: PublicKey, pen: Pen) -> None:
        self.log, self.pen = log, pen
        self.seen = Checkpoint(log.name, 0, EMPTY_ROOT)
        self.requests: list[bytes] = []
        self.silent = False
        self.answer: tuple[int, bytes] | None = None
        self.freed = threading.Event()
        self.url = ""

    def add_checkpoint(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self.requests.append(body)
        if self.silent:
            self.freed.wait(60)
        if self.answer is not None:
            return self.answer
        head, _, note = body.decode().partition("\n\n")
        old, *lines = head.split("\n")
        if note.split("\n")[0] != self.log.name:
            return 404, b""
        try:
            new = opened_checkpoint(note, self.log)
        except NoteError:
            return 403, b""
        size = int(old.removeprefix("old "))
        if size > new.size:
            return 400, b""
        if size != self.seen.size:
            return 409, b"%d\n" % self.seen.size
        if not verify_consistency(size, new.size, self.seen.root, new.root, [from_base64(line) for line in lines]):
            return 422, b""
        self.seen = new
        return 200, f"{self.pen.line(note, int(time.time()))}\n— stranger.example AAAAAAAAAAA=\n".encode()


@contextmanager
def served(witness: LittleWitness) -> Iterator[LittleWitness]:
    """The witness on an address of its own, while it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = witness.add_checkpoint(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status if self.path == "/add-checkpoint" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    witness.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield witness
    finally:
        witness.freed.set()
        server.shutdown()
        thread.join()
        server.server_close()
