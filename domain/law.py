"""Everything published, as one value: which rules and which calendar are in force when (rules T5, T6, E2)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from datetime import datetime, tzinfo
from typing import Self

from msgspec import Struct

from domain.rulebook import BUILT_IN, Rulebook, RulebookRef
from domain.working_days import Calendar, CalendarYear, Deadline, Duration, ProofLine, deadline, proof, reminder_before


class PublishedYear(Struct, frozen=True):
    """A calendar year and the instant of its publication, from which it is in force (rule E2)."""

    at: datetime
    year: CalendarYear


class Term(Struct, frozen=True):
    """A window's deadline, when to remind of it, and its proof as notices carry it (rules C4, H4)."""

    closes: Deadline
    remind_at: datetime
    proof: tuple[ProofLine, ...]


class Law:
    """The published rulebooks, calendars and the time zones they name; immutable. The built-in rulebook underlies all."""

    def __init__(
        self, rulebooks: Sequence[Rulebook] = (), calendars: Sequence[PublishedYear] = (), zones: Mapping[str, tzinfo] | None = None
    ) -> None:
        self._rulebooks = sorted((BUILT_IN, *rulebooks), key=lambda rulebook: rulebook.effective_from)
        self._effective = [rulebook.effective_from for rulebook in self._rulebooks]
        self._by_digest = {rulebook.digest: rulebook for rulebook in self._rulebooks}
        self._published: dict[str, list[PublishedYear]] = {}
        for published in sorted(calendars, key=lambda published: published.at):
            self._published.setdefault(published.year.country, []).append(published)
        self._instants = {country: [one.at for one in published] for country, published in self._published.items()}
        self._zones = zones or {}
        self._recorded: frozenset[str] = frozenset()
        self._composed: dict[tuple[str, int], Calendar] = {}

    def in_force(self, at: datetime) -> Rulebook:
        """The rulebook with the greatest `effective_from` not after the instant (rule T5)."""
        return self._rulebooks[bisect_right(self._effective, at) - 1]

    def rulebook(self, ref: RulebookRef) -> Rulebook:
        """The rulebook of that digest. Raises KeyError."""
        return self._by_digest[ref.digest]

    def version(self, name: str, version: str) -> Rulebook | None:
        """The rulebook of that name and version, published or built in."""
        return next((one for one in reversed(self._rulebooks) if (one.name, one.version) == (name, version)), None)

    def calendar(self, country: str, at: datetime) -> Calendar:
        """The country's calendar in force at the instant: the years published by then, of each the latest publication (rule T6)."""
        instants = self._instants.get(country, ())
        published = bisect_right(instants, at)
        if self._recorded:
            first = bisect_left(instants, at)
            for number in range(published, first - 1, -1):
                if self._compose(country, number).digest in self._recorded:
                    return self._compose(country, number)
        return self._compose(country, published)

    def as_recorded(self, digests: Collection[str]) -> Self:
        """The same law for a replay: of the calendars that were published at the very instant, one of these was in force.

        Instants alone do not tell their order where a clock stands still; what was recorded beside a deadline does (rule T6).
        """
        law = copy(self)
        law._recorded = frozenset(digests)
        return law

    def latest_calendar(self, country: str) -> Calendar:
        """The country's calendar with all that is published, whenever that was (rule G3)."""
        return self._compose(country, len(self._published.get(country, ())))

    def zone(self, name: str) -> tzinfo:
        """The time zone of that name. Raises KeyError."""
        return self._zones[name]

    def deadline(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> Deadline:
        """The deadline of a window that begins at `start` and is given at `at`, under the rulebook's calendar and zone (rule T6)."""
        return deadline(start, duration, self.calendar(rulebook.calendar, at), self.zone(rulebook.time_zone))

    def proof(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> tuple[ProofLine, ...]:
        """The same deadline day by day (rule C4)."""
        return proof(start, duration, self.calendar(rulebook.calendar, at), self.zone(rulebook.time_zone))

    def term(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> Term:
        """The same deadline with all that a respondent is told of it (rules C4, H4)."""
        closes = self.deadline(start, duration, rulebook, at)
        remind_at = reminder_before(closes.closes_at, self.calendar(rulebook.calendar, at), self.zone(rulebook.time_zone))
        return Term(closes, remind_at, self.proof(start, duration, rulebook, at))

    def _compose(self, country: str, publications: int) -> Calendar:
        """A publication never changes an earlier one, so their number identifies the calendar: composed once."""
        key = (country, publications)
        calendar = self._composed.get(key)
        if calendar is None:
            published = self._published.get(country, [])[:publications]
            calendar = self._composed[key] = Calendar(country, {one.year.year: one.year for one in published})
        return calendar
