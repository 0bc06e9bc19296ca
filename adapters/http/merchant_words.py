"""How the desk is told of a merchant: figures, standing, its last filings and cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.http.context import ApiContext
from adapters.http.filing_words import filing as filing_words
from adapters.http.request import ApiRequest
from adapters.wording.instants import instant
from application.misuse import conduct_of
from application.ports import Identity
from application.refusals import found
from domain.case.state import Case, Status
from domain.events.member import MerchantReinstated, MerchantTerminated
from domain.filing import FilingStatus
from domain.merchant import Merchant
from domain.misuse import Conduct
from domain.recorded import Recorded
from domain.refusal import Refusal
from domain.staff import subject_of
from projections import complaints, filings, merchants
from projections.complaints import ComplaintFilter
from projections.reading import Counting, Reading

LAST = 20
"""Filings and cases that a merchant's page tells."""


def conduct_words(context: ApiContext, conduct: Conduct) -> dict[str, Any]:
    """A member's standing."""
    now = context.now()
    return {
        "id": context.subject_of(conduct.member),
        "warned": sorted(conduct.warned),
        "complaints_suspended_until": instant(conduct.suspended_until("complaints", now)),
        "appeals_suspended_until": instant(conduct.suspended_until("appeals", now)),
    }


def member_named(context: ApiContext, name: str) -> Identity | None:
    """The member that a subject, a nickname or an opaque id means."""
    identities = context.platform.identities
    return identities.by_subject(name) or identities.by_nickname(name) or identities.by_id(name)


def in_list(member_id: str, identity: Identity | None, merchant: Merchant | None) -> dict[str, Any]:
    """A merchant as it stands in a list."""
    return {
        "id": member_id if identity is None else identity.subject,
        "nickname": None if identity is None else identity.nickname,
        "terminated": merchant is not None and merchant.terminated_at is not None,
    }


def merchant_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a merchant's own GET; cases that the reader is the other party to are neither told nor counted."""
    identity = found(member_named(context, request.path["id"]))
    reader = context.as_member(request.caller)
    if identity.member_id == reader:
        raise Refusal("forbidden")  # what is complained of before a notice is served is not for its respondent (rules C5, H3)
    member, sealer = identity.member_id, context.platform.sealer
    findings = _findings(context.platform.store.load(member))
    with context.reading() as reading:
        last = filings.newest(reading, LAST, owner=member).items
        cases = complaints.newest(reading, ComplaintFilter(member=member, not_of=reader), LAST).items
        return {
            **in_list(member, identity, merchants.get(reading, member)),
            "figures": _figures(reading, member, reader),
            "standing": conduct_words(context, conduct_of(context.platform, member)),
            "filings": [filing_words(one, "", sealer) for one in last],
            "cases": [_case(one, member) for one in cases],
            "findings": findings,
        }


def _findings(recorded: Sequence[Recorded]) -> list[dict[str, Any]]:
    """Each finding that ended the service (rule B7), the last first, and since when it stands no more."""
    told: list[dict[str, Any]] = []
    for one in recorded:
        match one.event:
            case MerchantTerminated(filing_id=filing_id, reasons=reasons):
                at, by = instant(one.at), subject_of(one.by)
                told.append({"filing_id": filing_id, "reasons": list(reasons), "at": at, "by": by, "reinstated_at": None})
            case MerchantReinstated() if told:
                told[-1]["reinstated_at"] = instant(one.at)
    return told[::-1]


def _figures(reading: Reading, member: str, reader: str | None) -> dict[str, int]:
    def cases(**wanted: Any) -> Counting:
        return complaints.counting(ComplaintFilter(not_of=reader, **wanted))

    wanted = {
        "filings_protected": filings.counting(member, FilingStatus.PROTECTED),
        "complaints": cases(complainant=member),
        "complaints_declined": cases(complainant=member, statuses=[Status.DECLINED]),
        "complaints_lifted": cases(complainant=member, statuses=[Status.LIFTED]),
        "complained_of": cases(respondent=member),
        "complained_of_final": cases(respondent=member, statuses=[Status.FINAL]),
    }
    return dict(zip(wanted, reading.counts(list(wanted.values())), strict=True))


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
