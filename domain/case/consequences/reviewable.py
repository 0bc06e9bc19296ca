"""That a person can be asked to look at a lapse, until when, and that a person changed what a lapse had made of an appeal (rule H8)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from domain.case.act import CaseEvent
from domain.case.decision import Decision
from domain.case.lapse_reviews import party_of
from domain.case.state import Case, LapseReview, Status
from domain.events import CLOCK, Event, Fact
from domain.events.base import Lapse, Party, Ruling
from domain.law import Law
from domain.rulebook import Rulebook
from domain.working_days import Deadline


class ReviewWindowOpened(Event, frozen=True):
    """Nobody decided, the rulebook did: the party it went against may ask for a person until the deadline (rule H8).

    For that party, the desk and the audit.

    `appeal_id` is the appeal that lapsed, None where the complaint did.
    """

    party: Party
    lapse: Lapse
    closes: Deadline
    appeal_id: str | None = None


class RoundReversed(Event, frozen=True):
    """A person found otherwise than the lapse of an appeal: from now on it is upheld, or rejected (rule H8)."""

    round: int
    appeal_id: str
    outcome: Ruling
    reviewer: str
    reasons: tuple[str, ...]


def offer_review(decision: Decision, at: datetime, lapse: Lapse, rules: Rulebook, law: Law, appeal_id: str | None = None) -> None:
    """A person can be asked from the lapse on, for as long as the rulebook says; not at all where it says nothing."""
    within = rules.review.request_within
    if within is not None:
        closes = law.deadline(at, within, rules, at)
        decision.add(at, ReviewWindowOpened(party_of(lapse), lapse, closes, appeal_id), CLOCK, rules=rules.ref, calendar=closes.calendar)


def _review_window_opened(case: Case, fact: Fact, event: ReviewWindowOpened) -> Case:
    return replace(case, reviews=(*case.reviews, LapseReview(event.lapse, event.appeal_id, event.closes)))


def _round_reversed(case: Case, fact: Fact, event: RoundReversed) -> Case:
    """An appeal that is rejected after all brings back the case that its release had ended; its penalty has to be imposed anew."""
    rounds = tuple(
        replace(one, outcome=event.outcome, decided_at=fact.at, reviewer=event.reviewer, reasons=event.reasons)
        if one.appeal_id == event.appeal_id
        else one
        for one in case.rounds
    )
    if event.outcome == "upheld":
        return replace(case, rounds=rounds)
    before = case.penalized_before
    if case.penalized_at is not None and case.ended_at is not None:
        before += case.ended_at - case.penalized_at
    return replace(
        case, status=Status.NOTICED, rounds=rounds, lifted_because=None, ended_at=None, penalized_at=None, penalized_before=before
    )


REVIEW_WINDOW_OPENED = CaseEvent(
    event=ReviewWindowOpened,
    fold=_review_window_opened,
    compared=("lapse", "closes.closes_at"),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=True,
)
ROUND_REVERSED = CaseEvent(
    event=RoundReversed,
    fold=_round_reversed,
    compared=("round", "outcome"),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
)
