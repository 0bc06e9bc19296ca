"""A merchant as a complainant: authorisations, sightings, complaints."""

from __future__ import annotations

from typing import Any

from adapters.case_file.bodies import complaint
from adapters.http.ask import Answered, Ask
from adapters.http.endpoint import Audience
from adapters.http.filing_words import sighting
from adapters.http.front import Front, after, paged
from adapters.http.owner import INACTIVE
from adapters.http.problems import Problem
from adapters.http.schemas import merchant as shapes
from adapters.http.schemas.common import page_of
from adapters.http.schemas.queries import AuthorizationsQuery, ComplaintsQuery, SightingsQuery
from adapters.wording.instants import instant
from application import authorise, complain, watch_listings
from application.acting import Act
from application.refusals import NotFound
from domain.authorization import Authorization
from domain.case import Status
from domain.sighting import SightingStatus
from projections import authorizations, complaints
from projections import sightings as sighting_view

COMPLAINANT: Audience[Front] = Audience("complainant", roles=("merchant",))
LODGING = (*INACTIVE, "filing_not_protected", "too_many_links", "text_too_long", "all_refused", "suspended")


def _authorization(front: Front, one: Authorization, member_id: str, nickname: str | None = None) -> dict[str, Any]:
    given = one.owner == member_id
    if nickname is None:
        other = front.who(one.grantee if given else one.owner)
        nickname = "" if other is None else other.nickname or other.subject
    return {
        "id": one.id,
        "nickname": nickname,
        "filings": "all" if one.filings is None else list(one.filings),
        "until": instant(one.until),
        "status": one.status(front.now()),
        "side": "given" if given else "received",
        "granted_at": instant(one.granted_at),
    }


@COMPLAINANT.post(
    "/authorizations",
    shapes.Authorization,
    body=shapes.AuthorizationBody,
    success=201,
    codes=("not_found", *INACTIVE, "unknown_nickname", "filing_not_protected"),
)
def grant_authorization(front: Front, ask: Ask) -> Answered:
    """Let another member use some or all of one's pictures."""
    member = front.member(ask.caller)
    filings = None if ask.body["filings"] == "all" else tuple(ask.body["filings"])
    return ask.command(
        front.platform,
        "authorization",
        member.member_id,
        lambda act: authorise.grant(act, member, ask.body["nickname"], filings, ask.body["until"]),
        lambda _, one: _authorization(front, one, member.member_id, ask.body["nickname"]),
    )


@COMPLAINANT.get("/authorizations", page_of(shapes.Authorization), query=AuthorizationsQuery, lists=True)
def list_authorizations(front: Front, ask: Ask) -> Answered:
    """List the authorisations that one gave or received, newest first."""
    me = front.member(ask.caller).member_id
    side = ask.query["side"]
    with front.reading() as reading:
        page = authorizations.newest(
            reading,
            ask.page.limit,
            after(ask),
            owner=me if side == "given" else None,
            grantee=me if side == "received" else None,
            member=me if side is None else None,
        )
    return paged(ask, page, lambda one: _authorization(front, one, me))


@COMPLAINANT.delete("/authorizations/{id}")
def revoke_authorization(front: Front, ask: Ask) -> Answered:
    """Revoke an authorisation that one gave."""
    member = front.member(ask.caller)
    return ask.command(
        front.platform, "revocation", member.member_id, lambda act: authorise.revoke(act, member, ask.path["id"]), lambda *_: None
    )


@COMPLAINANT.get("/sightings", page_of(shapes.Sighting), query=SightingsQuery, lists=True)
def list_sightings(front: Front, ask: Ask) -> Answered:
    """List where one's pictures were seen, newest first."""
    member = front.member(ask.caller)
    statuses = None if ask.query["status"] is None else [SightingStatus(ask.query["status"])]
    with front.reading(seeking=True) as reading:
        page = sighting_view.of_owner(reading, member.member_id, ask.page.limit, after(ask), statuses)
    return paged(ask, page, sighting)


@COMPLAINANT.post("/sightings/{id}/complaint", shapes.Lodged, body=shapes.StatementBody, success=201, codes=LODGING)
def complain_from_sighting(front: Front, ask: Ask) -> Answered:
    """Complain of what was sighted, in one step."""
    member = front.member(ask.caller)
    return ask.command(
        front.platform,
        "lodging",
        member.member_id,
        lambda act: watch_listings.complain_from_sighting(act, member, ask.path["id"], ask.body["statement"]),
        lambda act, done: _lodged(front, act, done),
    )


@COMPLAINANT.post("/complaints", shapes.Lodged, body=shapes.ComplaintBody, success=201, codes=("not_found", *LODGING))
def lodge_complaint(front: Front, ask: Ask) -> Answered:
    """Complain of listings by one of one's filings: each link becomes a case of its own."""
    member = front.member(ask.caller)
    return ask.command(
        front.platform,
        "lodging",
        member.member_id,
        lambda act: complain.lodge(act, member, ask.body["filing_id"], ask.body["links"], ask.body["statement"]),
        lambda act, done: _lodged(front, act, done),
    )


def _lodged(front: Front, act: Act, done: complain.Lodged) -> dict[str, Any] | Problem:
    refused = [{"id": one.refused_id, "link": one.link, "reasons": [{"code": one.code}]} for one in done.refused]
    if not done.cases:
        return Problem("all_refused", refused=refused)
    return {"complaints": [complaint(case, act.now, front.platform.sealer) for case in done.cases], "refused": refused}


def complaint_now(front: Front, ask: Ask) -> dict[str, Any]:
    """The body of a complaint's own GET."""
    member = front.member(ask.caller)
    with front.reading() as reading:
        found = complaints.get(reading, ask.path["id"])
    if found is None or found.complainant != member.member_id:
        raise NotFound
    return complaint(found, front.now(), front.platform.sealer)


@COMPLAINANT.get("/complaints", page_of(shapes.Complaint), query=ComplaintsQuery, lists=True)
def list_complaints(front: Front, ask: Ask) -> Answered:
    """List one's complaints and their results, newest first."""
    member = front.member(ask.caller)
    status = ask.query["status"]
    sought = complaints.Sought(complainant=member.member_id, statuses=None if status is None else [Status(status)])
    with front.reading() as reading:
        page = complaints.newest(reading, sought, ask.page.limit, after(ask))
    now = front.now()
    return paged(ask, page, lambda found: complaint(found, now, front.platform.sealer))


@COMPLAINANT.get("/complaints/{id}", shapes.Complaint)
def read_complaint(front: Front, ask: Ask) -> Answered:
    """Read a complaint."""
    return complaint_now(front, ask)


@COMPLAINANT.post(
    "/complaints/{id}/withdrawal",
    shapes.Complaint,
    body=shapes.WithdrawalBody,
    current=complaint_now,
    codes=("not_withdrawable", "text_too_long"),
)
def withdraw_complaint(front: Front, ask: Ask) -> Answered:
    """Withdraw a complaint until its case is final."""
    member = front.member(ask.caller)
    return ask.command(
        front.platform,
        "withdrawal",
        member.member_id,
        lambda act: complain.withdraw(act, member, ask.path["id"], ask.body["reason"]),
        lambda act, case: complaint(case, act.now, front.platform.sealer),
    )
