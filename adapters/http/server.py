"""The production server: waitress with problem documents for what it refuses itself, and an end that finishes what was begun."""

from __future__ import annotations

import errno
import signal
import socket
import sys
import time
import uuid
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, TextIO

from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]
from waitress.task import ErrorTask  # type: ignore[import-untyped]

from adapters.http.headers import ALWAYS
from adapters.http.logs import log_event
from adapters.http.problems import MEDIA_TYPE, Problem
from adapters.system.settings import Settings

GRACE_SECONDS: Final = 4.0
"""How long the end waits for requests that have begun."""
_LINGER_SECONDS: Final = 5.0
_MAX_HEADER_BYTES: Final = 32 * 1024
_CODES: Final = {400: "malformed", 413: "request_too_large", 431: "headers_too_large", 500: "internal", 501: "not_implemented"}


class CannotListen(Exception):
    """The address cannot be bound: one clear line."""


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    """What the server refuses before the application is asked is a problem document too."""

    def execute(self) -> None:
        request_id = str(uuid.uuid4())
        problem = Problem(_CODES.get(self.request.error.code, "malformed"))
        body = problem.body(request_id)
        self.status = f"{self.request.error.code} {self.request.error.reason}"
        self.response_headers += [("Content-Type", MEDIA_TYPE), ("X-Request-Id", request_id), *ALWAYS.items()]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if self.request.command == "HEAD" else body)
        log_event("request refused by the server", request_id=request_id, status=problem.status, code=problem.code)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """A request that is refused by its headers is not invited to send its body."""

    command = ""

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.error is not None:
            self.expect_continue = False
        return consumed


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection. After a refusal what still arrives is read and thrown away for a while: a client that is still sending would
    otherwise be reset before it has read the answer. When the server ends, no further request is read."""

    error_task_class = _ProblemTask
    parser_class = _Parser
    _refused = False
    _lingers_until: float | None = None

    def service(self) -> None:
        self._refused = self.requests[0].error is not None
        super().service()

    def handle_write(self) -> None:
        if not self._refused or not self.close_when_flushed or self.will_close:
            super().handle_write()
            return
        if self.total_outbufs_len:
            self._flush_exception(self._flush_some)
        if not self.total_outbufs_len:
            self._linger()

    def _linger(self) -> None:
        self.close_when_flushed = False
        self._lingers_until = time.monotonic() + _LINGER_SECONDS
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.will_close = True

    def writable(self) -> bool:
        if self._lingers_until is None:
            return bool(super().writable())
        self.will_close = self.will_close or time.monotonic() >= self._lingers_until
        return bool(self.will_close)

    def readable(self) -> bool:
        if self._lingers_until is not None:
            return not self.will_close
        return bool(super().readable()) and (self.request is not None or not getattr(self.server, "ending", False))

    def handle_read(self) -> None:
        super().handle_read()
        if self._lingers_until is not None and not self.connected:
            self.will_close = True

    def received(self, data: bytes) -> bool:
        return True if self._lingers_until is not None else bool(super().received(data))

    @property
    def busy(self) -> bool:
        """Whether a request has begun that is not answered yet."""
        return bool(self.requests or self.total_outbufs_len or (self.request is not None and self._lingers_until is None))


class Server:
    """A bound server. `run` serves until a signal or `stop`, then finishes what was begun and returns."""

    def __init__(self, app: Callable[..., Any], settings: Settings) -> None:
        self._map: dict[int, Any] = {}
        self._stopping = False
        try:
            self._server = create_server(
                app,
                map=self._map,
                host=settings.host,
                port=settings.port,
                threads=settings.threads,
                ident=None,
                max_request_body_size=settings.max_request_bytes + 1,
                max_request_header_size=_MAX_HEADER_BYTES,
                connection_limit=1000,
                backlog=1024,
                asyncore_use_poll=True,
                clear_untrusted_proxy_headers=True,
            )
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be bound: {error.strerror}"
            raise CannotListen(f"{settings.host}:{settings.port} {why}") from None
        except ValueError:
            raise CannotListen(f"{settings.host} is no address of this machine") from None
        self._server.channel_class = _Channel

    @property
    def url(self) -> str:
        """Where it listens."""
        host = self._server.effective_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.effective_port}"

    def stop(self) -> None:
        """Ask it to end; safe from a signal handler and from another thread."""
        self._stopping = True
        self._server.pull_trigger()

    def run(self, announce: TextIO | None = sys.stdout) -> None:
        """Serve. The signals TERM and INT end it where this is the main thread."""
        restore = _on_signals(self.stop)
        try:
            if announce is not None:
                print(self.url, file=announce, flush=True)
            while not self._stopping:
                wasyncore.loop(timeout=1, map=self._map, use_poll=True, count=1)
            self._finish()
        finally:
            restore()

    def _finish(self) -> None:
        server, ends = self._server, time.monotonic() + GRACE_SECONDS
        server.ending, server.accepting = True, False
        server.del_channel()
        server.socket.close()
        while time.monotonic() < ends and any(channel.busy for channel in list(server.active_channels.values())):
            wasyncore.loop(timeout=0.05, map=self._map, use_poll=True, count=1)
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.task_dispatcher.shutdown(timeout=max(0.2, ends - time.monotonic()))
        server.trigger.close()
        log_event("server stopped")


def _on_signals(stop: Callable[[], None]) -> Callable[[], None]:
    """Let TERM and INT call `stop`; returns what puts the former handlers back."""

    def handler(number: int, frame: FrameType | None) -> None:
        stop()

    try:
        before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    except ValueError:  # not the main thread: whoever started it calls `stop`
        return lambda: None

    def restore() -> None:
        for number, previous in before.items():
            signal.signal(number, previous)

    return restore
