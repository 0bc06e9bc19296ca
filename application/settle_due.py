"""Settling whatever is due, whoever asks: the worker, a list, a feed, the test clock (rule T4).

Many cases are settled in one append where nobody disturbs; where another writer does, the batch is simply tried again and
finds less to do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from application.acting import Act, Command, Platform, run
from application.cases import live, note_case
from application.index import CasesDue, DueKind, NextDue, OthersDue
from domain.events import CLOCK

BATCH = 200

Handler = Callable[[Act, str], object]
"""Settles one subject of a kind that is not a case."""

SETTLE = Command("settle", CLOCK)


class Settling:
    """Settles what is due; `handlers` know the kinds of subjects besides cases."""

    def __init__(self, platform: Platform, handlers: dict[DueKind, Handler]) -> None:
        self._platform = platform
        self._handlers = handlers

    def next_due(self) -> datetime | None:
        """When anything next falls due."""
        return self._platform.store.ask(NextDue())

    def everything_due(self, seeking: bool = True) -> int:
        """Settle everything due by now; one indexed look where nothing is. Returns how many subjects were settled.

        Without `seeking` the search for sightings is left to whoever has time for it: no window waits for it (rule F2). Nothing is
        settled while the clock is doubted.
        """
        done = 0
        while not self._platform.clock.doubtful():
            due = self._platform.store.ask(NextDue(seeking))
            if due is None or due > self._platform.clock.now():
                break
            done += run(self._platform, SETTLE, lambda act: self._settle_some(act, None if seeking else False))
        return done

    def seek_sightings(self) -> int:
        """Search for the sightings that are due, and nothing else. Returns how many searches were made."""
        if self._platform.clock.doubtful():
            return 0
        return run(self._platform, SETTLE, lambda act: self._settle_others(act, True))

    def _settle_some(self, act: Act, seeking: bool | None) -> int:
        others = self._settle_others(act, seeking)
        rows = act.ask(CasesDue(act.now, BATCH - others))
        for row in rows:
            note_case(act, live(act, row))  # also where nothing was due after all: the index must not say so for ever
        return others + len(rows)

    def _settle_others(self, act: Act, seeking: bool | None) -> int:
        others = act.ask(OthersDue(act.now, BATCH, seeking))
        for other in others:
            self._handlers[other.kind](act, other.subject)
        return len(others)
