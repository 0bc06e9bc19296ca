"""The certificate of a filing: who filed what and when, with the proof that it is in the signed log (rule B5)."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.evidence.about import about
from adapters.http.audit import AuditContext
from adapters.http.endpoint import Router
from adapters.http.reading import JSON
from adapters.http.request import Answered, ApiRequest, Content
from adapters.http.schemas.audit import Certificate
from application.refusals import NotFound
from domain.events.filing import Filed

CERTIFICATES: Router[AuditContext] = Router("certificates", roles=("merchant",))


@CERTIFICATES.get("/filings/{id}/certificate", Certificate, produces=(JSON,))
def filing_certificate(context: AuditContext, request: ApiRequest) -> Answered:
    """The certificate of a filing, which anyone can verify offline."""
    member = context.api.member(request.caller)
    recorded = context.log.load(request.path["id"])
    if not recorded or not isinstance(recorded[0].event, Filed) or recorded[0].event.owner != member.member_id:
        raise NotFound
    filed, event = recorded[0], recorded[0].event
    receipt = context.evidence().receipt(filed.id)
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
