"""Eight (or N) clients in one thread, each with a connection that stays open: cheap, so that what is measured is the server."""

from __future__ import annotations

import json
import re
import selectors
import socket
import time
from collections import defaultdict
from collections.abc import Generator, Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STATUS: Final = re.compile(rb"HTTP/1\.1 (\d{3})")


class Request(NamedTuple):
    """What is asked, by whom; `kind` names it in the figures."""

    kind: str
    method: str
    path: str
    token: str = ""
    body: bytes = b""
    media_type: str = "application/json"

    def encoded(self) -> bytes:
        """As it is sent."""
        head = [f"{self.method} {self.path} HTTP/1.1", "Host: bench", "Accept: */*"]
        head += [f"Authorization: Bearer {self.token}"] if self.token else []
        head += [f"Content-Type: {self.media_type}", f"Content-Length: {len(self.body)}"] if self.body else []
        return "\r\n".join([*head, "", ""]).encode() + self.body


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


Client = Generator[Request, Answer, None]
"""Asks one thing after another, each when the one before is answered."""


class Asked(NamedTuple):
    """Seconds from first to last, and those of each answer by kind."""

    seconds: float
    times: dict[str, list[float]]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(map(len, self.times.values())) / self.seconds


class _Connection:
    """One client's connection, and what has come of the answer it waits for."""

    def __init__(self, url: str, client: Client) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client, self._came = client, b""
        self.asked: Request | None = None
        self.began = 0.0

    def ask(self, answer: Answer | None = None) -> bool:
        """Send the next request; False where there is none."""
        try:
            self.asked = self._client.send(answer) if answer is not None else next(self._client)
        except StopIteration:
            self.socket.close()
            return False
        self.began = time.perf_counter()
        self.socket.sendall(self.asked.encoded())
        return True

    def came(self) -> Answer | None:
        """Read what is there; the answer, where it is complete."""
        piece = self.socket.recv(1 << 20)
        assert piece, f"the server ended the connection: {self.asked}"
        self._came += piece
        head, ended, body = self._came.partition(b"\r\n\r\n")
        if not ended:
            return None
        status, length = _STATUS.match(head), _LENGTH.search(head)
        assert status is not None
        if len(body) < (int(length[1]) if length else 0):
            return None
        self._came = b""
        return Answer(int(status[1]), body)


def ask_all(url: str, clients: Iterable[Client]) -> Asked:
    """All clients at once, until each has asked what it had to ask. Any answer but 2xx raises AssertionError."""
    times: dict[str, list[float]] = defaultdict(list)
    began = time.perf_counter()
    with selectors.DefaultSelector() as ready:
        waiting = [connection for client in clients if (connection := _Connection(url, client)).ask()]
        for connection in waiting:
            ready.register(connection.socket, selectors.EVENT_READ, connection)
        left = len(waiting)
        while left:
            for key, _ in ready.select():
                connection = key.data
                if (answer := connection.came()) is None:
                    continue
                asked = connection.asked
                times[asked.kind].append(time.perf_counter() - connection.began)
                assert answer.status < 300, (asked, answer)
                ready.unregister(connection.socket)
                if connection.ask(answer):
                    ready.register(connection.socket, selectors.EVENT_READ, connection)
                else:
                    left -= 1
    return Asked(time.perf_counter() - began, times)
