"""The law as it would be under one other rulebook (rule G3), whatever was published when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Literal

from msgspec.structs import replace

from domain.cached_law import CachedLaw
from domain.law import PublishedYear
from domain.rulebook import Rulebook, RulebookRef
from domain.working_days import Calendar, CalendarYear

REPLAYED = ("complaint", "penalty", "appeal", "withdrawal", "review")
"""The sections that give way to the other rulebook's; calendar and zone do so besides."""
Source = Literal["as published then", "published later", "from the library, never published"]


class CounterfactualLaw(CachedLaw):
    """Of the rulebook in force, the sections `REPLAYED`, calendar and zone give way to the other's; the rest stays.

    A country's calendar is the one published at the instant at which a deadline is given; where nothing of that country was
    published by then the latest one; where nothing ever was, `spare` years that nobody published. `used` says which were asked.
    """

    def __init__(
        self,
        other: Rulebook,
        rulebooks: Sequence[Rulebook] = (),
        calendars: Sequence[PublishedYear] = (),
        zones: Mapping[str, tzinfo] | None = None,
        spare: Sequence[CalendarYear] = (),
    ) -> None:
        super().__init__(rulebooks, calendars, zones)
        self.other = other
        self._mixed: dict[str, Rulebook] = {}
        self._by_mixed: dict[str, Rulebook] = {}
        self._spare = Calendar(other.calendar, {year.year: year for year in spare})
        self.used: set[tuple[str, Source]] = set()

    def in_force(self, at: datetime) -> Rulebook:
        """The rulebook in force at the instant, with the other's sections in it."""
        actual = super().in_force(at)
        mixed = self._mixed.get(actual.digest)
        if mixed is None:
            other = self.other
            mixed = replace(
                actual,
                name=other.name,
                version=other.version,
                effective_from=other.effective_from,
                calendar=other.calendar,
                time_zone=other.time_zone,
                **{section: getattr(other, section) for section in REPLAYED},
            )
            self._mixed[actual.digest] = self._by_mixed[mixed.digest] = mixed
        return mixed

    def rulebook(self, ref: RulebookRef) -> Rulebook:
        """The rulebook that a case was pinned to in this telling. Raises KeyError."""
        return self._by_mixed[ref.digest]

    def _edition(self, rulebook: Rulebook, at: datetime, instants: Sequence[datetime]) -> Calendar:
        """Asked each time, so that `used` is of each case and not of the first that asks."""
        return self.calendar(rulebook.calendar, at)

    def calendar(self, country: str, at: datetime) -> Calendar:
        """The country's calendar by the order above."""
        instants = self._instants.get(country, ())
        if not instants:
            self.used.add((country, "from the library, never published"))
            return self._spare if country == self.other.calendar else self.latest_calendar(country)
        if instants[0] <= at:
            self.used.add((country, "as published then"))
            return super().calendar(country, at)
        self.used.add((country, "published later"))
        return self.latest_calendar(country)
