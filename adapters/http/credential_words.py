"""How the content credentials of a picture are written for the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapters.credentials.content import ContentCredentials, SignersCertificate, SigningTime
from adapters.credentials.meaning import MEANING
from adapters.wording.instants import instant


def credentials(digest: str, received_at: datetime | None, read: ContentCredentials) -> dict[str, Any]:
    """What was read of the picture with this digest, and what it proves."""
    return {
        "digest": digest,
        "received_at": instant(received_at),
        "state": read.state,
        "means": MEANING[read.state],
        "signer": _certificate(read.signer),
        "signed_at": _time(read.time),
        "made_with": read.made_with,
        "title": read.title,
        "actions": [{"action": one.action, "at": instant(one.at), "source": one.source} for one in read.actions],
        "ingredients": [
            {"title": one.title, "relation": one.relation, "signer": one.signer, "failures": list(one.failures)} for one in read.ingredients
        ],
        "left_out": read.left_out,
        "failures": list(read.failures),
        "address": read.address,
        "reader": read.reader,
    }


def _certificate(one: SignersCertificate | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"name": one.name, "issuer": one.issuer, "valid_from": instant(one.valid_from), "valid_until": instant(one.valid_until)}


def _time(time: SigningTime | None) -> dict[str, Any] | None:
    if time is None:
        return None
    return {"at": instant(time.at), "by": time.by, "authority": _certificate(time.authority), "vouched": time.vouched}
