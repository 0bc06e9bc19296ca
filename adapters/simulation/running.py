"""Telling a simulation from its first day to its last: cases arrive, people act or do not, the clock brings about the rest.

Every command runs as on a server, through `application.acting.run`, on a store in memory that is written behind in batches;
what is rare and reaches far (publications, findings) runs on the store itself. The log is in the order of time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from adapters.calendars.holidays_source import known_countries, official_years, year_from_library
from adapters.calendars.zones import Zones, known_zones
from adapters.simulation.arrivals import Arrivals
from adapters.simulation.backing_store import BackingStore, StoreLocation, store_process
from adapters.simulation.cases import Cases
from adapters.simulation.chance import SeededIds, SeededKeys, SeededSealer
from adapters.simulation.findings import Findings
from adapters.simulation.habits import Habits
from adapters.simulation.people import FIRST_OWNER, People
from adapters.simulation.rules import rulebooks
from adapters.simulation.stand_ins import CurrentLaw, NoPictures
from adapters.store.opening import Stores
from adapters.system.clock import SimulatedClock
from application.acting import Act, Command, Platform, run
from application.index import NextDue, PublicationCount
from application.law import LawLibrary, published_law
from application.publish_rules import Known, publish_calendar, publish_rulebook
from domain.cached_law import CachedLaw
from domain.events.member import CalendarPublished

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 730
COUNTRY, ZONE = "CN", "Asia/Shanghai"
MOVING_IN = timedelta(days=14)
"""How long the owners file before the first complaint."""
PUBLISHING = Command("publishing", "root")
CALENDARS = 200
"""More than are published at once."""
_DAY = timedelta(days=1)


class NotFresh(ValueError):
    """The store has a history already."""


class Summary(NamedTuple):
    """What was written: cases, events of all streams, and from when to when."""

    cases: int
    events: int
    first: datetime
    last: datetime


def simulate(
    stores: Stores, cases: int, seed: int, progress: Callable[[int], None] = lambda done: None, place: StoreLocation | None = None
) -> Summary:
    """Fill a fresh store with a history of so many cases; `progress` is told how many are lodged.

    The same seed and number tell the same events to the byte. With the `place` of the store, a process of its own writes there.
    Raises NotFresh where the store has recorded anything but the official calendars, ValueError for a number below 1.
    """
    if cases < 1:
        raise ValueError("a history has at least one case")
    _refuse_history(stores)
    recorded = stores.last_recorded_at()
    start = START if recorded is None or recorded < START else _next_day(recorded)
    with store_process(place) if place is not None else stores.store.filling() as store, _collecting_what_is_young():
        last = _Simulation(stores, store, cases, seed, start).tell(progress)
    return Summary(cases, stores.store.log_head(), start, last)


def _refuse_history(stores: Stores) -> None:
    first = stores.store.read_log(0, CALENDARS)
    used = len(first) == CALENDARS or any(not isinstance(recorded.event, CalendarPublished) for _, recorded in first)
    cut_off = stores.identities.by_subject(FIRST_OWNER) is not None
    if used or cut_off or stores.store.ask(NextDue()) is not None:
        raise NotFresh("the store has a history already: a simulation needs a fresh one")


@contextmanager
def _collecting_what_is_young() -> Iterator[None]:
    """Open cases are many and live for weeks: to search them all for cycles, time and again, took a third of the time.

    Refusals make cycles that end with their command; they are collected month by month, and what outlives that is left alone.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _next_day(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


class _Simulation:
    def __init__(self, stores: Stores, store: BackingStore, number: int, seed: int, start: datetime) -> None:
        self._number, self._start = number, start
        self._stores, self._store = stores, store
        self._chance = Random(f"originals/{seed}/{number}")
        self._keys = SeededKeys(seed)
        self._clock = SimulatedClock(start)
        self._library = LawLibrary(Zones())
        pictures = NoPictures()
        self._platform = Platform(
            store,
            self._clock,
            SeededIds(self._chance),
            stores.identities,
            SeededSealer(self._keys),
            stores.vault,
            pictures,
            pictures,
            self._library,
        )
        self._people = People(self._chance, number)
        self._known = Known(known_zones(), known_countries())

    def tell(self, progress: Callable[[int], None]) -> datetime:
        self._publish_years(min(official_years(COUNTRY)), self._start.year)
        step = (MOVING_IN - _DAY) // (5 * len(self._people.owners))
        self._people.move_in(self._stores, self._platform, self._keys, self._chance, lambda: self._clock.move(self._clock.now() + step))
        law = CurrentLaw(Zones(), self._law())
        habits = Habits(self._chance, law.current, COUNTRY, Zones()[ZONE])
        cases = Cases(self._platform, self._store, self._clock, self._chance, law)
        arrivals = Arrivals(cases, self._chance, habits, self._people, self._number)
        self._plan_publications(cases, law, habits)
        Findings(cases, self._platform, self._chance, habits, self._people).plan(self._start + MOVING_IN, DAYS, self._number)
        self._days(cases, arrivals, habits, progress)
        cases.agenda.go_on(self._start + _DAY * DAYS)
        cases.store.close()
        return self._clock.now()

    def _days(self, cases: Cases, arrivals: Arrivals, habits: Habits, progress: Callable[[int], None]) -> None:
        """Day by day, and some days more where complaints were kept from coming."""
        zone, day = Zones()[ZONE], (self._start + MOVING_IN + _DAY).date()
        expected = habits.arrivals(self._number, day, DAYS - 2 * MOVING_IN.days)
        more = (day + _DAY * offset for offset in range(DAYS - 2 * MOVING_IN.days, DAYS))
        for today, number in (*expected, *((late, None) for late in more)):
            if number is None and not arrivals.to_come:
                break
            arrivals.expect(today, arrivals.to_come if number is None else number)
            cases.agenda.go_on(datetime.combine(today + _DAY, time(), zone).astimezone(UTC))
            if today.day == 1:
                gc.collect(1)
            progress(self._number - arrivals.to_come)

    def _law(self) -> CachedLaw:
        return CachedLaw(*published_law(self._store), Zones())

    def _publish_years(self, first: int, last: int) -> None:
        """The official calendars that there are by then, where none is published yet."""
        if self._store.ask(PublicationCount()):
            return
        years = [year_from_library(COUNTRY, year) for year in official_years(COUNTRY) if first <= year <= last]
        run(self._platform, PUBLISHING, lambda act: [publish_calendar(act, year, "holidays") for year in years])

    def _plan_publications(self, cases: Cases, law: CurrentLaw, habits: Habits) -> None:
        """A calendar each November for the year to come, as the State Council does it, and a rulebook now and then."""

        def publish(what: Callable[[Act], object]) -> Callable[[], None]:
            def come() -> None:
                cases.store.flush()
                run(self._platform, PUBLISHING, what)
                law.current = self._law()
                habits.now_known(law.current)

            return come

        for document in rulebooks(self._start):
            cases.agenda.plan(document.at, publish(lambda act, document=document: publish_rulebook(act, document.document, self._known)))  # type: ignore[misc]
        for year in range(self._start.year + 1, self._start.year + 3):
            if year in official_years(COUNTRY) and not law.current.latest_calendar(COUNTRY).has(year):
                official = year_from_library(COUNTRY, year)
                noticed = datetime(year - 1, 11, 8, 2, tzinfo=UTC)
                cases.agenda.plan(noticed, publish(lambda act, official=official: publish_calendar(act, official, "holidays")))  # type: ignore[misc]
