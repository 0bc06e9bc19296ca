"""Requests for vouchers (rule B6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.events.filing import VoucherReminderSent, VoucherRequestDecided, VoucherRequested
from domain.recorded import Recorded
from domain.voucher import RequestStatus, VoucherRequest, begin, evolve
from projections.conditions import Where, c
from projections.reading import Counting, Page, Reading
from projections.shape import Change, Column, StateTable, View, by_stream, micros


def overdue(request: VoucherRequest, now: datetime) -> bool:
    """The window has passed and staff have not decided yet."""
    return request.status is RequestStatus.OPEN and request.due.closes_at <= now


def _requested(_: VoucherRequest | None, recorded: Recorded) -> VoucherRequest:
    return begin(recorded.originator_id, recorded)


def _went_on(request: VoucherRequest | None, recorded: Recorded) -> VoucherRequest | None:
    return None if request is None else evolve(request, recorded)


TABLE = StateTable[VoucherRequest](
    view="voucher_requests",
    name="voucher_requests",
    state=VoucherRequest,
    fixed=(Column("owner"), Column("filing_id")),
    moving=(Column("status"), Column("due", "number")),
    values=lambda request: (request.owner, request.filing_id, request.status.value, micros(request.due.closes_at)),
    indexes=(("owner",), ("filing_id",), ("due",), ("status", "due")),
    on={
        VoucherRequested: Change(by_stream, _requested, begins=True),
        VoucherReminderSent: Change(by_stream, _went_on),
        VoucherRequestDecided: Change(by_stream, _went_on),
    },
)

VIEW = View("voucher_requests", 2, (TABLE,))


def get(reading: Reading, request_id: str) -> VoucherRequest | None:
    """One request."""
    return reading.get(TABLE, request_id)


def newest(
    reading: Reading,
    limit: int,
    after: str | None = None,
    *,
    owner: str | None = None,
    filing_id: str | None = None,
    statuses: Sequence[RequestStatus] | None = None,
) -> Page[VoucherRequest]:
    """Requests, newest first."""
    where: list[Where] = []
    if owner is not None:
        where.append(c.owner == owner)
    if filing_id is not None:
        where.append(c.filing_id == filing_id)
    if statuses is not None:
        where.append(c.status.among([status.value for status in statuses]))
    return reading.newest(TABLE, *where, limit=limit, after=after)


def by_due(
    reading: Reading, limit: int, after: str | None = None, *, statuses: Sequence[RequestStatus] | None = None
) -> Page[VoucherRequest]:
    """Requests as the desk takes them: the longest due first."""
    where = [] if statuses is None else [c.status.among([status.value for status in statuses])]
    return reading.by_due(TABLE, *where, limit=limit, after=after)


def counting(late_at: datetime | None = None, due_before: datetime | None = None) -> Counting:
    """How many are open, to be asked with other counts; late at an instant, or due before one, where that is asked."""
    where: list[Where] = [c.status == RequestStatus.OPEN.value]
    if late_at is not None:
        where.append(c.due <= micros(late_at))
    if due_before is not None:
        where.append(c.due < micros(due_before))
    return Counting(TABLE, where)
