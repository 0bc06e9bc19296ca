"""Folders of filings (rule B1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Sealed
from domain.events.filing import FolderCreated, FolderRenamed
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


def _renamed(folder: Folder | None, recorded: Recorded) -> Folder | None:
    match recorded.event:
        case FolderRenamed(name=name) if folder is not None:
            return replace(folder, name=name)
        case _:
            return folder


TABLE = StateTable[Folder](
    view="folders",
    name="folders",
    state=Folder,
    fixed=(Column("owner"),),
    values=lambda folder: (folder.owner,),
    indexes=(("owner",),),
    on={FolderCreated: Change(by_stream, _created, begins=True), FolderRenamed: Change(by_stream, _renamed)},
)

VIEW = View("folders", 2, (TABLE,))


def get(reading: Reading, folder_id: str) -> Folder | None:
    """One folder."""
    return reading.get(TABLE, folder_id)


def many(reading: Reading, folder_ids: Iterable[str]) -> dict[str, Folder]:
    """These folders, by id."""
    return reading.many(TABLE, folder_ids)


def of_owner(reading: Reading, owner: str, limit: int, after: str | None = None) -> Page[Folder]:
    """A member's folders, newest first."""
    return reading.newest(TABLE, c.owner == owner, limit=limit, after=after)
