"""The follower: a thread that drives the views all the time, so that readers seldom have to.

A batch costs much the same however few events are in it. So after one that was not full the follower rests for longer than it took:
what comes meanwhile is folded together, and writers have the processor. Whoever reads folds what it needs.
"""

from __future__ import annotations

import logging
import threading
import time

from projections.dialect import ViewsBusy
from projections.runner import Views

POLL = 0.05
"""Seconds between two looks at the log's head."""

RESTS = 4
"""How many times as long as a batch took the follower rests after it."""
LONGEST = 0.25
"""Seconds that it rests at most."""

_RECOVERY = 1.0
_PAUSE = 0.02

_logger = logging.getLogger(__name__)


class Follower:
    """Drives the views from `start()` to `stop()`."""

    def __init__(self, views: Views, poll: float = POLL) -> None:
        self._views = views
        self._poll = poll
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to follow."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._follow, name="views", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and end."""
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._step())

    def _step(self) -> float:
        """Fold what there is; how long to wait before the next look. A log that ends before the views do is looked at, too."""
        began = time.monotonic()
        try:
            head = self._views.head()
            if head == self._views.reached or not self._views.drive():
                return self._poll
            return 0.0 if self._views.reached < head else min(LONGEST, RESTS * (time.monotonic() - began))
        except ViewsBusy:
            return _PAUSE
        except Exception:
            _logger.exception("the views could not be driven; trying again")
            return _RECOVERY
