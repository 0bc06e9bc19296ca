"""A law that remembers what it has computed: deadlines fall on few days, and a replay asks for the same ones a million times.

A deadline depends on the local day of its start, never on the hour (rule E1); so do its proof and the reminder before it. Only hours
run from the instant itself, and are counted anew each time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from domain.law import Law, PublishedYear, Term
from domain.rulebook import Rulebook
from domain.working_days import Count, Deadline, Duration

MOST = 100_000
"""How many deadlines are kept of a zone and a calendar, and hours; then all are forgotten, and memory stays bounded."""

_EPOCH, _HOUR = datetime(1970, 1, 1, tzinfo=UTC), timedelta(hours=1)


class _Given:
    """A deadline that was given, and its whole term once it was asked for."""

    __slots__ = ("deadline", "term")

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.term: Term | None = None


class _ZoneAndCalendar:
    """The deadlines that were given by one zone's days and one country's calendar, under whichever rulebook."""

    __slots__ = ("_days", "given", "instants", "zone")

    def __init__(self, zone: tzinfo, instants: Sequence[datetime]) -> None:
        self.zone, self.instants = zone, instants
        self.given: dict[tuple[object, ...], _Given] = {}
        self._days: dict[int, date] = {}

    def day(self, instant: datetime) -> date:
        """The local day, remembered by the hour, for asking a zone costs more than all else here."""
        since = instant - _EPOCH
        hour = since.days * 24 + since.seconds // 3600
        day = self._days.get(hour)
        return self._looked_up(instant, hour) if day is None else day

    def _looked_up(self, instant: datetime, hour: int) -> date:
        """The same; kept where day and offset are the same at both ends of the hour, so that neither changes within it."""
        begins = _EPOCH + hour * _HOUR
        first, last = begins.astimezone(self.zone), (begins + _HOUR - datetime.resolution).astimezone(self.zone)
        if first.date() == last.date() and first.utcoffset() == last.utcoffset():
            if len(self._days) >= MOST:
                self._days.clear()
            self._days[hour] = first.date()
        return instant.astimezone(self.zone).date()


class CachedLaw(Law):
    """The same law, faster. Not to be shared between threads."""

    def __init__(
        self, rulebooks: Sequence[Rulebook] = (), calendars: Sequence[PublishedYear] = (), zones: Mapping[str, tzinfo] | None = None
    ) -> None:
        super().__init__(rulebooks, calendars, zones)
        self._by_place: dict[tuple[str, str], _ZoneAndCalendar] = {}

    def deadline(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> Deadline:
        """As the law's."""
        if duration.count is Count.HOURS:
            return super().deadline(start, duration, rulebook, at)
        return self._given(start, duration, rulebook, at).deadline

    def term(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> Term:
        """As the law's."""
        if duration.count is Count.HOURS:
            return super().term(start, duration, rulebook, at)
        given = self._given(start, duration, rulebook, at)
        if given.term is None:
            given.term = super().term(start, duration, rulebook, at)
        return given.term

    def _given(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> _Given:
        place = self._by_place.get((rulebook.time_zone, rulebook.calendar)) or self._begun(rulebook)
        key = (place.day(start), duration, self._edition(rulebook, at, place.instants))
        given = place.given.get(key)
        if given is None:
            given = _Given(super().deadline(start, duration, rulebook, at))
            if len(place.given) >= MOST:
                place.given.clear()
            place.given[key] = given
        return given

    def _edition(self, rulebook: Rulebook, at: datetime, instants: Sequence[datetime]) -> object:
        """Which calendar was in force: the one of so many publications, or what was recorded where several were at one instant."""
        return self.calendar(rulebook.calendar, at) if self._recorded else bisect_right(instants, at)

    def _begun(self, rulebook: Rulebook) -> _ZoneAndCalendar:
        name, country = rulebook.time_zone, rulebook.calendar
        place = self._by_place[name, country] = _ZoneAndCalendar(self.zone(name), self._instants.get(country, ()))
        return place
