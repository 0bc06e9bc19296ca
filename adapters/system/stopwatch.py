"""How much of the time that a request may take is left, by the machine's monotonic time: the clock of cases may stand still."""

from __future__ import annotations

import time
from collections.abc import Callable


class Stopwatch:
    """Fulfils `application.patience.Patience`: runs from its making on."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        """`seconds` are there to begin with."""
        self._now = now
        self._ends = now() + seconds

    def left(self) -> float:
        """Seconds left, negative once they are over."""
        return self._ends - self._now()
