"""Reports that are asked for again: counted once while nothing can have changed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.store.opening import open_store
from adapters.transparency import kept
from adapters.transparency.kept import PeriodReports
from application.tally import Period
from domain.recorded import Recorded
from tests.application.world import World
from tests.domain.tale import instant

MARCH = Period(instant("2026-03-01 00:00"), instant("2026-04-01 00:00"))


class CountedLog:
    """A log that knows how often it was read through."""

    def __init__(self, world: World) -> None:
        self._store, self.passes = world.stores.store, 0

    def log_head(self) -> int:
        return self._store.log_head()

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        self.passes += after == 0
        return self._store.read_log(after, limit)


@pytest.mark.rule("T8")
def test_a_period_is_counted_again_only_while_something_can_change_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(open_store(str(tmp_path)))
    owner, seller, log = world.member("olga"), world.member("rene"), CountedLog(world)
    reports = PeriodReports(log, lambda: world.platform.library.law(world.stores.store), world.platform.clock.now)
    filing = world.filing(owner, "a")
    world.lodge(owner, filing, world.listing(seller, "a"))
    assert [reports.of(MARCH).figures["complaints"]["lodged"] for _ in range(2)] == [1, 1]
    assert (log.passes, reports.at_rest(MARCH)) == (1, False)
    world.lodge(owner, filing, world.listing(seller, "b"))
    assert (reports.of(MARCH).figures["complaints"]["lodged"], log.passes) == (2, 2)
    world.go("2026-04-01 00:10")
    assert (reports.of(MARCH).figures["complaints"]["overdue_at_the_end"], log.passes, reports.at_rest(MARCH)) == (2, 3, True)
    world.lodge(owner, filing, world.listing(seller, "c"))
    assert (reports.of(MARCH).figures["complaints"]["lodged"], log.passes) == (2, 3), "what comes later is another period's"
    monkeypatch.setattr(kept, "MOST", 1)
    reports.of(Period(MARCH.ends, instant("2026-05-01 00:00")))
    assert (reports.of(MARCH).figures["complaints"]["lodged"], log.passes) == (2, 5)
    world.stores.close()
