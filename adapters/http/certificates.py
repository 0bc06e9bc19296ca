"""The certificate of a filing: who filed what and when, with the proof that it is in the signed log (rule B5)."""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec

from adapters.evidence.about import about
from adapters.evidence.evidence import NotYetSigned, TamperEvidence
from adapters.evidence.receipt import Receipt
from adapters.evidence.tlog_proof import proof_of
from adapters.http.audit import AuditContext
from adapters.http.endpoint import Router
from adapters.http.problems import Problem
from adapters.http.reading import JSON
from adapters.http.request import Answered, ApiRequest, Content
from adapters.http.schemas.audit import Certificate
from application.refusals import NotFound
from domain.events.filing import Filed
from domain.recorded import Recorded

TEXT: Final = "text/plain; charset=utf-8"
PATIENCE: Final = 2.0
"""Seconds that a member waits for the next checkpoint."""
NOT_YET: Final = "The checkpoint that proves this is signed at its time, not when somebody asks; ask again."
_LOOK: Final = 0.05

CERTIFICATES: Router[AuditContext] = Router("certificates", roles=("merchant",))


@CERTIFICATES.get("/filings/{id}/certificate", Certificate, produces=(JSON,), codes=("unavailable",))
def filing_certificate(context: AuditContext, request: ApiRequest) -> Answered:
    """The certificate of a filing, which anyone can verify offline."""
    filed, event = _own_filing(context, request)
    receipt = _receipt(context.evidence(), filed.id)
    claims: dict[str, Any] = {
        "originator_id": filed.originator_id,
        "at": filed.at,
        "owner": event.owner,
        "digest": event.digest,
        "size": event.size,
        "format": event.format,
        "width": event.width,
        "height": event.height,
        "matcher": event.matcher,
        "declaration": event.declaration,
    }
    body = {"about": about(receipt.reads), **claims, "receipt": receipt}
    return Content(msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n", JSON)


@CERTIFICATES.get("/filings/{id}/tlog-proof", None, produces=(TEXT,), codes=("unavailable",))
def filing_proof(context: AuditContext, request: ApiRequest) -> Answered:
    """The proof of a filing's certificate as a `.tlog-proof` (C2SP), which other programs of transparency logs read."""
    filed, _ = _own_filing(context, request)
    return Content(proof_of(_receipt(context.evidence(), filed.id)).text.encode(), TEXT)


def _own_filing(context: AuditContext, request: ApiRequest) -> tuple[Recorded, Filed]:
    """The event by which one's picture was filed. Raises NotFound: nothing of one's own was filed by that id."""
    member = context.api.member(request.caller)
    recorded = context.log.load(request.path["id"])
    event = recorded[0].event if recorded else None
    if not isinstance(event, Filed) or event.owner != member.member_id:
        raise NotFound
    return recorded[0], event


def _receipt(evidence: TamperEvidence, event_id: str) -> Receipt:
    """The receipt, waited for a little: the checkpoint that it rests on comes by the clock. Raises Problem: unavailable."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return evidence.receipt(event_id)
        except NotYetSigned:
            if time.monotonic() >= until:
                raise Problem("unavailable", NOT_YET, headers={"Retry-After": "5"}) from None
            time.sleep(_LOOK)
