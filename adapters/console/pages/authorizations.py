"""The authorisation centre: who may use a merchant's pictures, and whose the merchant may use."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from adapters.console.visit import Answer, Pages, Visit, asked, done, form, page

PAGES: Final = Pages("merchant")


@PAGES.get("/authorizations")
def overview(visit: Visit) -> Answer:
    """Given and received."""
    return _overview(visit)


def _overview(visit: Visit, status: int = 200, problem: Any = None) -> Response:
    read = visit.reads(
        given=asked("list_authorizations", side="given", limit=100),
        received=asked("list_authorizations", side="received", limit=100),
        filings=asked("list_filings", status="protected", limit=100),
    )
    listed = {name: answer["items"] for name, answer in read.items()}
    return page("authorizations", status, **listed, problem=problem, typed=request.form)


@PAGES.post("/authorizations")
def grant(visit: Visit) -> Answer:
    """Authorise another member, by nickname."""
    chosen = request.form.getlist("filings")
    until = form("until")
    body: dict[str, Any] = {"nickname": form("nickname"), "filings": chosen if form("scope") == "some" else "all"}
    if until:
        body["until"] = f"{until}T00:00:00Z" if len(until) == 10 else until
    outcome = visit.send("grant_authorization", body=body)
    return done("/console/authorizations", "granted") if outcome.well else _overview(visit, outcome.status, outcome.body)


@PAGES.post("/authorizations/<id>/revocation")
def revoke(visit: Visit, id: str) -> Answer:
    """Take it back."""
    outcome = visit.send("revoke_authorization", {"id": id})
    return done("/console/authorizations", "revoked") if outcome.well else _overview(visit, outcome.status, outcome.body)
