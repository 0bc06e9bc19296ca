"""The two clocks: the system's, and one that stands still until it is moved (rule T2)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(UTC)


class ClockBackwards(ValueError):
    """A clock was to be moved to an instant before the one it shows."""

    def __init__(self, shows: datetime, asked: datetime) -> None:
        super().__init__(f"the clock shows {shows.isoformat()} and cannot go back to {asked.isoformat()}")
        self.shows, self.asked = shows, asked


class SystemClock:
    """The machine's time in UTC, never earlier than it was, nor than `not_before` (what the store recorded last)."""

    def __init__(self, not_before: datetime | None = None, reads: Callable[[], datetime] = _system_time) -> None:
        self._lock = threading.Lock()
        self._reads = reads
        self._last = not_before or reads()

    def now(self) -> datetime:
        reading = self._reads()
        with self._lock:
            if reading > self._last:
                self._last = reading
            return self._last


class SimulatedClock:
    """Shows the instant it was set to. One for all threads of a process; several processes do not share it."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._now = _in_utc(start)

    def now(self) -> datetime:
        return self._now

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
