"""Folders of filings (rule B1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from domain.events import Sealed
from domain.events.filing import FolderCreated
from domain.recorded import Recorded
from projections.conditions import c
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, View, by_stream


class Folder(Struct, frozen=True):
    """A folder; its name is readable while its owner's key is kept."""

    id: str
    owner: str
    name: Sealed
    created_at: datetime


def _created(_: Folder | None, recorded: Recorded) -> Folder | None:
    match recorded.event:
        case FolderCreated(owner=owner, name=name):
            return Folder(recorded.originator_id, owner, name, recorded.at)
        case _:
            return None


TABLE = StateTable[Folder](
    view="folders",
    name="folders",
    state=Folder,
    fixed=(Column("owner"),),
    values=lambda folder: (folder.owner,),
    indexes=(("owner",),),
    on={FolderCreated: Change(by_stream, _created, begins=True)},
)

VIEW = View("folders", 1, (TABLE,))


def get(reading: Reading, folder_id: str) -> Folder | None:
    """One folder."""
    return reading.get(TABLE, folder_id)


def many(reading: Reading, folder_ids: Iterable[str]) -> dict[str, Folder]:
    """These folders, by id."""
    return reading.many(TABLE, folder_ids)


def of_owner(reading: Reading, owner: str, limit: int, after: str | None = None) -> Page[Folder]:
    """A member's folders, newest first."""
    return reading.newest(TABLE, c.owner == owner, limit=limit, after=after)
