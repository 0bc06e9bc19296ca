"""What is planned, in the order of time: people's acts, and the worker's rounds."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from adapters.system.clock import SimulatedClock

SETTLED_AT_ONCE = 200
_MINUTE = timedelta(minutes=1)
_OUTAGE = timedelta(hours=7)
_OUTAGES, _DAYS = 14, 730


class Agenda:
    """Moves the clock from one planned instant to the next. `settle` is the worker: it is given the cases that have fallen due."""

    def __init__(self, clock: SimulatedClock, chance: Random, settle: Callable[[list[str]], None]) -> None:
        self.clock = clock
        self._settle = settle
        self._acts: list[tuple[datetime, int, Callable[[], None]]] = []
        self._rounds: list[tuple[datetime, int, str]] = []
        self._due: dict[str, datetime] = {}
        self._planned = 0
        self._first = clock.now()
        self._outages = frozenset(chance.randrange(_DAYS) for _ in range(_OUTAGES))

    def plan(self, when: datetime, act: Callable[[], None]) -> None:
        """Let something happen at an instant, or now where that has passed."""
        self._planned += 1
        heapq.heappush(self._acts, (max(when, self.clock.now()), self._planned, act))

    def falls_due(self, case_id: str, due: datetime | None) -> None:
        """The worker comes by every minute; on some days it is down for hours, and then others' commands settle what is due."""
        if due is None:
            self._due.pop(case_id, None)
        elif self._due.get(case_id) != due:
            self._due[case_id] = due
            late = _OUTAGE if (due - self._first).days in self._outages else _MINUTE
            when = max(due, self.clock.now()).replace(second=0, microsecond=0) + late
            self._planned += 1
            heapq.heappush(self._rounds, (when, self._planned, case_id))

    def go_on(self, until: datetime) -> None:
        """Everything before an instant, which is then the present."""
        while True:
            round_ = self._rounds[0][0] if self._rounds else until
            act = self._acts[0][0] if self._acts else until
            if min(round_, act) >= until:
                break
            if round_ <= act:
                self._one_round(round_)
            else:
                when, _, carry_out = heapq.heappop(self._acts)
                self.clock.move(when)
                carry_out()
        self.clock.move(until)

    def _one_round(self, when: datetime) -> None:
        self.clock.move(when)
        found: dict[str, None] = {}
        while self._rounds and self._rounds[0][0] == when and len(found) < SETTLED_AT_ONCE:
            case_id = heapq.heappop(self._rounds)[2]
            due = self._due.get(case_id)
            if due is not None and due <= when:
                found[case_id] = None
        if found:
            self._settle(list(found))
