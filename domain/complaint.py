"""What may be done to a case, and what comes of it (sections C and D of the rules). Cases given here are settled (rule T4).

Each function returns the new events or raises a `Refusal` with the contract's code.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from domain.case import Case, Round, Status
from domain.events import Happened, Sealed
from domain.events import complaint as happened
from domain.events.complaint import Outcome
from domain.law import Law
from domain.refusal import Refusal
from domain.story import Story
from domain.windows import NoticePlan, go_on, pinned, serve


class Lodging(NamedTuple):
    """Who complains of whom, by which filing, of which listing (rule C1)."""

    complainant: str
    respondent: str
    filing_id: str
    listing_id: str
    link: str
    statement: Sealed
    request: str
    sighting_id: str | None = None


class LinkFacts(NamedTuple):
    """What is known of a link that a complainant gave: for `link_refusal` (rule C1)."""

    well_formed: bool = True
    known: bool = True
    repeated: bool = False
    own: bool = False
    authorised: bool = False
    open_case: bool = False
    ended: tuple[Status, ...] = ()


def link_refusal(facts: LinkFacts) -> str | None:
    """Why no case can be made of a link, as the contract's code, in the contract's order; None where one can (rule C1)."""
    futile = sum(status in (Status.DECLINED, Status.WITHDRAWN) for status in facts.ended)
    decided = futile >= 2 or any(status in (Status.LIFTED, Status.FINAL) for status in facts.ended)
    refusals = (
        (not facts.well_formed, "malformed_link"),
        (not facts.known, "unknown_listing"),
        (facts.repeated, "duplicate_link"),
        (facts.own, "own_listing"),
        (facts.authorised, "authorised_seller"),
        (facts.open_case, "case_open"),
        (decided, "already_decided"),
    )
    return next((code for broken, code in refusals if broken), None)


def lodge(lodging: Lodging, at: datetime, law: Law) -> list[Happened]:
    """A case of its own for one listing, to be taken up within the rulebook's time (rules C1, C3, T5)."""
    rules = law.in_force(at)
    accept_by = law.deadline(at, rules.complaint.take_up_within, rules, at)
    complainant, respondent, filing_id, listing_id, link, statement, request, sighting_id = lodging
    event = happened.ComplaintLodged(complainant, respondent, filing_id, listing_id, link, statement, accept_by, request, sighting_id)
    return [Happened(at, event, lodging.complainant, rules.ref, accept_by.calendar)]


def refuse_decided(case: Case) -> None:
    """Raises Refusal: already_decided, case_closed, where the complaint no longer waits to be taken up (rule C3)."""
    match case.status:
        case Status.LODGED:
            return
        case Status.WITHDRAWN | Status.VOIDED:
            raise Refusal("case_closed")
        case _:
            raise Refusal("already_decided")


def accept(case: Case, at: datetime, by: str, reasons: tuple[str, ...], plan: NoticePlan, law: Law) -> list[Happened]:
    """Take the complaint up: notice, window, penalty (rules C3, C4). Raises Refusal: already_decided, case_closed, claimed."""
    _undecided(case, at, by)
    story = Story(case)
    serve(story, at, by, reasons, "desk", plan, law)
    return story.happened


def decline(case: Case, at: datetime, by: str, reasons: tuple[str, ...]) -> list[Happened]:
    """Do not take the complaint up (rule C3). Raises Refusal: already_decided, case_closed, claimed."""
    _undecided(case, at, by)
    return [Happened(at, happened.Declined(reasons, "desk"), by, case.complaint_rules)]


def open_appeal(case: Case, at: datetime, appeal_id: str, law: Law) -> list[Happened]:
    """Use the opportunity that is open (rules D1, D2). Raises Refusal: appeal_open, window_closed, appeals_exhausted, case_closed."""
    match case.status:
        case Status.NOTICED | Status.PENALIZED if case.window is not None:
            rules = pinned(case, law)
            within = rules.appeal.decide(case.window.round)
            decide_by = law.deadline(at, within, rules, at)
            not_before = law.deadline(at, within.earliest, rules, at).closes_at if within.not_before else None
            event = happened.RoundOpened(case.window.round, appeal_id, decide_by, not_before)
            return [Happened(at, event, case.respondent, rules.ref, decide_by.calendar)]
        case Status.APPEALED:
            raise Refusal("appeal_open")
        case Status.FINAL:
            raise Refusal("window_closed" if case.final_because == "no_appeal" else "appeals_exhausted")
        case _:
            raise Refusal("case_closed")


def decide_appeal(case: Case, at: datetime, by: str, number: int, outcome: Outcome, reasons: tuple[str, ...], law: Law) -> list[Happened]:
    """Decide the open appeal of round `number` (rules D2, D4). Raises Refusal: appeal_not_open, same_reviewer, claimed, too_early."""
    current = _open_round(case, number)
    refuse_stale_reviewer(case, by, law)
    refuse_claimed(case, at, by)
    if current.not_before is not None and at < current.not_before:
        raise Refusal("too_early", not_before=current.not_before)
    rules = pinned(case, law)
    story = Story(case)
    story.tell(at, happened.RoundDecided(number, outcome, "desk", by, reasons), by, rules=rules.ref)
    if outcome == "upheld":
        story.tell(at, happened.Lifted("appeal", reasons), by, rules=rules.ref)
    else:
        go_on(story, at, by, law)
    return story.happened


def mark_special(case: Case, at: datetime, by: str, number: int) -> list[Happened]:
    """Exempt the open appeal from its time (rule D4). Raises Refusal: appeal_not_open, already_special, claimed."""
    if _open_round(case, number).special:
        raise Refusal("already_special")
    refuse_claimed(case, at, by)
    return [Happened(at, happened.RoundExempted(number), by, case.case_rules)]


def withdraw(case: Case, at: datetime, reason: Sealed | None, law: Law) -> list[Happened]:
    """The complainant withdraws (rule C6). Raises Refusal: not_withdrawable."""
    if case.ended:
        raise Refusal("not_withdrawable")
    if case.case_rules is not None:
        until = pinned(case, law).withdrawal.until
        if until == "first_appeal_decided" and any(r.outcome is not None for r in case.rounds):
            raise Refusal("not_withdrawable")
    return [Happened(at, happened.Withdrawn(reason), case.complainant, case.case_rules or case.complaint_rules)]


def lift(case: Case, at: datetime, by: str, reasons: tuple[str, ...]) -> list[Happened]:
    """The desk mends its own mistake, in any state with a penalty or a notice (rule H2). Raises Refusal: nothing_to_lift, claimed."""
    if case.status not in (Status.NOTICED, Status.PENALIZED, Status.APPEALED, Status.FINAL):
        raise Refusal("nothing_to_lift")
    refuse_claimed(case, at, by)
    return [Happened(at, happened.Lifted("desk", reasons), by, case.case_rules)]


def reopen(case: Case, at: datetime, by: str, reasons: tuple[str, ...], complainant_terminated: bool) -> list[Happened]:
    """Reopen a final case of a terminated merchant; it ends voided (rule B7). Raises Refusal: not_reopenable."""
    if case.status is not Status.FINAL or not complainant_terminated:
        raise Refusal("not_reopenable")
    return [
        Happened(at, happened.Reopened(reasons), by, case.case_rules),
        Happened(at, happened.Voided("reopening"), by, case.case_rules),
    ]


def claim(case: Case, at: datetime, by: str, law: Law) -> list[Happened]:
    """Take the case before deciding it (rule H3). Raises Refusal: case_closed, claimed, same_reviewer."""
    if case.ended:
        raise Refusal("case_closed")
    refuse_claimed(case, at, by)
    if case.case_rules is not None:
        refuse_stale_reviewer(case, by, law)  # who may not decide the next appeal must not keep others from it
    rules = law.in_force(at)
    until = at + timedelta(hours=rules.desk.claim_hours)
    return [Happened(at, happened.Claimed(by, until), by, rules.ref)]


def release_claim(case: Case, at: datetime, by: str) -> list[Happened]:
    """Let the case go (rule H3). Raises Refusal: claimed, by another; nothing where nobody has it."""
    refuse_claimed(case, at, by)
    if case.claim is None or case.claim.until <= at:
        return []
    return [Happened(at, happened.ClaimReleased(by), by)]


def refuse_claimed(case: Case, at: datetime, by: str) -> None:
    """Raises Refusal: claimed, while another reviewer has the case (rule H3)."""
    if case.claim is not None and case.claim.reviewer != by and at < case.claim.until:
        raise Refusal("claimed", reviewer=case.claim.reviewer, until=case.claim.until)


def refuse_party(case: Case, member: str | None) -> None:
    """Raises Refusal: forbidden, where the reviewer is itself a party to the case (rule H3)."""
    if member is not None and member in (case.complainant, case.respondent):
        raise Refusal("forbidden")


def refuse_stale_reviewer(case: Case, by: str, law: Law) -> None:
    """Raises Refusal: same_reviewer, where the rulebook wants fresh eyes for this appeal (rule D4)."""
    fresh = pinned(case, law).appeal.fresh_reviewer
    seen = {r.reviewer for r in case.rounds if r.reviewer is not None} if fresh != "none" else set()
    if fresh == "all" and case.accepted_by is not None:
        seen.add(case.accepted_by)
    if by in seen:
        raise Refusal("same_reviewer")


def _undecided(case: Case, at: datetime, by: str) -> None:
    refuse_decided(case)
    refuse_claimed(case, at, by)


def _open_round(case: Case, number: int) -> Round:
    current = case.open_round
    if current is None or current.number != number:
        raise Refusal("appeal_not_open")
    return current
