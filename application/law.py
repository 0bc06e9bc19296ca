"""The law as published so far: rulebooks and calendars, read again only when something new was published (rules T5, E2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TypeAlias

from application.index import PublicationCount, Publications
from application.ports import Store
from domain.events.member import CalendarPublished, RulebookPublished
from domain.law import Law, PublishedYear
from domain.recorded import Recorded
from domain.rulebook import Rulebook, parse_rulebook
from domain.working_days import CalendarYear


class LawLibrary:
    """Keeps one `Law` for as long as nothing is published; safe to share between threads, for a Law is a value."""

    def __init__(self, zones: Mapping[str, tzinfo]) -> None:
        self._zones = zones
        self._read: tuple[int, Law] | None = None

    def law(self, store: Store, count: int | None = None) -> Law:
        """The law as of the store's last publication; `count` is how many there are, where that was asked already."""
        count = store.ask(PublicationCount()) if count is None else count
        read = self._read
        if read is None or read[0] != count:
            read = self._read = (count, self._load(store))
        return read[1]

    def _load(self, store: Store) -> Law:
        return Law(*published_law(store), self._zones)


PUBLICATIONS = (RulebookPublished, CalendarPublished)
"""The events that publish something."""

PublishedLaw: TypeAlias = tuple[Sequence[Rulebook], Sequence[PublishedYear]]
"""Everything that was published, in order: the rulebooks, and the years of calendars."""


def published_law(store: Store) -> tuple[list[Rulebook], list[PublishedYear]]:
    """Everything that is published by now."""
    streams = dict.fromkeys(stream for _, stream in store.ask(Publications()))  # a year published again is in its one stream
    return law_in(recorded for stream in streams for recorded in store.load(stream))


def law_in(events: Iterable[Recorded]) -> tuple[list[Rulebook], list[PublishedYear]]:
    """Everything that these events publish."""
    rulebooks: list[Rulebook] = []
    calendars: list[PublishedYear] = []
    for recorded in events:
        published = _published(recorded)
        if isinstance(published, Rulebook):
            rulebooks.append(published)
        elif published is not None:
            calendars.append(published)
    return rulebooks, calendars


def _published(recorded: Recorded) -> Rulebook | PublishedYear | None:
    match recorded.event:
        case RulebookPublished(document=document):
            return parse_rulebook(document)
        case CalendarPublished() as event:
            year = CalendarYear(event.country, event.year, event.days_off, event.work_days, event.weekend)
            return PublishedYear(recorded.at, year)
        case _:
            return None
