"""A clock that stands still until it is moved, beside the real one (rule T2)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime


class ClockBackwards(ValueError):
    """A clock was to be moved to an instant before the one it shows."""

    def __init__(self, shows: datetime, asked: datetime) -> None:
        super().__init__(f"the clock shows {shows.isoformat()} and cannot go back to {asked.isoformat()}")
        self.shows, self.asked = shows, asked


class SimulatedClock:
    """Shows the instant it was set to. One for all threads of a process; several processes do not share it."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._now = _in_utc(start)

    def now(self) -> datetime:
        return self._now

    def doubtful(self) -> bool:
        """It shows what it was told to."""
        return False

    def move(self, now: datetime) -> None:
        """Move on to an instant, or stay. Raises ClockBackwards, ValueError for an instant without an offset."""
        now = _in_utc(now)
        with self._lock:
            if now < self._now:
                raise ClockBackwards(self._now, now)
            self._now = now


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(UTC)
