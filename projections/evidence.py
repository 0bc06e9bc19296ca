"""Files brought for appeals (rule H5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from domain.events import Sealed
from domain.events.appeal import EvidenceUploaded
from domain.recorded import Recorded
from projections.conditions import c
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, View, by_stream


class EvidenceFile(Struct, frozen=True):
    """A file; its bytes lie sealed in the vault under `digest`."""

    id: str
    owner: str
    digest: str
    size: int
    name: Sealed
    uploaded_at: datetime


def _uploaded(_: EvidenceFile | None, recorded: Recorded) -> EvidenceFile | None:
    match recorded.event:
        case EvidenceUploaded(owner=owner, digest=digest, size=size, name=name):
            return EvidenceFile(recorded.originator_id, owner, digest, size, name, recorded.at)
        case _:
            return None


TABLE = StateTable[EvidenceFile](
    view="evidence",
    name="evidence",
    state=EvidenceFile,
    fixed=(Column("owner"),),
    values=lambda evidence: (evidence.owner,),
    indexes=(("owner",),),
    on={EvidenceUploaded: Change(by_stream, _uploaded, begins=True)},
)

VIEW = View("evidence", 1, (TABLE,))


def many(reading: Reading, evidence_ids: Iterable[str]) -> dict[str, EvidenceFile]:
    """These files, by id."""
    return reading.many(TABLE, evidence_ids)


def of_owner(reading: Reading, owner: str, limit: int, after: str | None = None) -> Page[EvidenceFile]:
    """The files that a member brought, newest first (rule H6)."""
    return reading.newest(TABLE, c.owner == owner, limit=limit, after=after)
