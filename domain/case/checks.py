"""Who may do something to a case at all: what several acts ask before they decide (rules C3, D4, H3)."""

from __future__ import annotations

from datetime import datetime

from domain.case.state import Case, Round, Status
from domain.law import Law
from domain.refusal import Refusal, RefusedAttempt
from domain.rulebook import Rulebook
from domain.staff import same_staff


def pinned(case: Case, law: Law) -> Rulebook:
    """The rulebook whose `[penalty] [appeal] [withdrawal]` the case is under (rule T5). Raises ValueError before acceptance."""
    if case.case_rules is None:
        raise ValueError("no rules are pinned to a case before its acceptance")
    return law.rulebook(case.case_rules)


def refuse_decided(case: Case) -> None:
    """Raises Refusal: already_decided, case_closed, where the complaint no longer waits to be taken up (rule C3)."""
    match case.status:
        case Status.LODGED:
            return
        case Status.WITHDRAWN | Status.VOIDED:
            raise RefusedAttempt("case_closed")
        case _:
            raise RefusedAttempt("already_decided")


def refuse_undecidable(case: Case, at: datetime, by: str) -> None:
    """Raises Refusal: already_decided, case_closed, claimed (rules C3, H3)."""
    refuse_decided(case)
    refuse_claimed(case, at, by)


def refuse_claimed(case: Case, at: datetime, by: str) -> None:
    """Raises Refusal: claimed, while another reviewer has the case (rule H3)."""
    if case.claim is not None and not same_staff(case.claim.reviewer, by) and at < case.claim.until:
        raise RefusedAttempt("claimed", reviewer=case.claim.reviewer, until=case.claim.until)


def refuse_party(case: Case, member: str | None) -> None:
    """Raises Refusal: forbidden, where the reviewer is itself a party to the case (rule H3)."""
    if member is not None and member in (case.complainant, case.respondent):
        raise Refusal("forbidden")


def refuse_stale_reviewer(case: Case, by: str, law: Law) -> None:
    """Raises Refusal: same_reviewer, where the rulebook wants fresh eyes for this appeal (rule D4)."""
    fresh = pinned(case, law).appeal.fresh_reviewer
    seen: list[str | None] = []
    if fresh != "none":
        seen += [r.reviewer for r in case.rounds]
        seen += [review.reviewer for review in case.reviews if review.appeal_id is not None or fresh == "all"]
    if fresh == "all":
        seen.append(case.accepted_by)
    if any(same_staff(one, by) for one in seen):
        raise RefusedAttempt("same_reviewer")


def require_open_round(case: Case, number: int) -> Round:
    """The open appeal, which is that of round `number`. Raises Refusal: appeal_not_open."""
    current = case.open_round
    if current is None or current.number != number:
        raise RefusedAttempt("appeal_not_open")
    return current
