"""Between the server and the application: a body is read only of those who were let in, and no thread waits for a client.

The server hands over the head of a request (ASGI). The application says on one of its threads whether it is admitted; only then
is its body read, here, and only when it is complete does a thread work on it. Answers are complete before they are sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from adapters.http.app import FAILED, HttpApp
from adapters.http.bodies import IN_MEMORY, Body, Receive
from adapters.http.problems import Problem
from adapters.system.settings import Settings

Scope = dict[str, Any]
Environ = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_ALIVE: Final = "/healthz"
_PIECE: Final = 256 * 1024
_NAMED: Final = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class CompleteAnswer(NamedTuple):
    """An answer, complete."""

    status: int
    headers: list[tuple[bytes, bytes]]
    content: IO[bytes] | bytes


class AsgiApp:
    """The application as the server calls it; `ended` is called when the server has answered all that was begun."""

    def __init__(self, app: HttpApp, settings: Settings, ended: Callable[[], None] = lambda: None) -> None:
        self._app, self._settings, self._ended = app, settings, ended
        self._threads = ThreadPoolExecutor(settings.threads, "request")
        self._pulse = ThreadPoolExecutor(1, "pulse")  # whether the server lives is answered while all others wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        environ = environ_of(scope)
        body = Body(receive, _announced(environ))
        await self._send(await self._answered(environ, body), send)
        if not body.ended and "HTTP_EXPECT" not in environ:
            await body.pass_over()

    async def _live(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        self._threads.shutdown()
        self._ended()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answered(self, environ: Environ, body: Body) -> CompleteAnswer:
        run = asyncio.get_running_loop().run_in_executor
        if _announced(environ) == 0:
            return await run(self._pulse if environ["PATH_INFO"] == _ALIVE else self._threads, self._write, environ)
        most = self._app.admit_known(environ)
        if most is None:
            most = await run(self._threads, self._app.admit, environ)
        if most:
            try:
                environ["wsgi.input"] = await body.read(most, self._settings.body_seconds)
            except (Problem, OSError) as error:
                environ[FAILED] = error
        return await run(self._threads, self._write, environ)

    def _write(self, environ: Environ) -> CompleteAnswer:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
            head[:] = [int(status[:3]), [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]]
            return head.append  # the old way to write, which nobody uses here

        pieces = self._app(environ, start_response)
        try:
            content = _complete(iter(pieces), head)
            return CompleteAnswer(head[0], head[1], content)
        finally:
            if close := getattr(pieces, "close", None):
                close()

    async def _send(self, answer: CompleteAnswer, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, (b"server", b"originals")]})
        if isinstance(answer.content, bytes):
            await send({"type": "http.response.body", "body": answer.content})
            return
        with answer.content as content, contextlib.suppress(TimeoutError):  # whoever does not read is left: what is missing is announced
            while piece := content.read(_PIECE):
                async with asyncio.timeout(self._settings.answer_seconds):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


def environ_of(scope: Scope) -> Environ:
    """The request as the application reads it (PEP 3333)."""
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add(environ: Environ, name: str, value: str) -> None:
    """Add a header; names with an underscore are left out, for they would read as others' (`X_A` as `X-A`)."""
    if "_" in name:
        return
    key = _NAMED.get(name) or "HTTP_" + name.upper().replace("-", "_")
    environ[key] = f"{environ[key]},{value}" if key in environ else value


def _announced(environ: Environ) -> int | None:
    """The length of the body; None where it is told by its end."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    return int(environ.get("CONTENT_LENGTH") or 0)


def _complete(pieces: Iterator[bytes], head: list[Any]) -> IO[bytes] | bytes:
    """The whole content: whoever sends it to a slow client holds no thread, no connection to a database and little memory."""
    first, second = next(pieces, b""), next(pieces, None)
    if second is None:
        return first
    content = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is closed by whoever sends it
    try:
        content.writelines((first, second))
        content.writelines(pieces)
    except BaseException:
        content.close()
        raise
    if all(name != b"content-length" for name, _ in head[1]):
        head[1].append((b"content-length", str(content.tell()).encode()))
    content.seek(0)
    return content
