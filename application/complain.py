"""Complaining of listings: one case a link, and taking a complaint back (rules C1, C2, C6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from application.acting import Act
from application.cases import carry_on, live_case, note_case, settled, voiding_of
from application.grants import is_authorised
from application.index import CasesOfPair, FilingById, FilingRow, ListingByLink, ListingRow
from application.lapse_reviews import is_under_review
from application.links import pasted_links
from application.members import require_active
from application.misuse import refuse_suspended
from application.ports import Identity
from application.refusals import NotFound, found
from application.sighted import complained, waiting
from application.texts import check_length
from domain.case.acts import lodging as lodgings
from domain.case.acts import withdrawing
from domain.case.acts.lodging import LinkFacts, Lodging, link_refusal
from domain.case.folding import begin, fold
from domain.case.state import Case, Status
from domain.refusal import Refusal, RefusedAttempt


class RefusedLink(NamedTuple):
    """A link of which no case was made, and why; its id is the recorded attempt's, a random one where that was only counted (rule D5)."""

    link: str
    code: str
    refused_id: str


class Lodged(NamedTuple):
    """What came of a request: the new cases and the refused links, both in the order asked."""

    cases: tuple[Case, ...]
    refused: tuple[RefusedLink, ...]


def lodge(act: Act, member: Identity, filing_id: str, links: Sequence[str], statement: str, sighting_id: str | None = None) -> Lodged:
    """Complain of one or more listings by one own protected filing (rule C1).

    Raises NotFound for another's filing; Refusal: entrance_closed, declaration_missing, terminated, suspended, filing_not_protected,
    too_many_links, text_too_long.
    """
    filing = act.ask(FilingById(filing_id))
    if filing is None or filing.owner != member.member_id:
        raise NotFound
    require_active(act, member)
    refuse_suspended(act, member, "complaints")
    act.load(filing_id)
    if filing.standing != "protected":
        raise RefusedAttempt("filing_not_protected")
    rules = act.law.in_force(act.now)
    if len(links) > rules.complaint.max_links:
        raise Refusal("too_many_links", limit=rules.complaint.max_links, measured=len(links))
    check_length(act, statement)
    request = act.new_id()
    sealed = act.platform.sealer.seal(member.member_id, statement)
    cases: list[Case] = []
    refused: list[RefusedLink] = []
    seen: set[str] = set()
    for link in links:
        listing, code = _judge(act, filing, link, seen)
        if code is not None or listing is None:
            code = code or "unknown_listing"
            facts = {"link": _asked(act, member, link, listing), "filing_id": filing_id}
            refused.append(RefusedLink(link, code, act.attempt(code, facts, member.member_id)))
            continue
        seen_as = sighting_id or waiting(act, filing_id, listing.listing_id)
        lodging = Lodging(member.member_id, listing.seller, filing_id, listing.listing_id, link, sealed, request, seen_as)
        cases.append(_begun(act, lodging))
    return Lodged(tuple(cases), tuple(refused))


def _begun(act: Act, lodging: Lodging) -> Case:
    """The case of a complaint that nothing speaks against; what was seen is answered by it (rule F2)."""
    decided = lodgings.lodge(lodging, act.now, act.law)
    case_id = act.new_id()
    act.append(case_id, decided)
    case = begin(case_id, decided[0])
    note_case(act, case)
    if lodging.sighting_id is not None:
        complained(act, lodging.sighting_id, case_id)
    return settled(act, case)


def _asked(act: Act, member: Identity, link: str, listing: ListingRow | None) -> str:
    """A link for the record; sealed where it is nobody's listing, for then it is a text like any other (rule H6)."""
    return link if listing is not None else act.platform.sealer.seal(member.member_id, link)


def _judge(act: Act, filing: FilingRow, link: str, seen: set[str]) -> tuple[ListingRow | None, str | None]:
    """The listing that a link names, and why no case can be made of it."""
    spellings = pasted_links(link, act.platform.tracking)
    if not spellings:
        return None, link_refusal(LinkFacts(well_formed=False))
    listing = next(filter(None, (act.ask(ListingByLink(one)) for one in spellings)), None)
    if listing is None:
        return None, link_refusal(LinkFacts(known=False))
    canonical = listing.canonical
    repeated = canonical in seen
    seen.add(canonical)
    ended: list[Status] = []
    open_case = False
    for row in act.ask(CasesOfPair(filing.filing_id, listing.listing_id)):
        former = settled(act, found(fold(row.case_id, act.load(row.case_id))), voiding_of(row))
        open_case = open_case or not former.ended or is_under_review(former)
        ended.append(former.status)
    facts = LinkFacts(
        repeated=repeated,
        own=listing.seller == filing.owner,
        authorised=is_authorised(act, filing.owner, listing.seller, filing.filing_id),
        open_case=open_case,
        ended=tuple(ended),
    )
    return listing, link_refusal(facts)


def withdraw(act: Act, member: Identity, case_id: str, reason: str | None) -> Case:
    """Take a complaint back until it is final (rule C6). Raises NotFound; Refusal: not_withdrawable."""
    case = live_case(act, case_id)
    if case.complainant != member.member_id:
        raise NotFound
    sealed = None if reason is None else act.platform.sealer.seal(member.member_id, check_length(act, reason))
    return carry_on(act, case, withdrawing.withdraw(case, act.now, sealed, act.law))
