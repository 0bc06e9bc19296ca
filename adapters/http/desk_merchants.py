"""The desk's merchants: found by name, with figures, standing, filings and cases; and the desk's own templates for reasons."""

from __future__ import annotations

from typing import Any

from adapters.http.context import after
from adapters.http.desk import DeskContext
from adapters.http.desk_misuse import conduct_words
from adapters.http.endpoint import Router
from adapters.http.filing_words import filing as filing_words
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import page_of
from adapters.http.schemas.desk import DeskMerchant, ReasonTemplates, ReasonTemplatesBody
from adapters.http.schemas.queries import DeskMerchantsQuery
from adapters.wording.instants import instant
from application.misuse import conduct_of
from application.ports import Identity
from application.refusals import found
from domain.case.state import Case, Status
from domain.filing import FilingStatus
from projections import complaints, filings, merchants
from projections.complaints import ComplaintFilter
from projections.reading import Reading

DESK_MERCHANTS: Router[DeskContext] = Router("desk", roles=("reviewer",))
LAST = 20
"""Filings and cases that a merchant's page tells."""


def _member(context: DeskContext, name: str) -> Identity | None:
    identities = context.platform.identities
    return identities.by_subject(name) or identities.by_nickname(name) or identities.by_id(name)


@DESK_MERCHANTS.get("/desk/merchants", page_of(DeskMerchant), query=DeskMerchantsQuery, lists=True)
def list_desk_merchants(context: DeskContext, request: ApiRequest) -> Answered:
    """Find a merchant by its subject or nickname; without `q` all who signed the declaration, newest first."""
    wanted = request.query["q"]
    with context.reading() as reading:
        if wanted is not None:
            identity = _member(context, wanted)
            return request.page.of([] if identity is None else [_in_list(context, reading, identity.member_id)], None)
        page = merchants.newest(reading, request.page.limit, after(request))
        items = [_in_list(context, reading, one.id) for one in page.items]
    return request.page.of(items, None if page.next is None else [page.next])


def _in_list(context: DeskContext, reading: Reading, member_id: str) -> dict[str, Any]:
    identity, merchant = context.who(member_id), merchants.get(reading, member_id)
    return {
        "id": context.subject_of(member_id),
        "nickname": None if identity is None else identity.nickname,
        "terminated": merchant is not None and merchant.terminated_at is not None,
    }


@DESK_MERCHANTS.get("/desk/merchants/{id}", DeskMerchant)
def read_desk_merchant(context: DeskContext, request: ApiRequest) -> Answered:
    """A merchant: figures, standing, its last filings and cases."""
    identity = found(_member(context, request.path["id"]))
    member, sealer = identity.member_id, context.platform.sealer
    with context.reading() as reading:
        last = filings.newest(reading, LAST, owner=member).items
        cases = complaints.newest(reading, ComplaintFilter(member=member), LAST).items
        return {
            **_in_list(context, reading, member),
            "figures": _figures(reading, member),
            "standing": conduct_words(context, conduct_of(context.platform, member)),
            "filings": [filing_words(one, "", sealer) for one in last],
            "cases": [_case(one, member) for one in cases],
        }


def _figures(reading: Reading, member: str) -> dict[str, int]:
    def cases(**wanted: Any) -> int:
        return complaints.count(reading, ComplaintFilter(**wanted))

    return {
        "filings_protected": filings.count(reading, member, FilingStatus.PROTECTED),
        "complaints": cases(complainant=member),
        "complaints_declined": cases(complainant=member, statuses=[Status.DECLINED]),
        "complaints_lifted": cases(complainant=member, statuses=[Status.LIFTED]),
        "complained_of": cases(respondent=member),
        "complained_of_final": cases(respondent=member, statuses=[Status.FINAL]),
    }


def _case(case: Case, member: str) -> dict[str, Any]:
    return {
        "id": case.id,
        "as": "complainant" if case.complainant == member else "respondent",
        "link": case.link,
        "status": case.status.value,
        "lodged_at": instant(case.lodged_at),
        "final_because": case.final_because,
        "lifted_because": case.lifted_because,
    }


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
