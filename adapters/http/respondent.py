"""What a respondent sees and does: its notices, and appeals against them.

Nothing here reads any view but the notices (rule C5); an import contract holds it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.files import attachment, picture
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import page_of
from adapters.http.schemas.lapse_reviews import Review, ReviewBody
from adapters.http.schemas.outside_bodies import BodyRecord, BodyRecordBody
from adapters.http.schemas.queries import NoticesQuery
from adapters.http.schemas.respondent import Appeal, AppealBody, Evidence, Notice
from adapters.wording.body_records import body_record
from adapters.wording.instants import instant
from adapters.wording.lapse_reviews import asked_of, review, review_by
from adapters.wording.sealed import readable
from application import appeals, lapse_reviews, outside_bodies
from application.ports import Sealer
from application.refusals import Invalid, NotFound
from domain.appeal import Appeal as OpenedAppeal
from domain.statement import PenaltyFacts, statement_of_reasons
from projections import notices
from projections.notices import Notice as ServedNotice
from projections.notices import NoticeAppeal

RESPONDENT: Router[ApiContext] = Router("respondent", roles=("merchant",))


def notice_words(notice: ServedNotice, sealer: Sealer) -> dict[str, Any]:
    """A notice as its respondent sees it."""
    return {
        "id": notice.id,
        "listing_id": notice.listing_id,
        "link": notice.link,
        "picture": None if notice.picture is None else f"/v1/notices/{notice.id}/picture",
        "status": notice.status,
        "notified_at": instant(notice.notified_at),
        "appeal_by": instant(notice.appeal_by),
        "appeals_left": notice.appeals_left,
        "reasons": list(notice.reasons),
        "rule": notice.rule,
        "appeals": [
            {
                "id": one.id,
                "round": one.round,
                "status": one.status,
                "opened_at": instant(one.opened_at),
                "decided_at": instant(one.decided_at),
                "reasons": list(one.reasons),
            }
            for one in notice.appeals
        ],
        "proof": [{"date": str(line.date), "day": line.day, "why": line.why, "counted": line.counted} for line in notice.proof],
        "region": None if notice.region is None else list(notice.region),
        "shows_original": notice.shows_original,
        "final_because": notice.final_because,
        "lifted_because": notice.lifted_because,
        "statement_of_reasons": _statement(notice),
        "bodies": [body_record(one, sealer) for one in notice.bodies],
        "reviews": asked_of(notice.reviews, lambda _: notice.reviewable, sealer),
        "review_by": review_by(notice.reviews, lambda _: notice.reviewable),
    }


def _statement(notice: ServedNotice) -> dict[str, Any] | None:
    return statement_of_reasons(
        PenaltyFacts(
            notice_id=notice.id,
            rule=notice.rule,
            reasons=notice.reasons,
            notified_at=notice.notified_at,
            penalized_at=notice.penalized_at,
            ended_at=notice.revoked_at,
            matched=notice.region is not None,
            again=notice.again,
        )
    )


def appeal_words(notice_id: str, appeal: NoticeAppeal, now: datetime, sealer: Sealer) -> dict[str, Any]:
    """An appeal as its respondent sees it."""
    decide_by = None if appeal.special else appeal.decide_by
    return {
        "id": appeal.id,
        "notice_id": notice_id,
        "round": appeal.round,
        "status": appeal.status,
        "grounds": readable(sealer, appeal.grounds) or "",
        "evidence": list(appeal.evidence),
        "opened_at": instant(appeal.opened_at),
        "decide_by": instant(decide_by),
        "decided_at": instant(appeal.decided_at),
        "overdue": appeal.status == "open" and decide_by is not None and now >= decide_by,
        "special": appeal.special,
        "reasons": list(appeal.reasons),
    }


def _own_notice(context: ApiContext, request: ApiRequest) -> ServedNotice:
    member = context.member(request.caller)
    with context.reading() as reading:
        notice = notices.get(reading, request.path["id"])
    if notice is None or notice.respondent != member.member_id:
        raise NotFound
    return notice


def notice_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a notice's own GET."""
    return notice_words(_own_notice(context, request), context.platform.sealer)


@RESPONDENT.get("/notices", page_of(Notice), query=NoticesQuery, lists=True)
def list_notices(context: ApiContext, request: ApiRequest) -> Answered:
    """List the notices served on one's listings, newest first."""
    member = context.member(request.caller)
    statuses = None if request.query["status"] is None else [request.query["status"]]
    with context.reading() as reading:
        page = notices.of_respondent(reading, member.member_id, request.page.limit, after(request), statuses)
    return paged(request, page, lambda notice: notice_words(notice, context.platform.sealer))


@RESPONDENT.get("/notices/{id}", Notice)
def read_notice(context: ApiContext, request: ApiRequest) -> Answered:
    """Read a notice: what, why, by which rule, and until when an appeal can be made, with the proof of that date."""
    return notice_now(context, request)


@RESPONDENT.get("/notices/{id}/picture", None, produces=("image/jpeg", "image/png"))
def notice_picture(context: ApiContext, request: ApiRequest) -> Answered:
    """The picture that the notice is about: one's own listing's, or the original where the reviewer chose to show it."""
    return picture(context.platform, _own_notice(context, request).picture)


@RESPONDENT.post(
    "/notices/{id}/appeals",
    Appeal,
    body=AppealBody,
    success=201,
    current=notice_now,
    codes=("appeal_open", "window_closed", "appeals_exhausted", "case_closed", "too_many_files", "text_too_long", "suspended"),
)
def open_appeal(context: ApiContext, request: ApiRequest) -> Answered:
    """Appeal against a notice within its open window."""
    member = context.member(request.caller)

    def words(_: object, result: appeals.OpenedAppeal) -> dict[str, Any]:
        return appeal_words(request.path["id"], _as_noticed(result.appeal), context.now(), context.platform.sealer)

    return request.command(
        context.platform,
        "appeal",
        member.member_id,
        lambda act: appeals.open_appeal(act, member, request.path["id"], request.body["grounds"], request.body["evidence"]),
        words,
    )


def _as_noticed(appeal: OpenedAppeal) -> NoticeAppeal:
    return NoticeAppeal(
        id=appeal.id,
        round=appeal.round,
        opened_at=appeal.opened_at,
        decide_by=appeal.decide_by.closes_at,
        grounds=appeal.grounds,
        evidence=appeal.evidence,
    )


@RESPONDENT.get("/notices/{id}/appeals/{round:number}", Appeal)
def read_own_appeal(context: ApiContext, request: ApiRequest) -> Answered:
    """Read one's appeal of a round."""
    notice = _own_notice(context, request)
    appeal = next((one for one in notice.appeals if one.round == request.path["round"]), None)
    if appeal is None:
        raise NotFound
    return appeal_words(notice.id, appeal, context.now(), context.platform.sealer)


@RESPONDENT.get("/evidence/{id}", None, produces=("application/octet-stream",))
def read_own_evidence(context: ApiContext, request: ApiRequest) -> Answered:
    """Fetch a file that one handed in."""
    content = appeals.open_evidence(context.platform, context.member(request.caller), request.path["id"])
    return attachment(content, "evidence")


@RESPONDENT.post("/evidence", Evidence, files=True, success=201, codes=("too_many_files", "no_open_notice", "storage_exhausted"))
def upload_evidence(context: ApiContext, request: ApiRequest) -> Answered:
    """Hand in a file that an appeal can name."""
    member = context.member(request.caller)
    if len(request.uploads) != 1:
        raise Invalid({"file": ["Hand in one file a request."]})
    upload = request.uploads[0]
    return request.command(
        context.platform,
        "evidence",
        member.member_id,
        lambda act: appeals.upload_evidence(act, member, upload.filename, upload.content),
        lambda _, evidence_id: {"id": evidence_id},
    )


@RESPONDENT.post(
    "/notices/{id}/body",
    BodyRecord,
    body=BodyRecordBody,
    success=201,
    current=notice_now,
    codes=("case_open", "body_recorded", "too_many_bodies", "text_too_long"),
)
def take_notice_to_body(context: ApiContext, request: ApiRequest) -> Answered:
    """Put on record that one took the notice, once its case has ended, to a certified dispute body (EU 2022/2065, art. 21)."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "body",
        member.member_id,
        lambda act: outside_bodies.take_notice(act, member, request.path["id"], request.body["body"], request.body["reference"]),
        lambda _, record: body_record(record, context.platform.sealer),
    )


@RESPONDENT.post(
    "/notices/{id}/review",
    Review,
    body=ReviewBody,
    success=201,
    current=notice_now,
    codes=("not_reviewable", "review_open", "text_too_long"),
)
def ask_review_of_notice(context: ApiContext, request: ApiRequest) -> Answered:
    """Ask for a person to look at what the rules did against one where nobody had decided."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "review",
        member.member_id,
        lambda act: lapse_reviews.request_for_notice(act, member, request.path["id"], request.body["reason"]),
        lambda _, done: review(done.review, True, context.platform.sealer),
    )
