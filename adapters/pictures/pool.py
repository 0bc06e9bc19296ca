"""A small pool of decoding processes: started when needed, replaced when killed, gone when the interpreter ends."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from adapters.pictures import parameters as p
from adapters.pictures.memory import PURSE
from adapters.pictures.protocol import Order, Report, receive, send

_ROOT = str(Path(__file__).resolve().parents[2])
_START_SECONDS = 20.0
_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class _Process:
    """One decoding process and the socket to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "adapters.pictures.worker", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_QUIET, "PYTHONPATH": path},
        )
        theirs.close()
        self._channel = ours
        self.used = False

    def ask(self, message: bytes, seconds: float) -> bytes:
        """Send an order and wait for the report. Raises TimeoutError, EOFError or OSError."""
        self._channel.settimeout(seconds if self.used else seconds + _START_SECONDS)
        send(self._channel, message)
        answer = receive(self._channel)
        self.used = True
        return answer

    def end(self) -> None:
        """Kill the process and reap it."""
        self._channel.close()
        self._child.kill()
        self._child.wait()


class DecodingPool:
    """Runs orders in decoding processes; may be called from any thread."""

    def __init__(self, workers: int = p.WORKERS, seconds: float = p.DECODE_SECONDS) -> None:
        """Nothing is started yet. `seconds` bounds one decode."""
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

    def run(self, order: Order, memory: int) -> Report:
        """The report of one order, once `memory` bytes are free for it.

        A process that dies or takes too long makes its picture unreadable, nothing else.
        """
        with self._lock:
            if self._pid != os.getpid():  # forked since: the parent's processes are not ours
                self._start()
            places = self._places
        message = msgspec.msgpack.encode(order)
        with places, PURSE.lend(memory):
            report = self._try(message, last=False)
            return report if report is not None else self._try(message, last=True) or Report()

    def _try(self, message: bytes, last: bool) -> Report | None:
        """One try. None where a process that had served before was found dead: it may have died idle, so try a fresh one."""
        process = self._take(fresh=last)
        try:
            report = msgspec.msgpack.decode(process.ask(message, self._seconds), type=Report)
        except TimeoutError:
            return self._lost(process, "time")
        except (EOFError, OSError, msgspec.MsgspecError):
            report = self._lost(process, "memory")
            return None if process.used and not last else report
        except BaseException:
            self._lost(process, "broken")
            raise
        self._give(process, report.tired)
        return report

    def _take(self, fresh: bool) -> _Process:
        with self._lock:
            process = self._idle.pop() if self._idle and not fresh else None
        process = process or _Process()
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

    def _lost(self, process: _Process, why: str) -> Report:
        with self._lock:
            self._busy.discard(process)
        process.end()
        return Report(flaws=(("unreadable", None, why),))

    def close(self) -> None:
        """End all processes; a later order starts new ones."""
        if self._pid != os.getpid():
            return
        with self._lock:
            idle, self._idle = self._idle, []
            busy, self._busy = set(self._busy), set()
        for process in [*idle, *busy]:
            process.end()
