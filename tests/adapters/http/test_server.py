"""The production server: what it refuses by itself, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import httpx
import pytest

from adapters.http.server import CannotListen, Server
from adapters.system.settings import Settings
from tests.adapters.http.house import open_house, token

PROGRAM = """
import sys, pathlib, threading
from adapters.http.server import Server
from adapters.system.settings import Settings
from tests.adapters.http.house import open_house
tmp = pathlib.Path(sys.argv[1])
app, _ = open_house(tmp, max_request_bytes=2_000_000)
@app.get("/slow")
def slow():
    print("begun", flush=True)
    threading.Event().wait(1)
    return {"slow": True}
Server(app, Settings(port=0, max_request_bytes=2_000_000)).run()
"""


class Running(NamedTuple):
    process: subprocess.Popen[str]
    url: str
    port: int
    token: str

    @property
    def out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


@contextmanager
def started(tmp_path: Path) -> Iterator[Running]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    yield Running(process, url, int(url.rpartition(":")[2]), token(tmp_path))
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all that leave it as it is."""
    with started(tmp_path_factory.mktemp("server")) as up:
        yield up


@pytest.fixture
def ending(tmp_path: Path) -> Iterator[Running]:
    with started(tmp_path) as up:
        yield up


def raw(port: int, request: bytes) -> tuple[int, bytes, dict[str, object]]:
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, json.loads(body) if body else {}


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413, "request_too_large"),
        (b"POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 2000001\r\nExpect: 100-continue\r\n\r\n", 413, "request_too_large"),
        (b"POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "malformed"),
        (b"POST /v1/notes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
        (b"POST /v1/notes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400, "malformed"),
        (b"GET /v1/notes HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (b"NONSENSE\r\n\r\n", 400, "malformed"),
        (b"GET /v1/notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 401, "unauthenticated"),
        (b"GET /v1/%ff%fe HTTP/1.1\r\nHost: <b>\r\nConnection: close\r\n\r\n", 404, "not_found"),
    ],
)
def test_what_the_server_refuses_is_a_problem_too(running: Running, request_: bytes, status: int, code: str) -> None:
    found, head, problem = raw(running.port, request_)
    assert (found, problem["code"]) == (status, code)
    assert b"Content-Type: application/problem+json" in head
    assert b"X-Content-Type-Options: nosniff" in head
    assert b"Server:" not in head


def test_a_client_that_goes_on_sending_too_much_still_reads_why(running: Running) -> None:
    request = urllib.request.Request(running.url + "/v1/notes", data=bytes(8_000_000), headers={"Authorization": "Bearer " + running.token})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    with error.value as answer:
        assert (answer.code, json.loads(answer.read())["code"]) == (413, "request_too_large")
    chunks = (bytes(100_000) for _ in range(80))
    assert httpx.post(running.url + "/v1/notes", content=chunks).status_code == 413


def test_what_was_begun_is_finished_and_nothing_new_is_begun(ending: Running) -> None:
    idle = socket.create_connection(("127.0.0.1", ending.port))
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.get(ending.url + "/slow")))
    asking.start()
    assert ending.out.readline() == "begun\n"
    ending.process.send_signal(signal.SIGTERM)
    asking.join()
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"slow": True})]
    assert ending.process.wait(300) == 0
    idle.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(ending.url + "/healthz")


def test_an_address_in_use_is_one_clear_line(tmp_path: Path) -> None:
    app, _ = open_house(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotListen, match="is in use"):
            Server(app, Settings(port=taken.getsockname()[1]))
