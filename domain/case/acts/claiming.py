"""Taking a case before deciding it (rule H3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import refuse_claimed, refuse_stale_reviewer
from domain.case.state import Case, Claim
from domain.events import Event, Fact, Happened
from domain.law import Law
from domain.refusal import RefusedAttempt


class Claimed(Event, frozen=True):
    """A reviewer took the case until an instant, exclusive (rule H3)."""

    reviewer: str
    until: datetime


def claim(case: Case, at: datetime, by: str, law: Law) -> list[Happened]:
    """Take the case before deciding it; nothing where the reviewer has it already, so that no claim is prolonged (rule H3).

    Raises Refusal: case_closed, claimed, same_reviewer.
    """
    taken = _take(case, at, by, law)
    held = case.claim is not None and at < case.claim.until
    return [] if held else taken


def _take(case: Case, at: datetime, by: str, law: Law) -> list[Happened]:
    if case.ended:
        raise RefusedAttempt("case_closed")
    refuse_claimed(case, at, by)
    if case.case_rules is not None:
        refuse_stale_reviewer(case, by, law)  # who may not decide the next appeal must not keep others from it
    rules = law.in_force(at)
    until = at + timedelta(hours=rules.desk.claim_hours)
    return [Happened(at, Claimed(by, until), by, rules.ref)]


def _fold(case: Case, fact: Fact, event: Claimed) -> Case:
    return replace(case, claim=Claim(event.reviewer, event.until))


def _redo(case: Case, at: datetime, by: str, event: Claimed, under: Redoing) -> list[Happened]:
    """Every claim on record is one that was given; the first releases prolonged one whose holder claimed again (rule G2)."""
    return _take(case, at, by, under.law)


CLAIM = CaseAct(
    command="claim",
    event=Claimed,
    fold=_fold,
    redo=_redo,
    retry=None,
    compared=(),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
    quiet=True,
)
