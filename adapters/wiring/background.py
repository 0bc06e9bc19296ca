"""What goes on beside the requests, in one process of a server at a time."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

POLL: Final = 0.5
"""Seconds between two looks whether it is free."""
FILE: Final = "background.lock"


class BackgroundTask(Protocol):
    """Something that goes on from `start()` to `stop()`."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """Finish what is at hand and end."""
        ...


class Background:
    """The jobs of a store: whichever process holds the lock of the file does them; where it dies, the system frees the lock for another."""

    def __init__(self, folder: Path, jobs: Sequence[BackgroundTask]) -> None:
        self._file, self._jobs = folder / FILE, jobs
        self._ending = threading.Event()
        self._waiting = threading.Thread(target=self._wait, name="background", daemon=True)
        self._lock: int | None = None

    def start(self) -> None:
        """Take the jobs as soon as they are free."""
        if not self._took():
            self._waiting.start()

    def stop(self) -> bool:
        """End them where they are this process's; whether they were."""
        self._ending.set()
        if self._waiting.is_alive():
            self._waiting.join()
        if self._lock is None:
            return False
        for job in self._jobs:
            job.stop()
        return True

    def free(self) -> None:
        """Let another process take them."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _wait(self) -> None:
        while not self._ending.wait(POLL) and not self._took():
            pass

    def _took(self) -> bool:
        lock = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        for job in self._jobs:
            job.start()
        return True
