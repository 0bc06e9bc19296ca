"""Telling a simulation from its first day to its last: cases arrive, people act or do not, the clock brings about the rest.

Every command runs as on a server, through `application.acting.run`, on a store in memory that is written behind in batches;
what is rare and reaches far (publications, findings) runs on the store itself. The log is in the order of time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from adapters.calendars import Zones, known_countries, known_zones, official_years, year_from_library
from adapters.clock import SimulatedClock
from adapters.simulation.arrivals import Arrivals
from adapters.simulation.cases import Cases
from adapters.simulation.chance import SeededIds, SeededKeys, SeededSealer
from adapters.simulation.findings import Findings
from adapters.simulation.habits import Habits
from adapters.simulation.people import People
from adapters.simulation.rules import rulebooks
from adapters.simulation.still import CurrentLaw, NoPictures
from adapters.store import Stores
from application.acting import Act, Command, Platform, run
from application.index import NextDue, PublicationCount
from application.law import LawLibrary, published_law
from application.publish_rules import Known, publish_calendar, publish_rulebook
from domain.remembering import RememberingLaw

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 730
COUNTRY, ZONE = "CN", "Asia/Shanghai"
MOVING_IN = timedelta(days=14)
"""How long the owners file before the first complaint."""
PUBLISHING = Command("publishing", "root")
_DAY = timedelta(days=1)


class NotFresh(ValueError):
    """The store has a history already."""


class Summary(NamedTuple):
    """What was written: cases, events of all streams, and from when to when."""

    cases: int
    events: int
    first: datetime
    last: datetime


def simulate(stores: Stores, cases: int, seed: int, progress: Callable[[int], None] = lambda done: None) -> Summary:
    """Fill a fresh store with a history of so many cases; `progress` is told how many are lodged.

    The same seed and number tell the same events to the byte. Raises NotFresh where the store has recorded anything but the
    official calendars, ValueError for a number below 1.
    """
    if cases < 1:
        raise ValueError("a history has at least one case")
    _refuse_history(stores)
    last = stores.last_recorded_at()
    telling = _Telling(stores, cases, seed, START if last is None or last < START else _next_day(last))
    return telling.tell(progress)


def _refuse_history(stores: Stores) -> None:
    for _, recorded in stores.store.read_log(0, 200):
        if type(recorded.event).__name__ != "CalendarPublished":
            raise NotFresh("the store has a history already: a simulation needs a fresh one")
    if stores.store.ask(NextDue()) is not None or len(stores.store.read_log(0, 200)) == 200:
        raise NotFresh("the store has a history already: a simulation needs a fresh one")


def _next_day(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


class _Telling:
    def __init__(self, stores: Stores, number: int, seed: int, start: datetime) -> None:
        self._number, self._start = number, start
        self._stores = stores
        self._chance = Random(f"originals/{seed}/{number}")
        self._keys = SeededKeys(seed)
        self._clock = SimulatedClock(start)
        self._library = LawLibrary(Zones())
        pictures = NoPictures()
        self._platform = Platform(
            stores.store,
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

    def tell(self, progress: Callable[[int], None]) -> Summary:
        self._publish_years(min(official_years(COUNTRY)), self._start.year)
        step = (MOVING_IN - _DAY) // (5 * len(self._people.owners))
        self._people.move_in(self._stores, self._platform, self._keys, self._chance, lambda: self._clock.move(self._clock.now() + step))
        law = CurrentLaw(Zones(), self._law())
        habits = Habits(self._chance, law.current, COUNTRY, Zones()[ZONE])
        cases = Cases(self._platform, self._clock, self._chance, law)
        arrivals = Arrivals(cases, self._chance, habits, self._people, self._number)
        self._plan_publications(cases, law, habits)
        Findings(cases, self._platform, self._chance, habits, self._people).plan(self._start + MOVING_IN, DAYS, self._number)
        self._days(cases, arrivals, habits, progress)
        cases.agenda.go_on(self._start + _DAY * DAYS)
        cases.store.close()
        return Summary(self._number, self._stores.store.log_head(), self._start, self._clock.now())

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
            progress(self._number - arrivals.to_come)

    def _law(self) -> RememberingLaw:
        return RememberingLaw(*published_law(self._stores.store), Zones())

    def _publish_years(self, first: int, last: int) -> None:
        """The official calendars that there are by then, where none is published yet."""
        if self._stores.store.ask(PublicationCount()):
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
