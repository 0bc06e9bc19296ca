"""Taking a complaint up: notice, first window, penalty (rules C3, C4, D1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import refuse_undecidable
from domain.case.consequences.notice import NoticeServed
from domain.case.consequences.penalty import Penalized
from domain.case.consequences.plan import NoticePlan
from domain.case.consequences.window import window_of
from domain.case.decision import Decision
from domain.case.state import Case, Status
from domain.events import Event, Fact, Happened
from domain.events.base import Because
from domain.law import Law


class Accepted(Event, frozen=True):
    """The platform took the complaint up; `[penalty] [appeal] [withdrawal]` are pinned here (rules C4, T5).

    `review_id` is the review that it follows from, where a person was asked after a lapse (rule H8).
    """

    reasons: tuple[str, ...]
    because: Because
    notice_id: str
    review_id: str | None = None


def accept(case: Case, at: datetime, by: str, reasons: tuple[str, ...], plan: NoticePlan, law: Law) -> list[Happened]:
    """Take the complaint up: notice, window, penalty (rules C3, C4). Raises Refusal: already_decided, case_closed, claimed."""
    refuse_undecidable(case, at, by)
    decision = Decision(case)
    take_up(decision, at, by, reasons, "desk", plan, law)
    return decision


def take_up(
    decision: Decision,
    at: datetime,
    by: str,
    reasons: tuple[str, ...],
    because: Because,
    plan: NoticePlan,
    law: Law,
    review_id: str | None = None,
) -> None:
    """The complaint is taken up, by the desk, by lapse or after a review: notice, first window, and the penalty where it stands at once.

    Rules C4, D1, H8.
    """
    rules = law.in_force(at)
    decision.add(at, Accepted(reasons, because, plan.notice_id, review_id), by, rules=rules.ref)
    term = law.term(at, rules.appeal.window(1), rules, at)
    opened = window_of(term, at, 1, rules)
    notice = NoticeServed(
        plan.notice_id,
        decision.case.respondent,
        decision.case.listing_id,
        plan.link,
        reasons,
        rules.title,
        1,
        opened.closes,
        rules.appeal.rounds,
        term.proof,
        plan.picture,
        plan.region,
        plan.shows_original,
    )
    decision.add(at, notice, by, rules=rules.ref, calendar=opened.closes.calendar)
    decision.add(at, opened, by, rules=rules.ref, calendar=opened.closes.calendar)
    if rules.penalty.when == "acceptance":
        decision.add(at, Penalized(decision.case.listing_id), by, rules=rules.ref)


def _fold(case: Case, fact: Fact, event: Accepted) -> Case:
    return replace(
        case,
        status=Status.NOTICED,
        reasons=event.reasons,
        accepted_at=fact.at,
        accepted_by=fact.by if event.because == "desk" else None,
        case_rules=fact.rules,
        notice_id=event.notice_id,
        ended_at=None,
        claim=None,
    )


def _redo(case: Case, at: datetime, by: str, event: Accepted, under: Redoing) -> list[Happened]:
    return accept(case, at, by, event.reasons, under.plan(), under.law)


def _retry(case: Case, at: datetime, by: str, attempt: str, asked: Mapping[str, Any], under: Redoing) -> list[Happened]:
    return accept(case, at, by, (), under.plan(), under.law)


ACCEPTANCE = CaseAct(
    command="acceptance",
    event=Accepted,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=("because",),
    answers=True,
    ends=False,
    desk_only=False,
    one_partys=False,
    quiet=False,
)
