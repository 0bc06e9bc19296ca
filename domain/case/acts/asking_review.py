"""Asking for a person where nobody had decided (rule H8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import pinned
from domain.case.lapse_reviews import ReviewStatus, reviews_of, stands, status_of
from domain.case.state import Case, LapseReview
from domain.events import Event, Fact, Happened, Sealed
from domain.events.base import Lapse, Party
from domain.law import Law
from domain.refusal import RefusedAttempt
from domain.rulebook import Rulebook
from domain.working_days import Deadline


class ReviewRequested(Event, frozen=True):
    """The party that a lapse went against asked for a person, and why; sealed under its key (rule H8).

    For that party, the desk and the audit; the other party never learns of it, only of what follows.
    """

    review_id: str
    party: Party
    lapse: Lapse
    reason: Sealed
    appeal_id: str | None = None
    decide_by: Deadline | None = None


def request_review(case: Case, at: datetime, by: str, review_id: str, reason: Sealed, law: Law) -> list[Happened]:
    """Ask for a person to look at the latest lapse against this party that can still be reviewed (rule H8).

    It changes nothing until it is decided. Raises Refusal: not_reviewable, review_open.
    """
    party: Party = "complainant" if by == case.complainant else "respondent"
    standing = [review for review in reviews_of(case, party) if stands(case, review)]
    if any(status_of(case, review) is ReviewStatus.OPEN for review in standing):
        raise RefusedAttempt("review_open")
    lapsed = next((review for review in reversed(standing) if review.id is None and at < review.closes.closes_at), None)
    if lapsed is None:
        raise RefusedAttempt("not_reviewable")
    rules = rules_of(case, lapsed, law)
    within = rules.review.decide_within
    decide_by = None if within is None else law.deadline(at, within, rules, at)
    event = ReviewRequested(review_id, party, lapsed.lapse, reason, lapsed.appeal_id, decide_by)
    return [Happened(at, event, by, rules.ref, None if decide_by is None else decide_by.calendar)]


def rules_of(case: Case, review: LapseReview, law: Law) -> Rulebook:
    """The rulebook whose `[review]` is pinned to a lapse: of a complaint at lodging, of an appeal at acceptance (rules H8, T5)."""
    return law.rulebook(case.complaint_rules) if review.appeal_id is None else pinned(case, law)


def _fold(case: Case, fact: Fact, event: ReviewRequested) -> Case:
    about = event.lapse, event.appeal_id
    asked = tuple(
        replace(one, id=event.review_id, asked_at=fact.at, decide_by=event.decide_by, reason=event.reason)
        if (one.lapse, one.appeal_id) == about
        else one
        for one in case.reviews
    )
    return replace(case, reviews=asked)


def _redo(case: Case, at: datetime, by: str, event: ReviewRequested, under: Redoing) -> list[Happened]:
    (requested,) = request_review(case, at, by, event.review_id, event.reason, under.law)
    one = requested.event
    if not isinstance(one, ReviewRequested) or (one.lapse, one.appeal_id) != (event.lapse, event.appeal_id):
        raise RefusedAttempt("not_reviewable")  # it was asked about another lapse
    return [requested]


def _retry(case: Case, at: datetime, by: str, attempt: str, facts: Mapping[str, Any], under: Redoing) -> list[Happened]:
    return request_review(case, at, by, attempt, Sealed(""), under.law)


REVIEW = CaseAct(
    command="review",
    event=ReviewRequested,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=("lapse",),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=True,
    quiet=False,
)
