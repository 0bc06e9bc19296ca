"""A law that remembers what it has computed: deadlines fall on few days, and a replay asks for the same ones a million times.

A deadline depends on the local day of its start, never on the hour (rule E1); so do its proof and the reminder before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Self

from domain.events.complaint import ProofLine
from domain.law import Law, PublishedYear
from domain.rulebook import Rulebook
from domain.working_days import Deadline, Duration

MOST = 100_000
"""How many deadlines are kept; then all are forgotten, and memory stays bounded."""


class _Given:
    """A deadline that was given, with its proof and its reminder once they were asked for."""

    __slots__ = ("deadline", "lines", "reminder")

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.lines: tuple[ProofLine, ...] | None = None
        self.reminder: datetime | None = None


class RememberingLaw(Law):
    """The same law, faster. Not to be shared between threads."""

    def __init__(
        self, rulebooks: Sequence[Rulebook] = (), calendars: Sequence[PublishedYear] = (), zones: Mapping[str, tzinfo] | None = None
    ) -> None:
        super().__init__(rulebooks, calendars, zones)
        self._given: dict[tuple[object, ...], _Given] = {}
        self._last: tuple[_Given, datetime, Duration, Rulebook, datetime] | None = None
        self._zone_of: dict[str, tzinfo] = {}

    def as_recorded(self, digests: Collection[str]) -> Self:
        """As the law's; what was asked of the other one last is of no use to it."""
        told = super().as_recorded(digests)
        told._last = None
        return told

    def deadline(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> Deadline:
        """As the law's."""
        name = rulebook.time_zone
        zone = self._zone_of.get(name)
        if zone is None:
            zone = self._zone_of[name] = self.zone(name)
        key = (start.astimezone(zone).date(), duration, name, self._edition(rulebook.calendar, at))
        given = self._given.get(key)
        if given is None:
            given = _Given(super().deadline(start, duration, rulebook, at))
            if len(self._given) >= MOST:
                self._given.clear()
            self._given[key] = given
        self._last = (given, start, duration, rulebook, at)
        return given.deadline

    def proof_lines(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> tuple[ProofLine, ...]:
        """As the law's."""
        given = self._asked_last(start, duration, rulebook, at)
        if given.lines is None:
            given.lines = super().proof_lines(start, duration, rulebook, at)
        return given.lines

    def reminder(self, closes_at: datetime, rulebook: Rulebook, at: datetime) -> datetime:
        """As the law's."""
        last = self._last
        if last is None or last[0].deadline.closes_at is not closes_at or last[3] is not rulebook or last[4] is not at:
            return super().reminder(closes_at, rulebook, at)
        given = last[0]
        if given.reminder is None:
            given.reminder = super().reminder(closes_at, rulebook, at)
        return given.reminder

    def _asked_last(self, start: datetime, duration: Duration, rulebook: Rulebook, at: datetime) -> _Given:
        """A notice asks for its deadline, its reminder and its proof one after the other."""
        last = self._last
        if last is not None and last[1] is start and last[2] is duration and last[3] is rulebook and last[4] is at:
            return last[0]
        self.deadline(start, duration, rulebook, at)
        return self._asked_last(start, duration, rulebook, at)

    def _edition(self, country: str, at: datetime) -> object:
        """Something that stands for the calendar in force at the instant."""
        if self._recorded:
            return self.calendar(country, at)
        return country, bisect_right(self._instants.get(country, ()), at)
