"""The log as tiles, for mirrors: the audit's, by whoever has its token (rule G4; C2SP tlog-tiles)."""

from __future__ import annotations

from typing import Final

from adapters.evidence.cose_receipt import MEDIA_TYPE
from adapters.evidence.tiles import tile_path
from adapters.http.audit import AuditContext, record_read, signed
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest, Content
from application.refusals import NotFound

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"

TILES: Router[AuditContext] = Router("tiles", roles=("auditor", "admin"))


@TILES.get("/audit/tiles/checkpoint", None, produces=(TEXT,), codes=("history_altered",))
def read_tiled_checkpoint(context: AuditContext, request: ApiRequest) -> Answered:
    """The signed size and root of the log as of now, as text."""
    record_read(context, request, "checkpoint", "")
    with signed():
        return Content(context.evidence().checkpoint().encode(), TEXT)


@TILES.get("/audit/tiles/tile/{tile:tile}", None, produces=(BYTES,), codes=("not_found", "history_altered"))
def read_tile(context: AuditContext, request: ApiRequest) -> Answered:
    """A tile of hashes of the tree, or (`entries/`) a bundle of events; an event over 65,535 bytes is in no bundle."""
    asked = tile_path(request.path["tile"])
    if asked is None:
        raise NotFound
    evidence = context.evidence()
    with signed():
        content = evidence.tile(asked)
    if content is None:
        raise NotFound
    if asked.level is None and not evidence.only_reads(asked):  # else a mirror would never reach the end of what it makes itself
        record_read(context, request, "events", request.path["tile"])
    return Content(content, BYTES)


@TILES.get("/audit/events/{n}/tlog-proof", None, produces=(TEXT,), codes=("not_found", "history_altered"))
def prove_event_as_text(context: AuditContext, request: ApiRequest) -> Answered:
    """The `.tlog-proof` of an event, by its number from 0 or by its id, under the last checkpoint that others attest or one of now."""
    with signed():
        try:
            proof = context.evidence().proof(request.path["n"])
        except KeyError:
            raise NotFound from None
    record_read(context, request, "proof", request.path["n"])
    return Content(proof.text.encode(), TEXT)


@TILES.get("/audit/events/{n}/cose-receipt", None, produces=(MEDIA_TYPE,), codes=("not_found", "history_altered"))
def prove_event_as_cose(context: AuditContext, request: ApiRequest) -> Answered:
    """The COSE receipt (RFC 9942) of an event, by its number or id, over the same root; its bytes are `event` of the event's proof."""
    with signed():
        try:
            receipt = context.evidence().cose_receipt(request.path["n"])
        except KeyError:
            raise NotFound from None
    record_read(context, request, "proof", request.path["n"])
    return Content(receipt, MEDIA_TYPE)
