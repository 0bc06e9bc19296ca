"""Lodging a complaint of one listing, with which a case begins (rule C1)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.case.act import CaseEvent
from domain.case.state import Case, Status
from domain.events import Event, Fact, Happened, Sealed
from domain.law import Law
from domain.working_days import Deadline


class ComplaintLodged(Event, frozen=True):
    """A member complained of one listing (rule C1). Respondent, listing and link are those at lodging (rule F2)."""

    complainant: str
    respondent: str
    filing_id: str
    listing_id: str
    link: str
    statement: Sealed
    accept_by: Deadline
    request: str
    sighting_id: str | None = None


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
    event = ComplaintLodged(complainant, respondent, filing_id, listing_id, link, statement, accept_by, request, sighting_id)
    return [Happened(at, event, lodging.complainant, rules.ref, accept_by.calendar)]


def begin(case_id: str, fact: Fact) -> Case:
    """The state after the first event of the stream. Raises TypeError where that is not `ComplaintLodged`."""
    event = fact.event
    if not isinstance(event, ComplaintLodged) or fact.rules is None:
        raise TypeError(f"a case does not begin with {type(event).__name__}")
    return Case(
        id=case_id,
        complainant=event.complainant,
        respondent=event.respondent,
        filing_id=event.filing_id,
        listing_id=event.listing_id,
        link=event.link,
        statement=event.statement,
        lodged_at=fact.at,
        accept_by=event.accept_by,
        complaint_rules=fact.rules,
        sighting_id=event.sighting_id,
    )


def lodging_of(event: Event) -> Lodging:
    """What was complained of. Raises TypeError for any other event."""
    if not isinstance(event, ComplaintLodged):
        raise TypeError(f"a case does not begin with {type(event).__name__}")
    return Lodging(
        event.complainant,
        event.respondent,
        event.filing_id,
        event.listing_id,
        event.link,
        event.statement,
        event.request,
        event.sighting_id,
    )


def _begun_already(case: Case, fact: Fact, event: ComplaintLodged) -> Case:
    raise TypeError(f"{ComplaintLodged.__name__} has no place in a case that has begun")


COMPLAINT_LODGED = CaseEvent(
    event=ComplaintLodged,
    fold=_begun_already,
    compared=("accept_by.closes_at",),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
)
