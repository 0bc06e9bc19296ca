"""A merchant's vouchers, and its disputes of prior right (rules B6, H1)."""

from __future__ import annotations

from typing import Literal

from adapters.http.ask import Answered, Ask
from adapters.http.endpoint import Audience
from adapters.http.files import attachment
from adapters.http.filing_words import dispute, voucher, voucher_request
from adapters.http.front import Front, after, paged
from adapters.http.owner import filing_now, own_filing
from adapters.http.schemas import merchant as shapes
from adapters.http.schemas.common import page_of
from application import disputes, vouchers
from application.refusals import NotFound
from application.review import Upload
from domain.dispute import Dispute
from projections import disputes as dispute_view
from projections import voucher_requests as request_view
from projections import vouchers as voucher_view

VOUCHERS: Audience[Front] = Audience("vouchers", roles=("merchant",))


@VOUCHERS.get("/voucher-requests", page_of(shapes.VoucherRequest), lists=True)
def list_voucher_requests(front: Front, ask: Ask) -> Answered:
    """List the vouchers that the platform asks for, newest first."""
    member = front.member(ask.caller)
    now = front.now()
    with front.reading() as reading:
        page = request_view.newest(reading, ask.page.limit, after(ask), owner=member.member_id)
    return paged(ask, page, lambda one: voucher_request(one, now))


@VOUCHERS.get("/filings/{id}/vouchers", page_of(shapes.Voucher), lists=True)
def list_vouchers(front: Front, ask: Ask) -> Answered:
    """List the vouchers of a filing, newest first."""
    found, _ = own_filing(front, ask)
    with front.reading() as reading:
        page = voucher_view.of_subject(reading, found.id, ask.page.limit, after(ask))
    return paged(ask, page, lambda one: voucher(one, front.platform.sealer))


@VOUCHERS.get("/filings/{id}/vouchers/{n:number}", None, produces=("application/octet-stream",))
def read_own_voucher(front: Front, ask: Ask) -> Answered:
    """Fetch a voucher that one gave for a filing; vouchers count from 1."""
    subject, _ = own_filing(front, ask)
    _, content = vouchers.open_voucher(front.platform, subject.id, ask.path["n"])
    return attachment(content, f"voucher-{ask.path['n']}")


def _own_dispute(front: Front, ask: Ask) -> Dispute:
    with front.reading() as reading:
        found = dispute_view.get(reading, ask.path["id"])
    if found is None or found.disputant != front.member(ask.caller).member_id:
        raise NotFound
    return found


@VOUCHERS.get("/filings/disputes/{id}/vouchers", page_of(shapes.Voucher), lists=True)
def list_dispute_vouchers(front: Front, ask: Ask) -> Answered:
    """List the vouchers that one gave for a dispute, newest first."""
    found = _own_dispute(front, ask)
    with front.reading() as reading:
        page = voucher_view.of_subject(reading, found.id, ask.page.limit, after(ask))
    return paged(ask, page, lambda one: voucher(one, front.platform.sealer))


@VOUCHERS.get("/filings/disputes/{id}/vouchers/{n:number}", None, produces=("application/octet-stream",))
def read_own_dispute_voucher(front: Front, ask: Ask) -> Answered:
    """Fetch a voucher that one gave for a dispute; vouchers count from 1."""
    _, content = vouchers.open_voucher(front.platform, _own_dispute(front, ask).id, ask.path["n"])
    return attachment(content, f"voucher-{ask.path['n']}")


@VOUCHERS.post(
    "/filings/{id}/vouchers",
    shapes.Vouchers,
    files=True,
    body=shapes.VoucherFields,
    success=201,
    current=filing_now,
    codes=("too_many_files",),
)
def give_filing_vouchers(front: Front, ask: Ask) -> Answered:
    """Give vouchers for a filing, asked for or not."""
    return _give(front, ask, "filing")


@VOUCHERS.post(
    "/filings/disputes/{id}/vouchers",
    shapes.Vouchers,
    files=True,
    body=shapes.VoucherFields,
    success=201,
    codes=("too_many_files",),
)
def give_dispute_vouchers(front: Front, ask: Ask) -> Answered:
    """Give vouchers for a dispute."""
    return _give(front, ask, "dispute")


def _give(front: Front, ask: Ask, subject: Literal["filing", "dispute"]) -> Answered:
    member = front.member(ask.caller)
    files = [Upload(upload.filename, upload.content) for upload in ask.uploads]
    return ask.command(
        front.platform,
        "voucher",
        member.member_id,
        lambda act: vouchers.give(act, member, subject, ask.path["id"], ask.body["kind"], files),
        lambda _, given: {"vouchers": [voucher(one, front.platform.sealer) for one in given]},
    )


@VOUCHERS.post(
    "/filings/disputes",
    shapes.Dispute,
    body=shapes.DisputeBody,
    success=201,
    codes=("not_found", "terminated", "not_disputable", "text_too_long"),
)
def open_dispute(front: Front, ask: Ask) -> Answered:
    """Dispute the filing that barred one's own picture: who filed first is not always who made it."""
    member = front.member(ask.caller)
    return ask.command(
        front.platform,
        "dispute",
        member.member_id,
        lambda act: disputes.open_dispute(act, member, ask.body["refused_picture_id"], ask.body["statement"]),
        lambda _, opened: dispute(opened, front.platform.sealer),
    )


@VOUCHERS.get("/filings/disputes", page_of(shapes.Dispute), lists=True)
def list_disputes(front: Front, ask: Ask) -> Answered:
    """List one's disputes, newest first."""
    member = front.member(ask.caller)
    with front.reading() as reading:
        page = dispute_view.newest(reading, ask.page.limit, after(ask), disputant=member.member_id)
    return paged(ask, page, lambda one: dispute(one, front.platform.sealer))
