"""A small pool of decoding processes: started when needed, replaced when killed, gone when the interpreter ends."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from adapters.pictures import limits
from adapters.pictures.hands import waiting_time
from adapters.pictures.memory import PURSE
from adapters.pictures.protocol import Order, Report, receive, send
from application.patience import ENDLESS, Patience, TooBusy

_ROOT = str(Path(__file__).resolve().parents[__name__.count(".")])
"""Where the top package lies, in the repository and in an installation alike."""
_SHORTEST = 0.001  # a timeout of 0 would mean another kind of socket
_LINGER_SECONDS = 10.0  # for a process that has hung up, and so is about to end
_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class _Process:
    """One decoding process and the socket to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "adapters.pictures.worker"],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_QUIET, "PYTHONPATH": path},
        )
        theirs.close()
        self._channel = ours
        self.used = False

    def ask(self, message: bytes, seconds: float) -> bytes:
        """Send an order and wait for the report. Raises TimeoutError, EOFError or OSError."""
        self._channel.settimeout(max(_SHORTEST, seconds))
        send(self._channel, message)
        answer = receive(self._channel)
        self.used = True
        return answer

    def end(self, linger: float = 0.0) -> int:
        """Reap the process, killed if it has not ended by itself within `linger` seconds; how it ended (a signal is negative)."""
        self._channel.close()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(linger)
        self._child.kill()
        return self._child.wait()


class DecodingPool:
    """Runs orders in decoding processes; may be called from any thread."""

    def __init__(self, workers: int = limits.WORKERS, seconds: float = limits.DECODE_SECONDS) -> None:
        """Nothing is started yet. `seconds` of its process's own time bound one decode."""
        self._workers = workers
        self._seconds = seconds
        self._lock = threading.Lock()
        self._start()
        atexit.register(self.close)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._places = threading.BoundedSemaphore(self._workers)

    def run(self, order: Order, memory: int, patience: Patience = ENDLESS) -> Report:
        """The report of one order, once `memory` bytes are free for it.

        A process that dies, or works too long, makes its picture unreadable, nothing else. Raises TooBusy where patience ends
        first: that is the machine's fault, not the picture's (rule B2).
        """
        with self._lock:
            if self._pid != os.getpid():  # forked since: the parent's processes are not ours
                self._start()
            places = self._places
        message = msgspec.msgpack.encode(msgspec.structs.replace(order, seconds=self._seconds))
        if not places.acquire(timeout=waiting_time(patience)):
            raise TooBusy("no decoding process was free in the time that a request may take")
        try:
            with PURSE.lend(memory, patience):
                report = self._try(message, patience, last=False)
                return report if report is not None else self._try(message, patience, last=True) or Report()
        finally:
            places.release()

    def _try(self, message: bytes, patience: Patience, last: bool) -> Report | None:
        """One try. None where a process that had served before was found dead: it may have died idle, so try a fresh one.

        One that ended without being killed could not do its work at all (rule B2): no picture does that.
        """
        process = self._take(fresh=last)
        try:
            report = msgspec.msgpack.decode(process.ask(message, waiting_time(patience)), type=Report)
        except TimeoutError:
            self._lost(process, linger=0.0)
            raise TooBusy("a picture was not decoded in the time that a request may take") from None
        except (EOFError, OSError, msgspec.MsgspecError):
            why = self._lost(process)
            if process.used and not last and why != "time":
                return None
            if why is None:
                raise TooBusy("a decoding process could not do its work") from None
            return Report(flaws=(("unreadable", None, why),))
        except BaseException:
            self._lost(process, linger=0.0)
            raise
        self._give(process, report.tired)
        return report

    def _take(self, fresh: bool) -> _Process:
        with self._lock:
            process = self._idle.pop() if self._idle and not fresh else None
        try:
            process = process or _Process()
        except OSError:
            raise TooBusy("no decoding process could be started") from None
        with self._lock:
            self._busy.add(process)
        return process

    def _give(self, process: _Process, tired: bool) -> None:
        with self._lock:
            self._busy.discard(process)
            if not tired:
                self._idle.append(process)
        if tired:
            process.end()

    def _lost(self, process: _Process, linger: float = _LINGER_SECONDS) -> str | None:
        """End a process; why it is lost: `time` where it had worked too long, `memory` where it was killed, None where it gave up."""
        with self._lock:
            self._busy.discard(process)
        how = process.end(linger)
        return "time" if how == -signal.SIGXCPU else "memory" if how < 0 else None

    def close(self) -> None:
        """End all processes; a later order starts new ones."""
        if self._pid != os.getpid():
            return
        with self._lock:
            idle, self._idle = self._idle, []
            busy, self._busy = set(self._busy), set()
        for process in [*idle, *busy]:
            process.end()
