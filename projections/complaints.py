"""Complaints, as the complainant and the desk see them (rules C2, C3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from domain.case import events as happened
from domain.case.folding import begin, evolve
from domain.case.lapse_reviews import open_reviews
from domain.case.state import Case, Status
from domain.recorded import Recorded
from projections.conditions import Where, c, either
from projections.reading import Counting, Page, Reading
from projections.shape import NEVER, Change, Column, StateTable, Values, View, by_stream, micros

UNDATED = timedelta(days=36_525)
"""What has no time to be decided in is sorted as if it had a century."""


class ComplaintFilter(Struct, frozen=True, kw_only=True):
    """Which complaints; None means all. `member` is either party, `lodged_from` inclusive, `lodged_until` exclusive.

    `overdue` is asked as of an instant: late by then, or not; `due_before` is exclusive. `claimed` is by whom at an instant, None:
    by nobody. With `review_due_before` (exclusive; the latest instant there is: whenever) a review waits that is due before it.
    Cases of the member `not_of` are left out, whichever party it is.
    """

    complainant: str | None = None
    respondent: str | None = None
    member: str | None = None
    not_of: str | None = None
    filing_id: str | None = None
    listing_id: str | None = None
    statuses: Sequence[Status] | None = None
    lodged_from: datetime | None = None
    lodged_until: datetime | None = None
    overdue: tuple[bool, datetime] | None = None
    due_before: datetime | None = None
    claimed: tuple[str | None, datetime] | None = None
    review_due_before: datetime | None = None


def _lodged(_: Case | None, recorded: Recorded) -> Case:
    return begin(recorded.originator_id, recorded)


def _went_on(case: Case | None, recorded: Recorded) -> Case | None:
    return None if case is None else evolve(case, recorded)


def _values(case: Case) -> Values:
    fixed = (case.complainant, case.respondent, case.filing_id, case.listing_id, micros(case.lodged_at))
    due = case.desk_due_at
    claim = case.claim
    held = ("", 0) if claim is None else (claim.reviewer, micros(claim.until))
    return (*fixed, case.status.value, NEVER if due is None else micros(due), *held, _review_due(case))


def _review_due(case: Case) -> int:
    """When the first open review is due; those without a time of their own after all others, the longest open first (rule H8)."""
    due = [micros(one.due_at or (one.asked_at or case.lodged_at) + UNDATED) for one in open_reviews(case)]
    return min(due, default=NEVER)


TABLE = StateTable[Case](
    view="complaints",
    name="complaints",
    state=Case,
    fixed=(Column("complainant"), Column("respondent"), Column("filing_id"), Column("listing_id"), Column("lodged_at", "number")),
    moving=(
        Column("status"),
        Column("due", "number"),
        Column("claimant"),
        Column("claimed_until", "number"),
        Column("review_due", "number"),
    ),
    values=_values,
    indexes=(
        ("lodged_at",),
        *((column, "lodged_at") for column in ("complainant", "respondent", "filing_id", "listing_id", "status")),
        ("complainant", "status", "lodged_at"),
        ("due",),
        ("status", "due"),
        ("claimant", "due"),
        ("review_due",),
    ),
    on={
        **{event: Change(by_stream, _went_on) for event in get_args(happened.CASE_EVENTS)},
        happened.ComplaintLodged: Change(by_stream, _lodged, begins=True),
    },
)

VIEW = View("complaints", 7, (TABLE,))


def get(reading: Reading, complaint_id: str) -> Case | None:
    """One complaint."""
    return reading.get(TABLE, complaint_id)


def newest(reading: Reading, wanted: ComplaintFilter, limit: int, after: str | None = None) -> Page[Case]:
    """Complaints, the last lodged first."""
    return reading.newest_of(TABLE, _either(wanted), limit, after, by="lodged_at")


def by_due(reading: Reading, wanted: ComplaintFilter, limit: int, after: str | None = None) -> Page[Case]:
    """Complaints as the desk takes them: the longest due first, then those that wait for nothing."""
    return reading.by_due(TABLE, *_where(wanted), limit=limit, after=after)


def counting(wanted: ComplaintFilter) -> Counting:
    """How many there are, to be asked with other counts."""
    return Counting(TABLE, _where(wanted))


def by_review_due(
    reading: Reading, limit: int, after: str | None = None, overdue: tuple[bool, datetime] | None = None, not_of: str | None = None
) -> Page[Case]:
    """The cases of which a review waits for a person, the longest due first (rule H8); `overdue` as of an instant: late by then, or not.

    Those of the member `not_of` are left out.
    """
    where = [c.review_due < NEVER, *([] if not_of is None else _not_of(not_of))]
    if overdue is not None:
        late, now = overdue
        where.append(c.review_due <= micros(now) if late else c.review_due > micros(now))
    return reading.by_due(TABLE, *where, limit=limit, after=after, by="review_due")


def by_status(reading: Reading, wanted: ComplaintFilter) -> dict[str, int]:
    """How many there are in each status."""
    return reading.counted(TABLE, "status", *_where(wanted))


def _either(wanted: ComplaintFilter) -> list[list[Where]]:
    """What is wanted of either party is wanted of the one or of the other: nobody complains of himself (rule C1)."""
    if wanted.member is None:
        return [_where(wanted)]
    rest = _where(replace(wanted, member=None))
    return [[getattr(c, party) == wanted.member, *rest] for party in ("complainant", "respondent")]


def _not_of(member: str) -> list[Where]:
    return [c.complainant != member, c.respondent != member]


def _where(wanted: ComplaintFilter) -> list[Where]:
    where: list[Where] = [
        getattr(c, name) == value
        for name in ("complainant", "respondent", "filing_id", "listing_id")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.member is not None:
        where.append(either(c.complainant == wanted.member, c.respondent == wanted.member))
    if wanted.not_of is not None:
        where += _not_of(wanted.not_of)
    if wanted.statuses is not None:
        where.append(c.status.among([status.value for status in wanted.statuses]))
    if wanted.lodged_from is not None:
        where.append(c.lodged_at >= micros(wanted.lodged_from))
    if wanted.lodged_until is not None:
        where.append(c.lodged_at < micros(wanted.lodged_until))
    if wanted.overdue is not None:
        late, now = wanted.overdue
        where.append(c.due <= micros(now) if late else c.due > micros(now))
    if wanted.due_before is not None:
        where.append(c.due < micros(wanted.due_before))
    if wanted.review_due_before is not None:
        where.append(c.review_due < micros(wanted.review_due_before))
    if wanted.claimed is not None:
        reviewer, now = wanted.claimed
        held = c.claimed_until > micros(now)
        where += [c.claimed_until <= micros(now)] if reviewer is None else [c.claimant == reviewer, held]
    return where
