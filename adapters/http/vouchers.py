"""A merchant's vouchers, and its disputes of prior right (rules B6, H1)."""

from __future__ import annotations

from typing import Literal

from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.files import attachment
from adapters.http.filing_words import dispute, voucher, voucher_request
from adapters.http.owner import filing_now, own_filing
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas import merchant as shapes
from adapters.http.schemas.common import page_of
from application import disputes, vouchers
from application.ports import Upload
from application.refusals import NotFound
from domain.dispute import Dispute
from projections import disputes as dispute_view
from projections import voucher_requests as request_view
from projections import vouchers as voucher_view

VOUCHERS: Router[ApiContext] = Router("vouchers", roles=("merchant",))


@VOUCHERS.get("/voucher-requests", page_of(shapes.VoucherRequest), lists=True)
def list_voucher_requests(context: ApiContext, request: ApiRequest) -> Answered:
    """List the vouchers that the platform asks for, newest first."""
    member = context.member(request.caller)
    now = context.now()
    with context.reading() as reading:
        page = request_view.newest(reading, request.page.limit, after(request), owner=member.member_id)
    return paged(request, page, lambda one: voucher_request(one, now))


@VOUCHERS.get("/filings/{id}/vouchers", page_of(shapes.Voucher), lists=True)
def list_vouchers(context: ApiContext, request: ApiRequest) -> Answered:
    """List the vouchers of a filing, newest first."""
    found, _ = own_filing(context, request)
    with context.reading() as reading:
        page = voucher_view.of_subject(reading, found.id, request.page.limit, after(request))
    return paged(request, page, lambda one: voucher(one, context.platform.sealer))


@VOUCHERS.get("/filings/{id}/vouchers/{n:number}", None, produces=("application/octet-stream",))
def read_own_voucher(context: ApiContext, request: ApiRequest) -> Answered:
    """Fetch a voucher that one gave for a filing; vouchers count from 1."""
    subject, _ = own_filing(context, request)
    _, content = vouchers.open_voucher(context.platform, subject.id, request.path["n"])
    return attachment(content, f"voucher-{request.path['n']}")


def _own_dispute(context: ApiContext, request: ApiRequest) -> Dispute:
    with context.reading() as reading:
        found = dispute_view.get(reading, request.path["id"])
    if found is None or found.disputant != context.member(request.caller).member_id:
        raise NotFound
    return found


@VOUCHERS.get("/filings/disputes/{id}/vouchers", page_of(shapes.Voucher), lists=True)
def list_dispute_vouchers(context: ApiContext, request: ApiRequest) -> Answered:
    """List the vouchers that one gave for a dispute, newest first."""
    found = _own_dispute(context, request)
    with context.reading() as reading:
        page = voucher_view.of_subject(reading, found.id, request.page.limit, after(request))
    return paged(request, page, lambda one: voucher(one, context.platform.sealer))


@VOUCHERS.get("/filings/disputes/{id}/vouchers/{n:number}", None, produces=("application/octet-stream",))
def read_own_dispute_voucher(context: ApiContext, request: ApiRequest) -> Answered:
    """Fetch a voucher that one gave for a dispute; vouchers count from 1."""
    _, content = vouchers.open_voucher(context.platform, _own_dispute(context, request).id, request.path["n"])
    return attachment(content, f"voucher-{request.path['n']}")


@VOUCHERS.post(
    "/filings/{id}/vouchers",
    shapes.Vouchers,
    files=True,
    body=shapes.VoucherFields,
    success=201,
    current=filing_now,
    codes=("too_many_files", "storage_exhausted"),
)
def give_filing_vouchers(context: ApiContext, request: ApiRequest) -> Answered:
    """Give vouchers for a filing, asked for or not."""
    return _give(context, request, "filing")


@VOUCHERS.post(
    "/filings/disputes/{id}/vouchers",
    shapes.Vouchers,
    files=True,
    body=shapes.VoucherFields,
    success=201,
    codes=("too_many_files", "storage_exhausted"),
)
def give_dispute_vouchers(context: ApiContext, request: ApiRequest) -> Answered:
    """Give vouchers for a dispute."""
    return _give(context, request, "dispute")


def _give(context: ApiContext, request: ApiRequest, subject: Literal["filing", "dispute"]) -> Answered:
    member = context.member(request.caller)
    files = [Upload(upload.filename, upload.content) for upload in request.uploads]
    return request.command(
        context.platform,
        "voucher",
        member.member_id,
        lambda act: vouchers.give(act, member, subject, request.path["id"], request.body["kind"], files),
        lambda _, given: {"vouchers": [voucher(one, context.platform.sealer) for one in given]},
    )


@VOUCHERS.post(
    "/filings/disputes",
    shapes.Dispute,
    body=shapes.DisputeBody,
    success=201,
    codes=("not_found", "terminated", "not_disputable", "text_too_long"),
)
def open_dispute(context: ApiContext, request: ApiRequest) -> Answered:
    """Dispute the filing that barred one's own picture: who filed first is not always who made it."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "dispute",
        member.member_id,
        lambda act: disputes.open_dispute(act, member, request.body["refused_picture_id"], request.body["statement"]),
        lambda _, opened: dispute(opened, context.platform.sealer),
    )


@VOUCHERS.get("/filings/disputes", page_of(shapes.Dispute), lists=True)
def list_disputes(context: ApiContext, request: ApiRequest) -> Answered:
    """List one's disputes, newest first."""
    member = context.member(request.caller)
    with context.reading() as reading:
        page = dispute_view.newest(reading, request.page.limit, after(request), disputant=member.member_id)
    return paged(request, page, lambda one: dispute(one, context.platform.sealer))
