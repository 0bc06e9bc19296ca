"""Pictures that do not support authentication (rule B3). The match is for the staff alone (rule B4)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from domain.events import Sealed
from domain.events.filing import PictureRefused, Suspicion
from domain.picture import Flaw
from domain.recorded import Recorded
from projections.conditions import c
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, View


class RefusedPicture(Struct, frozen=True, kw_only=True):
    """Which file was refused, why, and when. `match` is never shown to the owner."""

    id: str
    owner: str
    folder_id: str
    name: Sealed
    digest: str
    flaws: tuple[Flaw, ...]
    at: datetime
    match: Suspicion | None = None


def _key(recorded: Recorded) -> str:
    event = recorded.event
    return event.refused_id if isinstance(event, PictureRefused) else recorded.originator_id


def _refused(_: RefusedPicture | None, recorded: Recorded) -> RefusedPicture | None:
    event = recorded.event
    if not isinstance(event, PictureRefused):
        return None
    return RefusedPicture(
        id=event.refused_id,
        owner=event.owner,
        folder_id=event.folder_id,
        name=event.name,
        digest=event.digest,
        flaws=event.flaws,
        at=recorded.at,
        match=event.match,
    )


TABLE = StateTable[RefusedPicture](
    view="refused_pictures",
    name="refused_pictures",
    state=RefusedPicture,
    fixed=(Column("owner"),),
    values=lambda picture: (picture.owner,),
    indexes=(("owner",),),
    on={PictureRefused: Change(_key, _refused, begins=True)},
)

VIEW = View("refused_pictures", 1, (TABLE,))


def get(reading: Reading, refused_id: str) -> RefusedPicture | None:
    """One refused picture."""
    return reading.get(TABLE, refused_id)


def of_owner(reading: Reading, owner: str, limit: int, after: str | None = None) -> Page[RefusedPicture]:
    """A member's refused pictures, newest first."""
    return reading.newest(TABLE, c.owner == owner, limit=limit, after=after)
