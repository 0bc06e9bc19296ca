"""Appeals, as the desk and their respondents see them (section D of the rules)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.appeal import Appeal, AppealStatus, begin, evolve
from domain.events import appeal as happened
from domain.recorded import Recorded
from projections.conditions import Where, c
from projections.reading import Page, Reading
from projections.shape import NEVER, Change, Column, StateTable, Values, View, by_stream, micros


def due_at(appeal: Appeal) -> datetime | None:
    """By when the desk is to decide; None where it has, and for a special case (rule D4)."""
    return None if appeal.special or appeal.status is not AppealStatus.OPEN else appeal.decide_by.closes_at


def overdue(appeal: Appeal, now: datetime) -> bool:
    """The desk is late (rule D4)."""
    due = due_at(appeal)
    return due is not None and due <= now


def _opened(_: Appeal | None, recorded: Recorded) -> Appeal:
    return begin(recorded.originator_id, recorded)


def _went_on(appeal: Appeal | None, recorded: Recorded) -> Appeal | None:
    return None if appeal is None else evolve(appeal, recorded)


def _values(appeal: Appeal) -> Values:
    due = due_at(appeal)
    fixed = (appeal.respondent, appeal.notice_id, appeal.round, appeal.complaint_id)
    return (*fixed, appeal.status.value, NEVER if due is None else micros(due))


TABLE = StateTable[Appeal](
    view="appeals",
    name="appeals",
    state=Appeal,
    fixed=(Column("respondent"), Column("notice_id"), Column("round", "number"), Column("complaint_id")),
    moving=(Column("status"), Column("due", "number")),
    values=_values,
    indexes=(("respondent",), ("notice_id",), ("due",), ("status", "due")),
    on={
        happened.AppealOpened: Change(by_stream, _opened, begins=True),
        happened.AppealMarkedSpecial: Change(by_stream, _went_on),
        happened.AppealDecided: Change(by_stream, _went_on),
        happened.AppealMooted: Change(by_stream, _went_on),
        happened.AppealReversed: Change(by_stream, _went_on),
    },
)

VIEW = View("appeals", 2, (TABLE,))


def get(reading: Reading, appeal_id: str) -> Appeal | None:
    """One appeal."""
    return reading.get(TABLE, appeal_id)


def by_due(
    reading: Reading,
    limit: int,
    after: str | None = None,
    *,
    statuses: Sequence[AppealStatus] | None = None,
    respondent: str | None = None,
    overdue: tuple[bool, datetime] | None = None,
) -> Page[Appeal]:
    """Appeals as the desk takes them: the longest due first. `overdue` is asked as of an instant: late by then, or not."""
    where: list[Where] = []
    if statuses is not None:
        where.append(c.status.among([status.value for status in statuses]))
    if respondent is not None:
        where.append(c.respondent == respondent)
    if overdue is not None:
        late, now = overdue
        where.append(c.due <= micros(now) if late else c.due > micros(now))
    return reading.by_due(TABLE, *where, limit=limit, after=after)
