"""The production server: granian, whose processes share one socket, each with an application of its own; and how they end."""

from __future__ import annotations

import contextlib
import errno
import gc
import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, TextIO

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server import MPServer

from adapters.http.asgi import AsgiApp
from adapters.http.logs import log_event
from adapters.http.metrics import SHARED_FOLDER
from adapters.pictures.heaps import keep_freed
from adapters.system.settings import Settings

_BACKLOG: Final = 1024
_CONNECTIONS: Final = 8192
"""Connections a process holds at once: idle ones and slow ones cost little and end by themselves."""
_MAX_HEAD_BYTES: Final = 64 * 1024
_FORK: Final = multiprocessing.get_context("fork")
_LOGGED_WITH_OURS: Final = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}


class CannotListen(Exception):
    """The address cannot be bound: one clear line."""


class Server:
    """A bound server. `run` serves until a signal, then finishes what was begun and returns."""

    def __init__(self, make: Callable[[], AsgiApp], settings: Settings, workers: int | None = None) -> None:
        """`make` makes the application, in each of the processes."""
        self._make, self._settings = make, settings
        self._socket = _listening(settings)
        self._workers = settings.workers if workers is None else workers

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def run(self, announce: TextIO | None = sys.stdout) -> None:
        """Serve. The signals TERM and INT end it. To be called in a main thread. Raises SystemExit where no process stays alive."""
        if announce is not None:
            print(self.url, file=announce, flush=True)
        _many_files()
        keep_freed()  # before there are threads with heaps of their own
        multiprocessing.set_start_method("fork", force=True)  # the socket and what makes the application are handed on as they are
        settings = self._settings
        processes = _Processes(
            self._socket,
            workers=self._workers,
            backpressure=_CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=settings.head_seconds * 1000, max_buffer_size=_MAX_HEAD_BYTES),
            workers_kill_timeout=settings.grace_seconds,
        )
        with tempfile.TemporaryDirectory(prefix="originals-figures-", dir=_in_memory()) as folder:
            os.environ[SHARED_FOLDER] = folder
            processes.serve(target_loader=self._begin_process, wrap_loader=False)
        log_event("server stopped")

    def _begin_process(self) -> AsgiApp:
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, signal.SIG_DFL)  # until the server has its own: whoever is not ready yet has nothing to finish
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
        app = self._make()
        gc.freeze()  # what is there now stays for as long as the process: nobody has to look through it again and again
        return app


class _Processes(MPServer):
    """Processes that take their connections from one socket that is bound already: whoever is free takes the next one."""

    def __init__(self, listening: socket.socket, **options: Any) -> None:
        self._listening = listening
        super().__init__(
            "originals",
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            websockets=False,
            respawn_failed_workers=True,
            log_level=LogLevels.warning,
            log_dictconfig=_LOGGED_WITH_OURS,
            **options,
        )

    def _init_shared_socket(self) -> None:
        self._sso: socket.socket | None = self._listening
        self._shd = SocketHolder(self._listening.fileno(), False, _BACKLOG)  # type: ignore[call-arg,assignment]

    def _stop_workers(self) -> None:
        """As granian's, which asks whether a process has ended while a thread of its own has heard it and not yet said so: on a busy
        machine it then says that it killed a process which had ended well, and sends a signal to whoever has its number by now.
        """
        for worker in self.wrks:
            worker.interrupt_by_parent = True
        processes: list[BaseProcess] = [worker.inner for worker in self.wrks]
        for process in processes:
            process.terminate()
        there, ends = {process.sentinel for process in processes}, time.monotonic() + (self.workers_kill_timeout or 0)
        while there and (ended := connection.wait(there, max(0.0, ends - time.monotonic()))):
            there.difference_update(ended)
        for process in processes:
            if process.sentinel in there:
                log_event("a process did not end in time and is killed", logging.WARNING, process=process.pid)
                process.kill()
            process.join()
        self.wrks.clear()


def _listening(settings: Settings) -> socket.socket:
    """The socket. A client that reads nothing is cut off by the kernel, for only the kernel sees it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be bound: {error.strerror}"
        raise CannotListen(f"{settings.host}:{settings.port} {why}") from None
    listening.setblocking(False)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, settings.answer_seconds * 1000)
    return listening


def _in_memory() -> Path | None:
    """Where the figures of all processes lie, as files that each maps into its memory: on a disk that is full, to write there would end
    the process at once."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else None


def _many_files() -> None:
    """As many open files as this user may have: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _end_with_parent() -> None:
    """End at once where the parent was killed: it would hold the address, and nobody would end it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def running(server: Server) -> Iterator[BaseProcess]:
    """The server as a process of its own, for as long as the block lasts."""
    process = _FORK.Process(target=server.run, args=(None,), name="server")
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join()
