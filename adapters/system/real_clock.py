"""The real clock, which is doubted where it runs ahead of what else tells the time (contract, conventions).

A clock that jumps ahead ends windows for good, and nothing that is recorded is ever taken back. So it is compared with the time
that has passed since the start by the monotonic clock, which nobody can set, and with the database's clock where there is one.
While it is doubted it shows the last reading that was trusted. A clock that was set back does no harm: it shows nothing earlier.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

TOLERANCE: Final = timedelta(seconds=60)
SAMPLED_EVERY: Final = 10.0
"""Seconds for which the database's time goes on by the monotonic clock before it is asked again."""
TRIED_AGAIN: Final = 1.0
"""Seconds after which a database that did not answer is asked again."""

_logger = logging.getLogger(__name__)


def _system_time() -> datetime:
    return datetime.now(UTC)


def passed() -> float:
    """Seconds since the machine was started; those in which it slept too, where the system counts them."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Sources(NamedTuple):
    """What tells the time: the machine's clock, the seconds that pass, the database's clock (if there is one), and how often an
    operator has confirmed the time."""

    machine: Callable[[], datetime] = _system_time
    passed: Callable[[], float] = passed
    database: Callable[[], datetime] | None = None
    confirmations: Callable[[], int] = lambda: 0


class _Anchor(NamedTuple):
    """A reading that is trusted, when it was taken, and how far the machine was ahead of the database then."""

    reading: datetime
    at: float
    ahead: timedelta


class SystemClock:
    """The time in UTC, never earlier than it was, nor than `not_before` (what the store recorded last).

    With a database it is the database's time, so that all servers agree; else the machine's.
    """

    def __init__(self, not_before: datetime | None = None, sources: Sources | None = None, tolerance: timedelta = TOLERANCE) -> None:
        self._sources = sources or Sources()
        self._tolerance = tolerance
        self._lock = threading.Lock()
        self._sampling = threading.Lock()
        self._offset: timedelta | None = None
        self._sampled_at = float("-inf")
        self._confirmed = self._sources.confirmations()
        self._doubtful = False
        at, shown, machine = self._read()
        self._anchor = _Anchor(shown, at, timedelta(0))
        self._last = not_before or shown
        self._judge(at, shown, machine)

    def now(self) -> datetime:
        at, shown, machine = self._read()
        with self._lock:
            if not self._judge(at, shown, machine) and shown > self._last:
                self._last = shown
            return self._last

    def doubtful(self) -> bool:
        """Whether it is not to be acted by, until it agrees again or an operator has confirmed it."""
        at, shown, machine = self._read()
        with self._lock:
            return self._judge(at, shown, machine)

    def _read(self) -> tuple[float, datetime, datetime]:
        """The seconds that have passed, the time by the best clock there is, and by the machine's."""
        if self._sources.database is not None:
            self._sample(self._sources.database)
        at, machine = self._sources.passed(), self._sources.machine()
        return at, machine if self._offset is None else _EPOCH + self._offset + timedelta(seconds=at), machine

    def _sample(self, database: Callable[[], datetime]) -> None:
        """Ask the database when it is time to; whoever finds another asking goes on with what is known."""
        if self._sources.passed() - self._sampled_at < SAMPLED_EVERY or not self._sampling.acquire(blocking=self._offset is None):
            return
        try:
            before = self._sources.passed()
            told = database()
            after = self._sources.passed()
            self._offset = told - _EPOCH - timedelta(seconds=(before + after) / 2)
            self._sampled_at = after
        except Exception:
            if self._offset is None:
                raise
            self._sampled_at = self._sources.passed() - SAMPLED_EVERY + TRIED_AGAIN  # the last sample goes on meanwhile
        finally:
            self._sampling.release()

    def _judge(self, at: float, shown: datetime, machine: datetime) -> bool:
        """Whether the reading is to be doubted; the lock is held, or nobody else is there yet."""
        anchor = self._anchor
        ahead_of_time = shown - anchor.reading - timedelta(seconds=at - anchor.at)
        ahead_of_database = machine - shown - anchor.ahead
        doubtful = max(ahead_of_time, ahead_of_database) > self._tolerance
        if doubtful and self._confirmed_since():
            self._anchor = _Anchor(shown, at, machine - shown)
            doubtful = False
        if doubtful != self._doubtful:
            self._doubtful = doubtful
            if doubtful:
                _logger.error("the clock shows %s and is doubted: `originals clock confirm` where it is right", shown.isoformat())
            else:
                _logger.warning("the clock shows %s and is trusted again", shown.isoformat())
        return doubtful

    def _confirmed_since(self) -> bool:
        number = self._sources.confirmations()
        since, self._confirmed = number > self._confirmed, max(number, self._confirmed)
        return since


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
