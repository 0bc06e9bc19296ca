"""While the clock is doubted nothing is decided and nothing settled; what was recorded stays readable."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from adapters.system.clock import SimulatedClock
from application.acting import ClockDoubtful
from application.settle_due import Settling
from tests.application.world import START, World


class Doubted(SimulatedClock):
    """A clock that may be doubted."""

    doubted = False

    def doubtful(self) -> bool:
        return self.doubted


@pytest.mark.rule("T4")
def test_while_the_clock_is_doubted_nothing_is_decided_and_nothing_settled(stores: Stores) -> None:
    world = World(stores)
    clock = Doubted(START)
    world.clock, world.platform = clock, world.platform._replace(clock=clock)
    settling = Settling(world.platform, {})
    ann, seller = world.member("ann"), world.member("seller")
    case_id = world.lodge(ann, world.filing(ann, "coat"), world.listing(seller, "1")).cases[0].id
    world.accept(case_id)
    before = world.names(case_id)
    world.go("2026-04-02 09:00")
    clock.doubted = True
    assert (settling.everything_due(), settling.seek_sightings()) == (0, 0)
    with pytest.raises(ClockDoubtful):
        world.withdraw(ann, case_id)
    assert world.names(case_id) == before
    clock.doubted = False
    assert settling.everything_due() == 1
    assert "WindowClosed" in world.names(case_id)
