"""What is published: rulebooks, calendars, and to whom the entrance is shown (rules T5, E2, A1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from domain.events.member import CalendarPublished, EntrancePolicyChanged, RulebookPublished
from domain.recorded import Recorded
from projections.conditions import Where, c
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, Values, View


class RulebookPublication(Struct, frozen=True, tag="rulebook"):
    """A rulebook, whole."""

    name: str
    version: str
    effective_from: datetime
    digest: str
    document: dict[str, Any]
    published_at: datetime


class CalendarPublication(Struct, frozen=True, tag="calendar"):
    """A year of a country's working days; of two publications of a year the later one is in force from its instant."""

    country: str
    year: int
    days_off: tuple[date, ...]
    work_days: tuple[date, ...]
    weekend: tuple[int, ...]
    digest: str
    source: str
    published_at: datetime


class EntrancePublication(Struct, frozen=True, tag="entrance"):
    """To whom the entrance is shown since an instant."""

    open_to_all: bool
    categories: tuple[str, ...]
    members: tuple[str, ...]
    match: Literal["any", "all"]
    changed_at: datetime


Publication = RulebookPublication | CalendarPublication | EntrancePublication

_POLICY = "entrance"


def _key(recorded: Recorded) -> str:
    return _POLICY if isinstance(recorded.event, EntrancePolicyChanged) else recorded.id


def _published(before: Publication | None, recorded: Recorded) -> Publication | None:
    match recorded.event:
        case RulebookPublished() as e:
            return RulebookPublication(e.name, e.version, e.effective_from, e.digest, e.document, recorded.at)
        case CalendarPublished() as e:
            return CalendarPublication(e.country, e.year, e.days_off, e.work_days, e.weekend, e.digest, e.source, recorded.at)
        case EntrancePolicyChanged() as e:
            return EntrancePublication(e.open_to_all, e.categories, e.members, e.match, recorded.at)
        case _:
            return before


def _values(publication: Publication) -> Values:
    match publication:
        case RulebookPublication(name=name, version=version):
            return ("rulebook", name, version)
        case CalendarPublication(country=country, year=year):
            return ("calendar", country, str(year))
        case EntrancePublication():
            return ("entrance", "", "")


TABLE = StateTable[Publication](
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

VIEW = View("publications", 1, (TABLE,))


def rulebook(reading: Reading, name: str, version: str) -> RulebookPublication | None:
    """The rulebook of that name and version."""
    found = reading.first(TABLE, c.kind == "rulebook", c.name == name, c.version == version)
    return found if isinstance(found, RulebookPublication) else None


def rulebooks(reading: Reading, limit: int, after: str | None = None) -> Page[RulebookPublication]:
    """Rulebooks, latest published first."""
    page = reading.newest(TABLE, c.kind == "rulebook", limit=limit, after=after)
    return Page([item for item in page.items if isinstance(item, RulebookPublication)], page.next)


def calendars(reading: Reading, limit: int, after: str | None = None, country: str | None = None) -> Page[CalendarPublication]:
    """Calendar years, latest published first."""
    where: list[Where] = [c.kind == "calendar"] + ([] if country is None else [c.name == country])
    page = reading.newest(TABLE, *where, limit=limit, after=after)
    return Page([item for item in page.items if isinstance(item, CalendarPublication)], page.next)


def entrance(reading: Reading) -> EntrancePublication | None:
    """The latest policy; None where none was ever set."""
    found = reading.get(TABLE, _POLICY)
    return found if isinstance(found, EntrancePublication) else None
