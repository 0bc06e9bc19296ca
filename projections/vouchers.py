"""Vouchers given for filings and disputes, numbered from 1 within each (rules B6, H1)."""

from __future__ import annotations

from domain.events.filing import VoucherGiven
from domain.recorded import Recorded
from domain.voucher import Voucher, vouchers
from projections.conditions import c
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, View


def _key_of(subject_id: str, number: int) -> str:
    return f"{subject_id}/{number}"


def _key(recorded: Recorded) -> str:
    event = recorded.event
    return _key_of(event.subject_id, event.number) if isinstance(event, VoucherGiven) else recorded.originator_id


def _given(_: Voucher | None, recorded: Recorded) -> Voucher:
    return vouchers([recorded])[0]


TABLE = StateTable[Voucher](
    view="vouchers",
    name="vouchers",
    state=Voucher,
    fixed=(Column("subject_id"), Column("owner")),
    values=lambda voucher: (voucher.subject_id, voucher.owner),
    indexes=(("subject_id",), ("owner",)),
    on={VoucherGiven: Change(_key, _given, begins=True)},
)

VIEW = View("vouchers", 1, (TABLE,))


def get(reading: Reading, subject_id: str, number: int) -> Voucher | None:
    """The voucher of that number of a filing or dispute."""
    return reading.get(TABLE, _key_of(subject_id, number))


def of_subject(reading: Reading, subject_id: str, limit: int, after: str | None = None) -> Page[Voucher]:
    """The vouchers of a filing or dispute, newest first."""
    return reading.newest(TABLE, c.subject_id == subject_id, limit=limit, after=after)


def of_owner(reading: Reading, owner: str, limit: int, after: str | None = None) -> Page[Voucher]:
    """All vouchers that a member gave, newest first (rule H6)."""
    return reading.newest(TABLE, c.owner == owner, limit=limit, after=after)
