"""The desk on the content credentials of a picture: evidence of prior right (rule H1), which decides nothing by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapters.credentials.content import ContentCredentials
from adapters.http.context import ApiContext
from adapters.http.credential_words import credentials
from adapters.http.desk_files import desk_listing_picture, dispute_of
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.credentials import ContentCredentials as Shape
from application.refusals import NotFound, found
from projections import filings, refused_pictures

DESK_CREDENTIALS: Router[ApiContext] = Router("desk credentials", roles=("reviewer",))


@DESK_CREDENTIALS.get("/desk/filings/{id}/credentials", Shape)
def filing_credentials(context: ApiContext, request: ApiRequest) -> Answered:
    """Read the content credentials of a filed picture's original: who signed it, when, what that proves; read anew each time."""
    with context.reading() as reading:
        one = found(filings.get(reading, request.path["id"]))
    return _read(context, one.digest, one.filed_at)


@DESK_CREDENTIALS.get("/desk/disputes/{id}/credentials", Shape)
def dispute_credentials(context: ApiContext, request: ApiRequest) -> Answered:
    """Read those of the picture that was refused because another had filed first."""
    dispute = dispute_of(context, request)
    with context.reading() as reading:
        one = found(refused_pictures.get(reading, dispute.refused_id))
    return _read(context, one.digest, one.at)


@DESK_CREDENTIALS.get("/desk/complaints/{id}/credentials", Shape)
def complaint_credentials(context: ApiContext, request: ApiRequest) -> Answered:
    """Read those of the listing's picture that is complained of, as the marketplace fed it; 404 where the listing has no pictures."""
    return _read(context, desk_listing_picture(context, request), None)


def _read(context: ApiContext, digest: str | None, received_at: datetime | None) -> dict[str, Any]:
    """Raises NotFound where the original is not kept, TooBusy."""
    if digest is None:
        raise NotFound
    try:
        original = context.platform.vault.get("original", digest)
    except KeyError:
        raise NotFound from None
    reader = context.credentials
    read = ContentCredentials("not_read") if reader is None else reader.read_credentials(original, context.patience())
    return credentials(digest, received_at, read)
