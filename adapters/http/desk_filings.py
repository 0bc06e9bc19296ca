"""The desk on filings: vouchers, disputes of prior right, the non-original finding and reinstatement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.case_file.bodies import NameOf, subject_of
from adapters.http.context import ApiContext, after, paged
from adapters.http.desk_facts import others_disputes
from adapters.http.endpoint import Router
from adapters.http.files import attachment, warned
from adapters.http.filing_words import dispute, filing, suspicion, voucher, voucher_request
from adapters.http.merchant_words import merchant_now
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas import desk as shapes
from adapters.http.schemas import desk_members as members
from adapters.http.schemas.common import ReasonsBody, page_of
from adapters.http.turns import in_turns
from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application import disputes, findings, vouchers
from application.acting import Act
from application.refusals import NotFound
from application.review import Review
from domain.dispute import Dispute
from domain.merchant import Merchant
from domain.refusal import Refusal
from domain.voucher import VoucherRequest
from projections import disputes as dispute_view
from projections import filings as filing_view
from projections import folders as folder_view
from projections import voucher_requests as request_view
from projections import vouchers as voucher_view

DESK_FILINGS: Router[ApiContext] = Router("desk filings", roles=("reviewer",))


def filing_at_desk(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a filing's GET at the desk: whose it is, what it resembles, its vouchers."""
    sealer = context.platform.sealer
    with context.reading() as reading:
        found = filing_view.get(reading, request.path["id"])
        if found is None:
            raise NotFound
        if found.owner == context.as_member(request.caller):
            raise Refusal("forbidden")  # what it resembles is not for its owner (rules B4, H3)
        folder, given, asked = in_turns(
            lambda: folder_view.get(reading, found.folder_id),
            lambda: voucher_view.of_subject(reading, found.id, 200).items,
            lambda: request_view.newest(reading, 200, filing_id=found.id).items,
        )
    context.acquainted({found.owner})
    return {
        **filing(found, "" if folder is None else readable(sealer, folder.name) or "", sealer),
        **warned(context, found),
        "owner": context.subject_of(found.owner),
        "picture": f"/v1/desk/filings/{found.id}/picture",
        "credentials": f"/v1/desk/filings/{found.id}/credentials",
        "likeness": [suspicion(one) for one in found.suspicions],
        "vouchers": [voucher(one, sealer) for one in given],
        "voucher_requests": [voucher_request(one, context.now()) for one in asked],
    }


@DESK_FILINGS.get("/desk/filings/{id}", shapes.DeskFiling)
def read_desk_filing(context: ApiContext, request: ApiRequest) -> Answered:
    """Read a filing with its vouchers and what it resembles."""
    return filing_at_desk(context, request)


@DESK_FILINGS.get("/desk/filings/{id}/vouchers/{n:number}", None, produces=("application/octet-stream",))
def read_voucher(context: ApiContext, request: ApiRequest) -> Answered:
    """Fetch a voucher of a filing; vouchers count from 1."""
    _, content = vouchers.open_voucher(context.platform, request.path["id"], request.path["n"])
    return attachment(content, f"voucher-{request.path['n']}")


@DESK_FILINGS.post(
    "/desk/filings/{id}/voucher-request",
    shapes.DeskVoucherRequest,
    body=shapes.VoucherRequestBody,
    success=201,
    current=filing_at_desk,
    codes=("text_too_long",),
)
def request_vouchers(context: ApiContext, request: ApiRequest) -> Answered:
    """Ask the owner of a filing for vouchers."""
    return _on_request(context, request, "voucher_request", lambda act: vouchers.request(act, request.path["id"], request.body["what"]))


@DESK_FILINGS.post(
    "/desk/voucher-requests/{id}/decision", shapes.DeskVoucherRequest, body=shapes.VoucherDecisionBody, codes=("already_decided",)
)
def decide_voucher_request(context: ApiContext, request: ApiRequest) -> Answered:
    """Find the vouchers satisfying or wanting."""
    return _on_request(
        context,
        request,
        "voucher_decision",
        lambda act: vouchers.decide(act, request.path["id"], request.body["outcome"], request.body["reasons"]),
    )


def _on_request(context: ApiContext, request: ApiRequest, name: str, decided: Callable[[Act], VoucherRequest]) -> Answered:
    def words(act: Act, one: VoucherRequest) -> dict[str, Any]:
        return {**voucher_request(one, act.now), "owner": context.subject_of(one.owner)}

    return request.command(context.platform, name, request.caller.staff_id, decided, words)


def _merchant_id(context: ApiContext, request: ApiRequest) -> str:
    """The opaque id of the merchant that the path names by the marketplace's id. Raises NotFound."""
    identity = context.platform.identities.by_subject(request.path["id"])
    if identity is None:
        raise NotFound
    return identity.member_id


def _touched(listed: findings.Preview) -> dict[str, Any]:
    return {
        "filings": list(listed.filings),
        "complaints": list(listed.complaints),
        "final_complaints": list(listed.final_complaints),
        "penalties": list(listed.penalties),
        "digest": listed.digest,
    }


@DESK_FILINGS.post(
    "/desk/merchants/{id}/non-original-finding/preview",
    members.FindingPreview,
    body=members.FilingIdBody,
    current=merchant_now,
    codes=("already_decided",),
)
def preview_finding(context: ApiContext, request: ApiRequest) -> Answered:
    """List exactly what a finding will touch."""
    member_id = _merchant_id(context, request)
    return request.command(
        context.platform,
        "finding_preview",
        request.caller.staff_id,
        lambda act: findings.preview(act, member_id, request.body["filing_id"]),
        lambda _, listed: _touched(listed),
    )


@DESK_FILINGS.post(
    "/desk/merchants/{id}/non-original-finding",
    members.MerchantState,
    body=members.FindingBody,
    current=merchant_now,
    codes=("already_decided", "preview_stale"),
)
def find_non_original(context: ApiContext, request: ApiRequest) -> Answered:
    """Find a picture not original: all protection of the merchant's pictures ends and its service is terminated, as one act."""
    member_id = _merchant_id(context, request)
    body = request.body
    return request.command(
        context.platform,
        "finding",
        request.caller.staff_id,
        lambda act: findings.find_non_original(act, member_id, body["filing_id"], body["reasons"], body["digest"]),
        lambda _, found: {
            **_state(context, found.merchant),
            "filing_id": body["filing_id"],
            "reasons": list(body["reasons"]),
            **_touched(found.touched),
        },
    )


@DESK_FILINGS.post(
    "/desk/merchants/{id}/reinstatement", members.MerchantState, body=ReasonsBody, current=merchant_now, codes=("not_terminated",)
)
def reinstate_merchant(context: ApiContext, request: ApiRequest) -> Answered:
    """Reinstate a terminated merchant: its filings are protected again from here on, its cases stay voided."""
    member_id = _merchant_id(context, request)
    return request.command(
        context.platform,
        "reinstatement",
        request.caller.staff_id,
        lambda act: findings.reinstate(act, member_id, request.body["reasons"]),
        lambda _, merchant: _state(context, merchant),
    )


def _state(context: ApiContext, merchant: Merchant) -> dict[str, Any]:
    return {
        "id": context.subject_of(merchant.id),
        "terminated": merchant.terminated_at is not None,
        "at": instant(merchant.terminated_at or merchant.reinstated_at),
    }


def dispute_at_desk(context: ApiContext, one: Dispute, who: NameOf | None = None) -> dict[str, Any]:
    """A dispute as the desk sees it: by whom, against which filing, and where both pictures and the vouchers can be looked at."""
    return {
        **dispute(one, context.platform.sealer),
        "by": subject_of(who or context.who, one.disputant),
        "disputed_filing_id": one.filing_id,
        "picture": f"/v1/desk/disputes/{one.id}/picture",
        "disputed_picture": f"/v1/desk/filings/{one.filing_id}/picture",
        "credentials": f"/v1/desk/disputes/{one.id}/credentials",
        "disputed_credentials": f"/v1/desk/filings/{one.filing_id}/credentials",
        "vouchers_at": f"/v1/desk/disputes/{one.id}/vouchers",
    }


@DESK_FILINGS.get("/desk/disputes", page_of(shapes.DeskDispute), lists=True)
def list_desk_disputes(context: ApiContext, request: ApiRequest) -> Answered:
    """List disputes of prior right, newest first."""
    with context.reading() as reading:
        page = dispute_view.newest(reading, request.page.limit, after(request))
        page = page._replace(items=others_disputes(context, request.caller, reading, page.items))
    who = context.acquainted({one.disputant for one in page.items})
    return paged(request, page, lambda one: dispute_at_desk(context, one, who))


@DESK_FILINGS.post("/desk/disputes/{id}/decision", shapes.DeskDispute, body=shapes.DisputeDecisionBody, codes=("already_decided",))
def decide_dispute(context: ApiContext, request: ApiRequest) -> Answered:
    """Decide whose picture it is: the loser's filing is cancelled, the winner's is made."""
    review = Review(context.patience())
    return request.command(
        context.platform,
        "dispute_decision",
        request.caller.staff_id,
        lambda act: disputes.decide(act, request.path["id"], request.body["outcome"], request.body["reasons"], review),
        lambda _, one: dispute_at_desk(context, one),
    )
