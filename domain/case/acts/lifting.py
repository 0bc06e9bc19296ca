"""Lifting penalty and notice: the desk mends its own mistake, or an appeal was upheld (rules H2, D2, D4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import refuse_claimed
from domain.case.state import Case, Status
from domain.events import Event, Fact, Happened
from domain.refusal import RefusedAttempt


class Lifted(Event, frozen=True):
    """Penalty or notice were lifted: an appeal was upheld, the desk mended its mistake, an undecided appeal lapsed, or an outside
    body found for the respondent (rules D2, H2, D4, H9).

    `review_id` is the review that it follows from, where a person was asked after a lapse (rule H8).
    """

    because: Literal["appeal", "desk", "lapse", "body"]
    reasons: tuple[str, ...] = ()
    review_id: str | None = None


def lift(case: Case, at: datetime, by: str, reasons: tuple[str, ...]) -> list[Happened]:
    """The desk mends its own mistake, in any state with a penalty or a notice (rule H2). Raises Refusal: nothing_to_lift, claimed."""
    if case.status not in (Status.NOTICED, Status.PENALIZED, Status.APPEALED, Status.FINAL):
        raise RefusedAttempt("nothing_to_lift")
    refuse_claimed(case, at, by)
    return [Happened(at, Lifted("desk", reasons), by, case.case_rules)]


def _fold(case: Case, fact: Fact, event: Lifted) -> Case:
    ended_at = case.ended_at if case.status is Status.LIFTED else fact.at  # a penalty is revoked once
    return replace(case, status=Status.LIFTED, lifted_because=event.because, final_because=None, window=None, ended_at=ended_at, claim=None)


def _redo(case: Case, at: datetime, by: str, event: Lifted, under: Redoing) -> list[Happened]:
    return lift(case, at, by, event.reasons)


def _retry(case: Case, at: datetime, by: str, attempt: str, asked: Mapping[str, Any], under: Redoing) -> list[Happened]:
    return lift(case, at, by, ())


LIFT = CaseAct(
    command="lift",
    event=Lifted,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=("because",),
    answers=True,
    ends=True,
    desk_only=False,
    one_partys=False,
    quiet=False,
)
