"""The clocks never go back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.system.clock import ClockBackwards, SimulatedClock
from adapters.system.ids import RandomIds

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_simulated_clock_stands_until_it_is_moved() -> None:
    clock = SimulatedClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.move(NOON)
    clock.move((NOON + timedelta(days=2)).astimezone(timezone(timedelta(hours=8))))
    assert clock.now() == NOON + timedelta(days=2)
    assert clock.now().tzinfo is UTC


def test_a_simulated_clock_never_goes_back() -> None:
    clock = SimulatedClock(NOON)
    with pytest.raises(ClockBackwards) as refused:
        clock.move(NOON - timedelta(microseconds=1))
    assert refused.value.shows == NOON
    assert clock.now() == NOON
    with pytest.raises(ValueError, match="offset"):
        clock.move(datetime(2027, 1, 1))


@pytest.mark.rule("C5")
def test_ids_are_random_throughout() -> None:
    ids = [RandomIds().new() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(len(id_) == 32 and int(id_, 16) >= 0 for id_ in ids)
    assert ids != sorted(ids)
