"""The test clock: a simulated clock that is moved over HTTP and settles on the way what falls due (contract, operations)."""

from __future__ import annotations

import threading
from datetime import datetime

from adapters.system.clock import ClockBackwards, SimulatedClock
from application.settle_due import Settling
from domain.refusal import Refusal
from projections.runner import Views


class DrivenClock:
    """Moves a simulated clock for all who read it."""

    def __init__(self, clock: SimulatedClock, settling: Settling, views: Views) -> None:
        self._clock, self._settling, self._views = clock, settling, views
        self._moving = threading.Lock()

    def now(self) -> datetime:
        """Its reading."""
        return self._clock.now()

    def move(self, to: datetime, run_deadlines: bool) -> datetime:
        """Move it; with `run_deadlines` it stands at each due instant in turn. Raises Refusal: clock_backwards."""
        with self._moving:
            if to < self._clock.now():
                raise Refusal("clock_backwards", now=self._clock.now())
            if run_deadlines:
                self._run_deadlines(to)
            self._to(to)
            if run_deadlines:
                self._settling.everything_due()
            with self._views.current():
                return self._clock.now()

    def _run_deadlines(self, to: datetime) -> None:
        while (due := self._settling.next_due()) is not None and due <= to:
            self._to(max(due, self._clock.now()))
            if self._settling.everything_due() == 0 and self._settling.next_due() == due:
                return  # nobody can settle it: the clock goes on without

    def _to(self, instant: datetime) -> None:
        try:
            self._clock.move(instant)
        except ClockBackwards as backwards:
            raise Refusal("clock_backwards", now=backwards.shows) from None
