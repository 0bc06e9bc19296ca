"""The background worker: a thread that does one thing again and again, such as settling what is due (rule T4)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from application.acting import Busy

POLL = 0.5
"""Seconds between two looks."""

_logger = logging.getLogger(__name__)


class Worker:
    """Does the work from `start()` to `stop()`. However many run, a consequence is recorded once."""

    def __init__(self, work: Callable[[], object], poll: float = POLL, name: str = "deadlines", patience: float | None = None) -> None:
        """`name` is the thread's, and what the log calls the work; its end is waited for `patience` seconds, or for ever."""
        self._do, self._poll, self._name, self._patience = work, poll, name, patience
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being done and end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(self._patience)

    def _work(self) -> None:
        while not self._stopping.wait(self._poll):
            try:
                self._do()
            except Busy:
                continue
            except Exception:
                _logger.exception("%s: could not be done; trying again", self._name)
