"""The certificate of a filing: who filed what and when, with the proof that it is in the signed log (rule B5)."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.evidence.about import about
from adapters.http.ask import Answered, Ask, Content
from adapters.http.audit import AuditHouse
from adapters.http.endpoint import Audience
from adapters.http.reading import JSON
from adapters.http.schemas.audit import Certificate
from application.refusals import NotFound
from domain.events.filing import Filed

CERTIFICATES: Audience[AuditHouse] = Audience("certificates", roles=("merchant",))


@CERTIFICATES.get("/filings/{id}/certificate", Certificate, produces=(JSON,))
def filing_certificate(house: AuditHouse, ask: Ask) -> Answered:
    """The certificate of a filing, which anyone can verify offline."""
    member = house.front.member(ask.caller)
    recorded = house.log.load(ask.path["id"])
    if not recorded or not isinstance(recorded[0].event, Filed) or recorded[0].event.owner != member.member_id:
        raise NotFound
    filed, event = recorded[0], recorded[0].event
    receipt = house.evidence().receipt(filed.id)
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
