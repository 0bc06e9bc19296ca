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
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import httpx
import pytest

from adapters.http.asgi import AsgiApp
from adapters.http.server import CannotListen, Server
from adapters.system.settings import Settings
from tests.adapters.http.house import open_house, token

# Without garbage collection, so that what holds a connection open for as long as nobody collects garbage shows each time.
PROGRAM = """
import gc, sys, pathlib, threading
gc.disable()
from adapters.http.asgi import AsgiApp
from adapters.http.server import Server
from adapters.system.settings import Settings
from tests.adapters.http.house import open_house
tmp = pathlib.Path(sys.argv[1])
settings = Settings(port=0, workers=2, threads=2, max_request_bytes=2_000_000, head_seconds=2, body_seconds=1, answer_seconds=2)
def make():
    app, _ = open_house(tmp, max_request_bytes=2_000_000)
    @app.get("/slow")
    def slow():
        print("begun", flush=True)
        threading.Event().wait(1)
        return {"slow": True}
    @app.get("/large")
    def large():
        return app.response_class(bytes(1_000_000) for _ in range(40))
    return AsgiApp(app, settings)
Server(make, settings).run()
"""


class Running(NamedTuple):
    process: subprocess.Popen[str]
    url: str
    port: int
    folder: Path

    @property
    def token(self) -> str:
        return token(self.folder)

    @property
    def out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


@contextmanager
def started(tmp_path: Path) -> Iterator[Running]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    yield Running(process, url, int(url.rpartition(":")[2]), tmp_path)
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


def raw(port: int, request: bytes, until_closed: bool = False) -> tuple[int, bytes, dict[str, object]]:
    """Status, head and document of what is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as answer:
            lines = list(iter(answer.readline, b"\r\n"))
            length = next((int(line.split()[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
            body = answer.read(length)
            assert not until_closed or answer.read() == b""
    return int(lines[0].split()[1]), b"".join(lines), json.loads(body) if body else {}


def post(token: str, path: str, length: str, kind: str = "application/json") -> bytes:
    who = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{who}Content-Type: {kind}\r\n{length}\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("who", "path", "length", "kind", "status", "code"),
    [
        ("", "/v1/notes", "Content-Length: 99999999999", "application/json", 401, "unauthenticated"),
        ("admin", "/v1/notes", "Content-Length: 99999999999", "application/json", 403, "forbidden"),
        ("merchant", "/v1/notes", "Content-Length: 1048577", "text/plain", 413, "request_too_large"),
        ("merchant", "/v1/notes", "Content-Length: 1048577\r\nExpect: 100-continue", "application/json", 413, "request_too_large"),
        ("merchant", "/v1/notes", "Content-Length: 10", "text/plain", 415, "unsupported_media_type"),
        ("merchant", "/v1/boxes/a/files", "Content-Length: 2000001", "multipart/form-data; boundary=x", 413, "request_too_large"),
        ("merchant", "/v1/boxes/a/files", "Content-Length: 10", "application/json", 415, "unsupported_media_type"),
        ("merchant", "/v1/none", "Content-Length: 10", "application/json", 404, "not_found"),
    ],
)
def test_the_head_alone_decides_who_comes_in_and_with_how_much(
    running: Running, who: str, path: str, length: str, kind: str, status: int, code: str
) -> None:
    shown = token(running.folder, who) if who else ""
    found, head, problem = raw(running.port, post(shown, path, length, kind))
    assert (found, problem["code"]) == (status, code)
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400, "malformed"),
        (b"Content-Length: 12\r\n\r\n{", 408, "request_timeout"),
        (b"Content-Length: 12\r\n\r\n" + b'{"words":"a"}', 201, None),
    ],
)
def test_a_body_comes_whole_and_in_time(running: Running, body: bytes, status: int, code: str | None) -> None:
    head = post(running.token, "/v1/notes", "X: x").removesuffix(b"\r\n") + body
    found, _, answer = raw(running.port, head.replace(b"Content-Length: 12", b"Content-Length: %d" % (12 if status != 201 else 13)))
    assert (found, answer.get("code")) == (status, code)


def test_whoever_sent_too_slowly_is_left_for_good(running: Running) -> None:
    """Told why, and then their connection ends: what the server remembers of a refused request must not hold it."""
    slow = post(running.token, "/v1/notes", "Content-Length: 12") + b"{"
    with ThreadPoolExecutor(48) as clients:
        assert {answer[0] for answer in clients.map(lambda _: raw(running.port, slow, until_closed=True), range(48))} == {408}


def test_what_is_no_request_is_refused(running: Running) -> None:
    for request, status in ((b"NONSENSE\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nX: " + b"a" * 400_000 + b"\r\n\r\n", 431)):
        assert raw(running.port, request)[0] == status
    assert raw(running.port, b"GET /v1/%ff%fe HTTP/1.1\r\nHost: <b>\r\nConnection: close\r\n\r\n")[0] == 404


def test_a_client_that_goes_on_sending_too_much_still_reads_why(running: Running) -> None:
    request = urllib.request.Request(running.url + "/v1/notes", data=bytes(8_000_000), headers={"Authorization": "Bearer " + running.token})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    with error.value as answer:
        assert (answer.code, json.loads(answer.read())["code"]) == (413, "request_too_large")
    chunks = (bytes(100_000) for _ in range(80))
    kind = {"Authorization": "Bearer " + running.token, "Content-Type": "application/json"}
    assert httpx.post(running.url + "/v1/notes", content=chunks, headers=kind).status_code == 413


def test_clients_that_never_send_or_never_read_hold_nobody_up(running: Running) -> None:
    def unread() -> socket.socket:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", running.port))
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        return connection

    never = [unread() for _ in range(8)]
    half = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(100)]
    for connection in half:
        connection.sendall(b"GET /v1/notes HTTP/1.1\r\nHo")
    shown = {"Authorization": "Bearer " + running.token}
    assert httpx.get(running.url + "/v1/notes", headers=shown, timeout=60).status_code == 200
    for connection in half:
        connection.settimeout(60)
        assert connection.recv(1) == b""  # the server has closed it
        connection.close()
    assert httpx.get(running.url + "/large", timeout=60).headers["Content-Length"] == "40000000"
    for connection in never:
        connection.close()


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
            Server(lambda: AsgiApp(app, Settings()), Settings(port=taken.getsockname()[1]))
