"""Files brought for appeals (rule H5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from domain.events import Sealed
from domain.events.appeal import EvidenceUploaded
from domain.recorded import Recorded
from projections.reading import Page, Reading
from projections.shape import Change, Column, Sheet, View, by_stream


class Evidence(Struct, frozen=True):
    """A file; its bytes lie sealed in the vault under `digest`."""

    id: str
    owner: str
    digest: str
    size: int
    name: Sealed
    uploaded_at: datetime


def _uploaded(_: Evidence | None, recorded: Recorded) -> Evidence | None:
    match recorded.event:
        case EvidenceUploaded(owner=owner, digest=digest, size=size, name=name):
            return Evidence(recorded.originator_id, owner, digest, size, name, recorded.at)
        case _:
            return None


SHEET = Sheet[Evidence](
    view="evidence",
    name="evidence",
    state=Evidence,
    fixed=(Column("owner"),),
    values=lambda evidence: (evidence.owner,),
    indexes=(("owner",),),
    on={EvidenceUploaded: Change(by_stream, _uploaded, begins=True)},
)

VIEW = View("evidence", 1, (SHEET,))


def many(reading: Reading, evidence_ids: Iterable[str]) -> dict[str, Evidence]:
    """These files, by id."""
    return reading.many(SHEET, evidence_ids)


def of_owner(reading: Reading, owner: str, limit: int, after: str | None = None) -> Page[Evidence]:
    """The files that a member brought, newest first (rule H6)."""
    return reading.newest(SHEET, reading.table(SHEET).c.owner == owner, limit=limit, after=after)
