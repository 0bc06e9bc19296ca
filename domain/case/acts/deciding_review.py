"""A person decides what nobody had decided: whether a lapse stands (rule H8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.acts.accepting import take_up
from domain.case.acts.asking_review import rules_of
from domain.case.acts.lifting import Lifted
from domain.case.checks import pinned, refuse_claimed, refuse_stale_reviewer
from domain.case.consequences.penalty import Penalized
from domain.case.consequences.plan import NoticePlan
from domain.case.consequences.reviewable import RoundReversed
from domain.case.consequences.window import go_on
from domain.case.decision import Decision
from domain.case.lapse_reviews import party_of, review_of, stands
from domain.case.state import Case, LapseReview, Status
from domain.events import Event, Fact, Happened
from domain.events.base import Lapse, Party, Ruling
from domain.law import Law
from domain.refusal import RefusedAttempt


class ReviewDecided(Event, frozen=True):
    """A person looked at a lapse: upheld is the request, and what follows from it follows now; rejected, nothing moves (rule H8).

    For the party that asked, the desk and the audit; the other party learns of what follows alone.
    """

    review_id: str
    party: Party
    lapse: Lapse
    outcome: Ruling
    reasons: tuple[str, ...]


def decide_review(
    case: Case,
    at: datetime,
    by: str,
    review_id: str,
    outcome: Ruling,
    reasons: tuple[str, ...],
    plan: Callable[[], NoticePlan],
    law: Law,
) -> list[Happened]:
    """Decide a review as a reviewer with fresh eyes (rules H8, D4); `plan` is asked only where the complaint is accepted now.

    Raises Refusal: already_decided (also where it is moot), same_reviewer, claimed.
    """
    review = review_of(case, review_id)
    if review is None or review.outcome is not None or not stands(case, review):
        raise RefusedAttempt("already_decided")
    if case.case_rules is not None:
        refuse_stale_reviewer(case, by, law)
    refuse_claimed(case, at, by)
    decision = Decision(case)
    decided = ReviewDecided(review_id, party_of(review.lapse), review.lapse, outcome, reasons)
    decision.add(at, decided, by, rules=rules_of(case, review, law).ref)
    if outcome == "upheld":
        match review.lapse:
            case "decline":
                take_up(decision, at, by, reasons, "desk", plan(), law, review_id)
            case "accept":
                decision.add(at, Lifted("desk", reasons, review_id), by, rules=case.case_rules)
            case _:
                _reverse(decision, at, by, review, reasons, law)
    return decision


def _reverse(decision: Decision, at: datetime, by: str, review: LapseReview, reasons: tuple[str, ...], law: Law) -> None:
    """The appeal is upheld where its lapse had rejected it, and rejected where it had released the listing."""
    case, rules = decision.case, pinned(decision.case, law)
    lapsed = next(one for one in case.rounds if one.appeal_id == review.appeal_id)
    if review.lapse == "release":
        decision.add(at, RoundReversed(lapsed.number, lapsed.appeal_id, "rejected", by, reasons), by, rules=rules.ref)
        if case.penalized_at is not None:
            decision.add(at, Penalized(case.listing_id), by, rules=rules.ref)
        go_on(decision, at, by, law)
        return
    decision.add(at, RoundReversed(lapsed.number, lapsed.appeal_id, "upheld", by, reasons), by, rules=rules.ref)
    if case.status is not Status.LIFTED:
        decision.add(at, Lifted("appeal", reasons, review.id), by, rules=rules.ref)


def _fold(case: Case, fact: Fact, event: ReviewDecided) -> Case:
    decided = tuple(
        replace(one, outcome=event.outcome, decided_at=fact.at, reviewer=fact.by, reasons=event.reasons)
        if one.id == event.review_id
        else one
        for one in case.reviews
    )
    return replace(case, reviews=decided, claim=None)


def _redo(case: Case, at: datetime, by: str, event: ReviewDecided, under: Redoing) -> list[Happened]:
    return decide_review(case, at, by, event.review_id, event.outcome, event.reasons, under.plan, under.law)


def _retry(case: Case, at: datetime, by: str, attempt: str, asked: Mapping[str, Any], under: Redoing) -> list[Happened]:
    match asked:
        case {"review": str(review_id), "outcome": "upheld" | "rejected" as outcome}:
            return decide_review(case, at, by, review_id, outcome, (), under.plan, under.law)
        case _:
            return []


REVIEW_DECISION = CaseAct(
    command="review_decision",
    event=ReviewDecided,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=("lapse", "outcome"),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=True,
    quiet=False,
)
