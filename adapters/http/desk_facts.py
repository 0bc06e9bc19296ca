"""What the desk sees of a case beside the case itself: who is who, how it was found, what may be done, who is looking."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from adapters.case_file.bodies import NameOf, desk_complaint
from adapters.http.context import ApiContext
from adapters.http.files import warned
from adapters.http.filing_words import sighting as sighting_words
from adapters.http.request import ApiRequest
from adapters.http.turns import in_turns
from adapters.identity.tokens import Caller
from adapters.wording.instants import instant
from application import decide
from application.allowed import allowed
from domain.case.lapse_reviews import open_reviews
from domain.case.state import Case
from domain.days_left import working_days_left
from domain.dispute import Dispute
from domain.listing import Listing
from domain.rulebook import Rulebook
from domain.sighting import Sighting
from projections import complaints, filings, listings, merchants
from projections.reading import Reading

EARLIER = 10
"""Cases of each party that are told beside a case."""


def described(context: ApiContext, case: Case, listing: Listing | None, who: NameOf | None = None) -> dict[str, Any]:
    """A case with its listing's title and its parties' nicknames."""
    who = who or context.acquainted({case.complainant, case.respondent})
    complainant, seller = who(case.complainant), who(case.respondent)
    return {
        **desk_complaint(case, context.now(), context.platform.sealer, who),
        "title": None if listing is None else listing.title,
        "complainant_nickname": None if complainant is None else complainant.nickname,
        "seller_nickname": None if seller is None else seller.nickname,
        "decide_by": instant(case.desk_due_at),
    }


def refuse_own(context: ApiContext, request: ApiRequest, case: Case) -> None:
    """Raises Refusal: forbidden. What the desk reads of a case tells either party what it must not know of the other (rules C5, H3)."""
    decide.refuse_own(context.platform, case, request.caller.staff_id)


def others_disputes(context: ApiContext, caller: Caller, reading: Reading, some: Iterable[Dispute]) -> list[Dispute]:
    """The disputes but for those that the reviewer is itself a party to: by it, or about a filing of its own (rules B4, H3)."""
    found, me = list(some), context.as_member(caller)
    if me is None or not found:
        return found
    disputed = filings.many(reading, {one.filing_id for one in found})
    return [one for one in found if me not in (one.disputant, disputed[one.filing_id].owner if one.filing_id in disputed else None)]


def listed(context: ApiContext, reading: Reading, cases: Collection[Case], viewers: Mapping[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The cases of a list as it shows them, by id."""
    found = listings.many(reading, {case.listing_id for case in cases})
    who = context.acquainted({party for case in cases for party in (case.complainant, case.respondent)})
    return {
        case.id: {
            **described(context, case, found.get(case.listing_id), who),
            **thumbnails(case),
            **waiting(context, case),
            "viewers": viewers.get(case.id, []),
        }
        for case in cases
    }


def thumbnails(case: Case) -> dict[str, str]:
    """Where the small pictures of a case are."""
    return {
        "thumbnail": f"/v1/desk/complaints/{case.id}/picture?size=thumbnail",
        "filing_thumbnail": f"/v1/desk/filings/{case.filing_id}/picture?size=thumbnail",
    }


def waiting(context: ApiContext, case: Case) -> dict[str, Any]:
    """Why a case stands in a queue, and the working days that are left for it."""
    now, due = context.now(), case.desk_due_at
    because = []
    if due is not None or case.open_round is not None:
        because.append("appeal_to_decide" if case.open_round is not None else "complaint_to_take_up")
    if case.open_round is not None and case.open_round.special:
        because.append("special_case")
    if open_reviews(case):
        because.append("review_to_decide")
    left = None if due is None else _days_left(context, case, due, now)
    if due is not None:
        because += ["overdue"] if due <= now else ["due_today"] if left == 0 else []
    return {"because": because, "working_days_left": left}


def _days_left(context: ApiContext, case: Case, due: datetime, now: datetime) -> int | None:
    law = context.law()
    rules: Rulebook = law.rulebook(case.case_rules or case.complaint_rules)
    return working_days_left(now, due, law.calendar(rules.calendar, now), law.zone(rules.time_zone))


def match(sighting: Sighting | None, case: Case) -> dict[str, Any] | None:
    """How the listing's picture was found like the filed one; None where nobody saw it."""
    if sighting is None:
        return None
    words = sighting_words(sighting)
    numbers = {name: words[name] for name in ("confidence", "region", "transform", "seen_at")}
    seen_in = f"/v1/desk/complaints/{case.id}/picture"
    return {"verdict": sighting.seen.verdict, "covers": sighting.seen.covers, **numbers, "evidence_picture": seen_in}


def beside(context: ApiContext, reading: Reading, case: Case, caller: Caller) -> dict[str, Any]:
    """What changes without the case having changed: it is left out of the case's entity tag."""
    me = context.as_member(caller)
    merchant, earlier, filing = in_turns(
        lambda: merchants.get(reading, case.complainant), lambda: _earlier(reading, case, me), lambda: filings.get(reading, case.filing_id)
    )
    terminated = merchant is not None and merchant.terminated_at is not None
    return {
        **thumbnails(case),
        **waiting(context, case),
        "may": allowed(context.platform, case, caller.staff_id, me, terminated),
        "earlier": earlier,
        "filing": filing
        and {
            "filed_at": instant(filing.filed_at),
            "width": filing.width,
            "height": filing.height,
            **warned(context, filing),
        },
    }


def _earlier(reading: Reading, case: Case, reader: str | None) -> list[dict[str, Any]]:
    """The last cases of both parties that were lodged before this one, with their endings, but for the reader's own."""

    def of(member: str) -> list[Case]:
        wanted = complaints.ComplaintFilter(member=member, not_of=reader, lodged_until=case.lodged_at)
        return complaints.newest(reading, wanted, EARLIER).items

    both = in_turns(lambda: of(case.complainant), lambda: of(case.respondent))
    return [
        {
            "id": one.id,
            "party": party,
            "as": "complainant" if one.complainant == member else "respondent",
            "status": one.status.value,
            "final_because": one.final_because,
            "lifted_because": one.lifted_because,
            "lodged_at": instant(one.lodged_at),
        }
        for party, member, cases in zip(("complainant", "respondent"), (case.complainant, case.respondent), both, strict=True)
        for one in cases
    ]
