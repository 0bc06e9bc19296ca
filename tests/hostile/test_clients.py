"""Clients that send or read slowly, many at once: an honest one is served beside them, from their own address."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import Place
from tests.contract.serving import Served

NEVER_READING, HALF_HEADS, GREEDY = 8, 1050, 50


def resident(process: int) -> int:
    """Bytes of memory of a process and of those that it started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    own = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return own + sum(resident(int(child)) for child in children)


@pytest.mark.slow
def test_an_honest_client_is_served_beside_many_that_are_not(place: Place) -> None:
    with Served(*place, start=None, more={"ORIGINALS_WORKERS": "2"}) as server, server.as_("ophelia") as honest:
        assert server.process is not None
        port = int(server.url.rpartition(":")[2])

        def took() -> float:
            began = time.monotonic()
            assert honest.get("/folders").status_code == 200
            return time.monotonic() - began

        def connected(head: bytes) -> socket.socket:
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            connection.sendall(head)
            return connection

        normal, idle = sorted(took() for _ in range(5))[2], resident(server.process.pid)
        never = [connected(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 20) for _ in range(NEVER_READING)]
        half = [connected(b"GET /v1/folders HTTP/1.1\r\nHo") for _ in range(HALF_HEADS)]
        heading = b"POST /v1/folders/a/pictures HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        greedy = [connected(heading + b"Content-Length: 60000000\r\n\r\n" + bytes(1000)) for _ in range(GREEDY)]
        assert min(took() for _ in range(5)) < normal + 2
        assert all(connection.recv(12) == b"HTTP/1.1 401" for connection in greedy)
        assert resident(server.process.pid) < idle + 150 * 1024 * 1024
        assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200
        for connection in (*never, *half, *greedy):
            connection.close()
