"""The background worker: it does nothing but settle what is due (rule T4), and search for sightings (rule F2)."""

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

    def __init__(self, work: Callable[[], object], poll: float = POLL) -> None:
        self._do, self._poll = work, poll
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name="deadlines", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being settled and end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(self._poll):
            try:
                self._do()
            except Busy:
                continue
            except Exception:
                _logger.exception("what is due could not be settled; trying again")
