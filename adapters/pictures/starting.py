"""The process of one shard, as this server starts it: where one ended with an error before it answered, the next is waited for longer."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from adapters.pictures.shard import ShardPlace, lock_of, locked

AGAIN: Final = 5.0
"""Seconds until one is started again that ended with an error before anybody reached it; twice as many each time that it does so again."""
AGAIN_AT_MOST: Final = 300.0
_READ: Final = "the index of copies is being read; it is asked again later"
_ROOT = str(Path(__file__).resolve().parents[__name__.count(".")])
_log = logging.getLogger(__name__)


class Starter:
    """Starts the process, unless somebody did. Thread-safe."""

    def __init__(self, place: ShardPlace, again: float = AGAIN) -> None:
        self._place, self._again = place, again
        self.forget()

    def forget(self) -> None:
        """Know of no process, as after a fork: the parent's is not ours, nor what its threads were about."""
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._reached, self._failed, self._ended, self._not_before = False, 0, 0, 0.0

    def reached(self) -> None:
        """Somebody answers there."""
        with self._lock:
            self._reached, self._failed, self._not_before = True, 0, 0.0

    def why(self) -> str:
        """Why nobody answers, in words for whoever asked."""
        with self._lock:
            if not self._failed:
                return _READ
            shard = f"shard {self._place.number + 1} of {self._place.of} of the index of copies"
            return f"{shard} cannot be started: its process ended with {self._ended}, and the log says why; it is tried again later"

    def waits_until(self, ends: float) -> bool:
        """Whether none is started before an instant of the monotonic clock."""
        with self._lock:
            return self._not_before >= ends

    def start(self) -> None:
        """The process holds a lock for as long as it lives, which is handed over to it here."""
        with self._lock:
            self._look_after()
            if time.monotonic() < self._not_before:
                return
            path = lock_of(self._place.address)
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if locked(lock, path):
                    self._begin(lock)
            finally:
                os.close(lock)

    def _look_after(self) -> None:
        """Say once how the process ended that was started here."""
        code = None if self._child is None else self._child.poll()
        if code is None:
            return
        self._child = None
        if code == 0:
            return
        if not self._reached:
            self._failed, self._ended = self._failed + 1, code
            self._not_before = time.monotonic() + max(self._again, min(AGAIN_AT_MOST, self._again * 2 ** min(self._failed - 1, 16)))
        again = max(0.0, self._not_before - time.monotonic())
        _log.error(
            "shard %d of %d of the index of copies: its process ended with %d; it is started again in %.0f s",
            self._place.number + 1,
            self._place.of,
            code,
            again,
        )

    def _begin(self, lock: int) -> None:
        path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
        threads = str(max(1, (os.cpu_count() or 1) // self._place.of))
        child = subprocess.Popen(
            [sys.executable, "-m", "adapters.pictures.shard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(lock,),
            start_new_session=True,  # what ends a server at a terminal is not meant for it: others may be connected
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": "1"},
        )
        assert child.stdin is not None  # a pipe was asked for
        with suppress(OSError), child.stdin as told:
            told.write(msgspec.json.encode(self._place) + b"\n")
        self._child, self._reached = child, False
