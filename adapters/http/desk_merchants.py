"""The desk's merchants: found by name, with figures, standing, filings and cases; and the desk's own templates for reasons."""

from __future__ import annotations

from typing import Any

from adapters.http.context import after
from adapters.http.desk import DeskContext
from adapters.http.endpoint import Router
from adapters.http.merchant_words import in_list, member_named, merchant_now
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import page_of
from adapters.http.schemas.desk import ReasonTemplates, ReasonTemplatesBody
from adapters.http.schemas.desk_members import DeskMerchant
from adapters.http.schemas.queries import DeskMerchantsQuery
from application.refusals import found
from projections import merchants
from projections.reading import Reading

DESK_MERCHANTS: Router[DeskContext] = Router("desk", roles=("reviewer",))


@DESK_MERCHANTS.get("/desk/merchants", page_of(DeskMerchant), query=DeskMerchantsQuery, lists=True)
def list_desk_merchants(context: DeskContext, request: ApiRequest) -> Answered:
    """Find merchants by how their subject or nickname begins, or one by its id; without `q` all who signed the declaration, newest first.

    Who is named exactly so comes first.
    """
    wanted = request.query["q"]
    with context.reading() as reading:
        if wanted is not None:
            return request.page.of(_named(context, reading, wanted, request.page.limit), None)
        page = merchants.newest(reading, request.page.limit, after(request))
        who = context.acquainted({one.id for one in page.items})
        items = [in_list(one.id, who(one.id), one) for one in page.items]
    return request.page.of(items, None if page.next is None else [page.next])


def _named(context: DeskContext, reading: Reading, name: str, most: int) -> list[dict[str, Any]]:
    exactly = member_named(context, name)
    sought = ([] if exactly is None else [exactly]) + context.platform.identities.beginning_with(name, most)
    by_id = {one.member_id: one for one in sought}
    known = merchants.many(reading, by_id)
    return [in_list(id, one, known.get(id)) for id, one in by_id.items()][:most]


@DESK_MERCHANTS.get("/desk/merchants/{id}", DeskMerchant)
def read_desk_merchant(context: DeskContext, request: ApiRequest) -> Answered:
    """A merchant: figures, standing, its last filings and cases."""
    return merchant_now(context, request)


@DESK_MERCHANTS.get("/desk/reasons", ReasonTemplates)
def read_reasons(context: DeskContext, request: ApiRequest) -> Answered:
    """The desk's templates for reasons; what stands in [brackets] has to be filled in."""
    return {"items": found(context.templates).read()}


@DESK_MERCHANTS.put("/desk/reasons", ReasonTemplates, body=ReasonTemplatesBody, also=(), current=read_reasons)
def put_reasons(context: DeskContext, request: ApiRequest) -> Answered:
    """Put these templates in the place of all that there are."""
    request.precondition()
    found(context.templates).put(request.body["items"])
    return read_reasons(context, request)
