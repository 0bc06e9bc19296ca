"""How filings, vouchers, disputes, authorisations and sightings are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application.ports import Sealer
from domain.dispute import Dispute
from domain.events import Seen
from domain.events.filing import Suspicion
from domain.filing import Filing
from domain.picture import Flaw
from domain.sighting import Sighting
from domain.voucher import Voucher, VoucherRequest


def filing(one: Filing, folder: str, sealer: Sealer) -> dict[str, Any]:
    """A filed picture."""
    return {
        "id": one.id,
        "folder": folder,
        "name": readable(sealer, one.name) or "",
        "status": str(one.status),
        "filed_at": instant(one.filed_at),
        "digest": one.digest,
        "width": one.width,
        "height": one.height,
        "size": one.size,
        "format": one.format,
        "ended_at": instant(one.ended_at),
    }


def filed(one: Filing, warnings: Sequence[str], folder: str, sealer: Sealer) -> dict[str, Any]:
    """A picture as it is answered when it is filed, with what the review warns of, if anything."""
    return {**filing(one, folder, sealer), **({"warnings": list(warnings)} if warnings else {})}


def flaw(one: Flaw) -> dict[str, Any]:
    """One rule that a picture breaks, with limit and measured value where there are any."""
    said = {"code": one.code, "limit": one.limit, "measured": one.measured, "filing_id": one.filing_id}
    return {name: value for name, value in said.items() if value is not None}


def refused_file(refused_id: str, name: str, flaws: Sequence[Flaw], at: datetime) -> dict[str, Any]:
    """A file that does not support authentication (rule B3)."""
    return {"id": refused_id, "file": name, "reasons": [flaw(one) for one in flaws], "refused_at": instant(at)}


def voucher(one: Voucher, sealer: Sealer) -> dict[str, Any]:
    """A voucher."""
    return {
        "number": one.number,
        "kind": one.kind,
        "name": readable(sealer, one.name) or "",
        "digest": one.digest,
        "size": one.size,
        "given_at": instant(one.given_at),
    }


def voucher_request(one: VoucherRequest, now: datetime) -> dict[str, Any]:
    """Vouchers that the platform asks for (rule B6)."""
    return {
        "id": one.id,
        "filing_id": one.filing_id,
        "what": list(one.what),
        "asked_at": instant(one.asked_at),
        "due": instant(one.due.closes_at),
        "overdue": one.status == "open" and now >= one.due.closes_at,
        "status": str(one.status),
        "decided_at": instant(one.decided_at),
        "reasons": list(one.reasons),
    }


def dispute(one: Dispute, sealer: Sealer) -> dict[str, Any]:
    """A dispute as the disputant sees it."""
    return {
        "id": one.id,
        "refused_picture_id": one.refused_id,
        "status": str(one.status),
        "statement": readable(sealer, one.statement) or "",
        "opened_at": instant(one.opened_at),
        "decided_at": instant(one.decided_at),
        "reasons": list(one.reasons),
        "filing_id": one.winner,
    }


def sighting(one: Sighting) -> dict[str, Any]:
    """A sighting as the owner sees it."""
    seen = one.seen
    return {
        "id": one.id,
        "filing_id": one.filing_id,
        "listing_id": one.listing_id,
        "link": one.link,
        "status": str(one.status),
        "confidence": seen.confidence,
        "region": list(seen.region),
        "transform": _transform(seen),
        "seen_at": instant(one.seen_at),
        "complaint_id": one.complaint_id,
    }


def suspicion(one: Suspicion) -> dict[str, Any]:
    """A likeness for the staff to look at (rule B4)."""
    seen = one.seen
    return {
        "filing_id": one.filing_id,
        "verdict": seen.verdict,
        "confidence": seen.confidence,
        "region": list(seen.region),
        "original_region": list(seen.original_region),
        "transform": _transform(seen),
        "matcher": seen.matcher,
    }


def _transform(seen: Seen) -> dict[str, Any]:
    return {
        "mirrored": seen.mirrored,
        "rotated_by": seen.rotated_by,
        "scaled_by": seen.scaled_by,
        "covers": seen.covers,
        "whole": seen.whole,
    }
