"""The background worker: a thread that does one thing again and again, such as settling what is due (rule T4)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from adapters.vault.contract import VaultAway
from application.acting import Busy
from application.settle_due import Settling

POLL = 0.5
"""Seconds between two looks."""

AWAY = 5.0
"""Seconds to leave a store of pictures alone that could not be asked."""

_logger = logging.getLogger(__name__)


def windows_first(settling: Settling) -> None:
    """Settle what is due, and search for sightings only then: a store of pictures that is away holds up no window (rule T4)."""
    settling.everything_due(seeking=False)
    settling.everything_due()


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
            except VaultAway as why:
                _logger.warning("%s: %s; trying again", self._name, why)
                self._stopping.wait(AWAY)
            except Exception:
                _logger.exception("%s: could not be done; trying again", self._name)
