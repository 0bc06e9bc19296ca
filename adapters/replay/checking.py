"""That a store's history follows from its facts (rule G2), for whoever has a small store at hand: tests, and `doctor`."""

from __future__ import annotations

from datetime import datetime

from adapters.calendars.zones import Zones
from adapters.replay.as_json import difference_line
from adapters.store.log import EventLog
from application.law import published_law
from application.reconciling import differences
from application.replaying import FirstDifference
from domain.cached_law import CachedLaw

ALL = 2**62


def differences_in(store: EventLog, until: datetime | None = None) -> list[FirstDifference]:
    """Every difference in a store whose log fits in memory."""
    return differences(store.read_log(0, ALL), CachedLaw(*published_law(store), Zones()), until)


def assert_replays(store: EventLog) -> None:
    """Raises AssertionError, naming the differences, where a recorded consequence is not what the rules give."""
    wrong = differences_in(store)
    if wrong:
        raise AssertionError("\n".join(difference_line(one) for one in wrong))
