"""Pictures and files of the other pages: what the interface sends to the same person, and nothing else."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from adapters.console.visit import Answer, Pages, Refused, Visit

PAGES: Final = Pages()
SOURCES: Final = {
    "filing": "filing_picture",
    "notice": "notice_picture",
    "case": "complaint_picture",
    "desk-filing": "desk_filing_picture",
    "dispute": "disputed_picture",
    "sighting": "sighting_picture",
}
"""Which operation sends the pictures of what."""
NO_PICTURE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#8791a3" fill-opacity=".15"/>'
    '<path d="M10 10l20 20M30 10L10 30" stroke="#8791a3" stroke-width="2"/></svg>'
)
"""What stands where a listing has no picture."""


@PAGES.get("/pictures/<source>/<id>")
def show(visit: Visit, source: str, id: str) -> Answer:
    """A picture, in the size that the page asks for."""
    size = request.args.get("size", "")
    sized = {} if source in ("notice", "sighting") else {"size": size if size in ("original", "scaled", "thumbnail") else "scaled"}
    try:
        return sent(visit, SOURCES.get(source, ""), {"id": id}, **sized)
    except Refused as refused:
        if source == "case" and refused.outcome.status == 404:  # many listings have no pictures; the desk is told so
            return Response(NO_PICTURE, content_type="image/svg+xml")
        raise


@PAGES.get("/files/appeals/<id>/<evidence>", roles=("reviewer",))
def appeal_file(visit: Visit, id: str, evidence: str) -> Answer:
    """A file of an appeal, to be saved."""
    return sent(visit, "appeal_evidence", {"id": id, "evidence": evidence})


@PAGES.get("/files/filings/<id>/vouchers/<int:number>", roles=("reviewer",))
def voucher_file(visit: Visit, id: str, number: int) -> Answer:
    """A voucher of a filing, to be saved."""
    return sent(visit, "read_voucher", {"id": id, "n": number})


@PAGES.get("/files/disputes/<id>/vouchers/<int:number>", roles=("reviewer",))
def dispute_file(visit: Visit, id: str, number: int) -> Answer:
    """A voucher of a dispute, to be saved."""
    return sent(visit, "read_dispute_voucher", {"id": id, "n": number})


@PAGES.get("/files/certificates/<id>", roles=("merchant",))
def certificate(visit: Visit, id: str) -> Answer:
    """The certificate of a filing, to be kept."""
    return sent(visit, "filing_certificate", {"id": id})


def sent(visit: Visit, operation: str, path: dict[str, object], **query: str) -> Response:
    """The bytes of an operation's answer. Raises Refused."""
    if not visit.interface.knows(operation):
        raise Refused(visit.missing())
    outcome = visit.attempt(operation, path, **query)
    if not outcome.well:
        raise Refused(outcome)
    response = Response(outcome.content, content_type=outcome.media_type)
    if outcome.filename:
        response.headers["Content-Disposition"] = f'attachment; filename="{outcome.filename}"'
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
