"""Disputes of prior right (rule H1). Which filing is disputed is for the staff alone: the disputant never learns whose it is (rule B4)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.dispute import Dispute, DisputeStatus, begin, evolve
from domain.events.filing import DisputeDecided, DisputeOpened
from domain.recorded import Recorded
from projections.conditions import Where, c
from projections.reading import Counting, Page, Reading
from projections.shape import Change, Column, StateTable, View, by_stream


def _opened(_: Dispute | None, recorded: Recorded) -> Dispute:
    return begin(recorded.originator_id, recorded)


def _decided(dispute: Dispute | None, recorded: Recorded) -> Dispute | None:
    return None if dispute is None else evolve(dispute, recorded)


TABLE = StateTable[Dispute](
    view="disputes",
    name="disputes",
    state=Dispute,
    fixed=(Column("disputant"), Column("filing_id")),
    moving=(Column("status"),),
    values=lambda dispute: (dispute.disputant, dispute.filing_id, dispute.status.value),
    indexes=(("disputant",), ("status",)),
    on={
        DisputeOpened: Change(by_stream, _opened, begins=True),
        DisputeDecided: Change(by_stream, _decided),
    },
)

VIEW = View("disputes", 2, (TABLE,))


def get(reading: Reading, dispute_id: str) -> Dispute | None:
    """One dispute."""
    return reading.get(TABLE, dispute_id)


def newest(
    reading: Reading, limit: int, after: str | None = None, *, disputant: str | None = None, statuses: Sequence[DisputeStatus] | None = None
) -> Page[Dispute]:
    """Disputes, newest first."""
    where: list[Where] = []
    if disputant is not None:
        where.append(c.disputant == disputant)
    if statuses is not None:
        where.append(c.status.among([status.value for status in statuses]))
    return reading.newest(TABLE, *where, limit=limit, after=after)


def counting(not_by: str | None = None) -> Counting:
    """How many are open, but for one disputant's, to be asked with other counts."""
    of_others = [] if not_by is None else [c.disputant != not_by]
    return Counting(TABLE, [c.status == DisputeStatus.OPEN.value, *of_others])
