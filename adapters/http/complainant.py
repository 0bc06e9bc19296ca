"""A merchant as a complainant: authorisations, sightings, complaints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.case_file.bodies import complaint
from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.files import picture
from adapters.http.filing_words import sighting
from adapters.http.owner import INACTIVE
from adapters.http.problems import Problem
from adapters.http.request import Answered, ApiRequest, Tagged
from adapters.http.schemas import merchant as shapes
from adapters.http.schemas.common import page_of
from adapters.http.schemas.lapse_reviews import Review, ReviewBody
from adapters.http.schemas.outside_bodies import BodyRecord, BodyRecordBody
from adapters.http.schemas.queries import AuthorizationsQuery, ComplaintsQuery, SightingsQuery
from adapters.http.turns import in_turns
from adapters.wording.body_records import body_record
from adapters.wording.instants import instant
from adapters.wording.lapse_reviews import review
from application import authorise, complain, lapse_reviews, outside_bodies, watch_listings
from application.acting import Act
from application.refusals import NotFound, found
from domain.authorization import Authorization
from domain.case.state import Case, Status
from domain.sighting import Sighting, SightingStatus
from projections import authorizations, complaints, listings
from projections import sightings as sighting_view
from projections.reading import Reading

COMPLAINANT: Router[ApiContext] = Router("complainant", roles=("merchant",))
LODGING = (*INACTIVE, "filing_not_protected", "too_many_links", "text_too_long", "all_refused", "suspended")


def _authorization(context: ApiContext, one: Authorization, member_id: str, nickname: str) -> dict[str, Any]:
    given = one.owner == member_id
    return {
        "id": one.id,
        "nickname": nickname,
        "filings": "all" if one.filings is None else list(one.filings),
        "until": instant(one.until),
        "status": one.status(context.now()),
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
def grant_authorization(context: ApiContext, request: ApiRequest) -> Answered:
    """Let another member use some or all of one's pictures."""
    member = context.member(request.caller)
    filings = None if request.body["filings"] == "all" else tuple(request.body["filings"])
    return request.command(
        context.platform,
        "authorization",
        member.member_id,
        lambda act: authorise.grant(act, member, request.body["nickname"], filings, request.body["until"]),
        lambda _, one: _authorization(context, one, member.member_id, request.body["nickname"]),
    )


@COMPLAINANT.get("/authorizations", page_of(shapes.Authorization), query=AuthorizationsQuery, lists=True)
def list_authorizations(context: ApiContext, request: ApiRequest) -> Answered:
    """List the authorisations that one gave or received, newest first."""
    me = context.member(request.caller).member_id
    side = request.query["side"]
    with context.reading() as reading:
        page = authorizations.newest(
            reading,
            request.page.limit,
            after(request),
            owner=me if side == "given" else None,
            grantee=me if side == "received" else None,
            member=me if side is None else None,
        )
    who = context.acquainted({member for one in page.items for member in (one.owner, one.grantee)})

    def words(one: Authorization) -> dict[str, Any]:
        other = who(one.grantee if one.owner == me else one.owner)
        return _authorization(context, one, me, "" if other is None else other.nickname or other.subject)

    return paged(request, page, words)


@COMPLAINANT.delete("/authorizations/{id}")
def revoke_authorization(context: ApiContext, request: ApiRequest) -> Answered:
    """Revoke an authorisation that one gave."""
    member = context.member(request.caller)
    return request.command(
        context.platform, "revocation", member.member_id, lambda act: authorise.revoke(act, member, request.path["id"]), lambda *_: None
    )


@COMPLAINANT.get("/sightings", page_of(shapes.Sighting, counts=True), query=SightingsQuery, lists=True)
def list_sightings(context: ApiContext, request: ApiRequest) -> Answered:
    """List where one's pictures were seen, newest first."""
    member = context.member(request.caller)
    statuses = None if request.query["status"] is None else [SightingStatus(request.query["status"])]
    with context.reading(seeking=True) as reading:
        page, counts = in_turns(
            lambda: sighting_view.of_owner(reading, member.member_id, request.page.limit, after(request), statuses),
            lambda: sighting_view.by_status(reading, member.member_id),
        )
        titles = _titles(reading, page.items)

    def words(one: Sighting) -> dict[str, Any]:
        here = f"/v1/sightings/{one.id}/picture"
        return {**sighting(one), **_seen_from(one, titles), "picture": here}

    return {**paged(request, page, words), "counts": counts}


def _titles(reading: Reading, items: Sequence[Case | Sighting]) -> dict[str, str]:
    """The titles of the listings that these are about."""
    return {found.id: found.title for found in listings.many(reading, {one.listing_id for one in items}).values()}


def _beside(case: Case, titles: Mapping[str, str]) -> dict[str, Any]:
    """What is shown beside a complaint, and by when the desk decides what waits of it."""
    return {**_seen_from(case, titles), "decide_by": instant(case.desk_due_at)}


def _seen_from(one: Case | Sighting, titles: Mapping[str, str]) -> dict[str, Any]:
    """What a list shows beside the thing itself: the listing's title, the small picture of one's own filing."""
    return {"title": titles.get(one.listing_id), "thumbnail": f"/v1/filings/{one.filing_id}/picture?size=thumbnail"}


@COMPLAINANT.get("/sightings/{id}/picture", None, produces=("image/jpeg", "image/png"))
def sighting_picture(context: ApiContext, request: ApiRequest) -> Answered:
    """The listing's picture in which one's own was seen."""
    member = context.member(request.caller)
    with context.reading() as reading:
        found = sighting_view.get(reading, request.path["id"])
    if found is None or found.owner != member.member_id:
        raise NotFound
    return picture(context.platform, found.seen.digest)


@COMPLAINANT.post("/sightings/{id}/complaint", shapes.Lodged, body=shapes.StatementBody, success=201, codes=LODGING)
def complain_from_sighting(context: ApiContext, request: ApiRequest) -> Answered:
    """Complain of what was sighted, in one step."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "lodging",
        member.member_id,
        lambda act: watch_listings.complain_from_sighting(act, member, request.path["id"], request.body["statement"]),
        lambda act, done: _lodged(context, act, done),
    )


@COMPLAINANT.post("/complaints", shapes.Lodged, body=shapes.ComplaintBody, success=201, codes=("not_found", *LODGING))
def lodge_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Complain of listings by one of one's filings: each link becomes a case of its own."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "lodging",
        member.member_id,
        lambda act: complain.lodge(act, member, request.body["filing_id"], request.body["links"], request.body["statement"]),
        lambda act, done: _lodged(context, act, done),
    )


def _lodged(context: ApiContext, act: Act, done: complain.Lodged) -> dict[str, Any] | Problem:
    refused = [{"id": one.refused_id, "link": one.link, "reasons": [{"code": one.code}]} for one in done.refused]
    if not done.cases:
        return Problem("all_refused", refused=refused)
    return {"complaints": [complaint(case, act.now, context.platform.sealer) for case in done.cases], "refused": refused}


def complaint_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a complaint's own GET."""
    member = context.member(request.caller)
    with context.reading() as reading:
        case = complaints.get(reading, request.path["id"])
    if case is None or case.complainant != member.member_id:
        raise NotFound
    return complaint(case, context.now(), context.platform.sealer)


@COMPLAINANT.get("/complaints", page_of(shapes.Complaint, counts=True), query=ComplaintsQuery, lists=True)
def list_complaints(context: ApiContext, request: ApiRequest) -> Answered:
    """List one's complaints and their results, newest first."""
    member = context.member(request.caller)
    status = request.query["status"]
    sought = complaints.ComplaintFilter(complainant=member.member_id, statuses=None if status is None else [Status(status)])
    with context.reading() as reading:
        page, counts = in_turns(
            lambda: complaints.newest(reading, sought, request.page.limit, after(request)),
            lambda: complaints.by_status(reading, complaints.ComplaintFilter(complainant=member.member_id)),
        )
        titles = _titles(reading, page.items)
    now = context.now()

    def words(case: Case) -> dict[str, Any]:
        return {**complaint(case, now, context.platform.sealer), **_beside(case, titles)}

    return {**paged(request, page, words), "counts": counts}


@COMPLAINANT.get("/complaints/{id}", shapes.Complaint)
def read_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Read a complaint."""
    basis = complaint_now(context, request)
    with context.reading() as reading:
        case = found(complaints.get(reading, basis["id"]))
        return Tagged({**basis, **_beside(case, _titles(reading, [case]))}, basis)


@COMPLAINANT.post(
    "/complaints/{id}/withdrawal",
    shapes.Complaint,
    body=shapes.WithdrawalBody,
    current=complaint_now,
    codes=("not_withdrawable", "text_too_long"),
)
def withdraw_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Withdraw a complaint until its case is final."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "withdrawal",
        member.member_id,
        lambda act: complain.withdraw(act, member, request.path["id"], request.body["reason"]),
        lambda act, case: complaint(case, act.now, context.platform.sealer),
    )


@COMPLAINANT.post(
    "/complaints/{id}/body",
    BodyRecord,
    body=BodyRecordBody,
    success=201,
    current=complaint_now,
    codes=("case_open", "body_recorded", "too_many_bodies", "text_too_long"),
)
def take_complaint_to_body(context: ApiContext, request: ApiRequest) -> Answered:
    """Put on record that one took the ended case to a certified dispute body (EU 2022/2065, art. 21)."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "body",
        member.member_id,
        lambda act: outside_bodies.take_complaint(act, member, request.path["id"], request.body["body"], request.body["reference"]),
        lambda _, record: body_record(record, context.platform.sealer),
    )


@COMPLAINANT.post(
    "/complaints/{id}/review",
    Review,
    body=ReviewBody,
    success=201,
    current=complaint_now,
    codes=("not_reviewable", "review_open", "text_too_long"),
)
def ask_review_of_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Ask for a person to look at what the rules did against one where nobody had decided."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "review",
        member.member_id,
        lambda act: lapse_reviews.request_for_complaint(act, member, request.path["id"], request.body["reason"]),
        lambda _, done: review(done.review, True, context.platform.sealer),
    )
