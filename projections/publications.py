"""What is published: rulebooks, calendars, and to whom the entrance is shown (rules T5, E2, A1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from domain.events.member import CalendarPublished, EntrancePolicyChanged, RulebookPublished
from domain.recorded import Recorded
from projections.reading import Page, Reading, Where
from projections.shape import Change, Column, Sheet, Values, View


class PublishedRulebook(Struct, frozen=True, tag="rulebook"):
    """A rulebook, whole."""

    name: str
    version: str
    effective_from: datetime
    digest: str
    document: dict[str, Any]
    published_at: datetime


class PublishedCalendar(Struct, frozen=True, tag="calendar"):
    """A year of a country's working days; of two publications of a year the later one is in force from its instant."""

    country: str
    year: int
    days_off: tuple[date, ...]
    work_days: tuple[date, ...]
    weekend: tuple[int, ...]
    digest: str
    source: str
    published_at: datetime


class EntrancePolicy(Struct, frozen=True, tag="entrance"):
    """To whom the entrance is shown since an instant."""

    open_to_all: bool
    categories: tuple[str, ...]
    members: tuple[str, ...]
    match: Literal["any", "all"]
    changed_at: datetime


Publication = PublishedRulebook | PublishedCalendar | EntrancePolicy

_POLICY = "entrance"


def _key(recorded: Recorded) -> str:
    return _POLICY if isinstance(recorded.event, EntrancePolicyChanged) else recorded.id


def _published(before: Publication | None, recorded: Recorded) -> Publication | None:
    match recorded.event:
        case RulebookPublished() as e:
            return PublishedRulebook(e.name, e.version, e.effective_from, e.digest, e.document, recorded.at)
        case CalendarPublished() as e:
            return PublishedCalendar(e.country, e.year, e.days_off, e.work_days, e.weekend, e.digest, e.source, recorded.at)
        case EntrancePolicyChanged() as e:
            return EntrancePolicy(e.open_to_all, e.categories, e.members, e.match, recorded.at)
        case _:
            return before


def _values(publication: Publication) -> Values:
    match publication:
        case PublishedRulebook(name=name, version=version):
            return ("rulebook", name, version)
        case PublishedCalendar(country=country, year=year):
            return ("calendar", country, str(year))
        case EntrancePolicy():
            return ("entrance", "", "")


SHEET = Sheet[Publication](
    view="publications",
    name="publications",
    state=Publication,
    fixed=(Column("kind"), Column("name"), Column("version")),
    values=_values,
    indexes=(("kind", "name", "version"),),
    on={
        RulebookPublished: Change(_key, _published, begins=True),
        CalendarPublished: Change(_key, _published, begins=True),
        EntrancePolicyChanged: Change(_key, _published),
    },
)

VIEW = View("publications", 1, (SHEET,))


def rulebook(reading: Reading, name: str, version: str) -> PublishedRulebook | None:
    """The rulebook of that name and version."""
    c = reading.table(SHEET).c
    found = reading.first(SHEET, c.kind == "rulebook", c.name == name, c.version == version)
    return found if isinstance(found, PublishedRulebook) else None


def rulebooks(reading: Reading, limit: int, after: str | None = None) -> Page[PublishedRulebook]:
    """Rulebooks, latest published first."""
    page = reading.newest(SHEET, reading.table(SHEET).c.kind == "rulebook", limit=limit, after=after)
    return Page([item for item in page.items if isinstance(item, PublishedRulebook)], page.next)


def calendars(reading: Reading, limit: int, after: str | None = None, country: str | None = None) -> Page[PublishedCalendar]:
    """Calendar years, latest published first."""
    c = reading.table(SHEET).c
    where: list[Where] = [c.kind == "calendar"] + ([] if country is None else [c.name == country])
    page = reading.newest(SHEET, *where, limit=limit, after=after)
    return Page([item for item in page.items if isinstance(item, PublishedCalendar)], page.next)


def entrance(reading: Reading) -> EntrancePolicy | None:
    """The latest policy; None where none was ever set."""
    found = reading.get(SHEET, _POLICY)
    return found if isinstance(found, EntrancePolicy) else None
