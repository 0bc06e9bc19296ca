"""A merchant's complaints: every one with its result, what happens next and until when, and the way back."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from adapters.console.visit import Answer, Pages, Visit, done, form, lines_of, page

PAGES: Final = Pages("merchant")


@PAGES.get("/complaints")
def overview(visit: Visit) -> Answer:
    """All of one's complaints in one list."""
    wanted = request.args.get("status", "")
    found = visit.read("list_complaints", status=wanted, limit=20, after=request.args.get("after"))
    return page("complaints", complaints=found, status_wanted=wanted)


@PAGES.get("/complaints/new")
def begin(visit: Visit) -> Answer:
    """Complain of listings by their links."""
    return _begin(visit)


def _begin(visit: Visit, status: int = 200, problem: Any = None) -> Response:
    filings = visit.read("list_filings", status="protected", limit=100)["items"]
    chosen = request.values.get("filing_id", "")
    return page("complain", status, filings=filings, chosen=chosen, problem=problem, given=request.form)


@PAGES.post("/complaints/new")
def lodge(visit: Visit) -> Answer:
    """Lodge them; a bad link stops no other."""
    body = {"filing_id": form("filing_id"), "links": lines_of(form("links")), "statement": form("statement")}
    outcome = visit.send("lodge_complaint", body=body)
    if not outcome.well:
        return _begin(visit, outcome.status, outcome.body)
    if outcome.body["refused"]:
        return page("lodged", lodged=outcome.body)
    return done("/console/complaints", "complained")


@PAGES.get("/complaints/<id>")
def complaint(visit: Visit, id: str) -> Answer:
    """One complaint."""
    return shown(visit, id)


def shown(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    """The page of a complaint, with what went wrong where something did."""
    found, etag = visit.tagged("read_complaint", {"id": id})
    return page("complaint", status, case=found, etag=etag, problem=problem, given=request.form)


@PAGES.post("/complaints/<id>/withdrawal")
def withdraw(visit: Visit, id: str) -> Answer:
    """Withdraw it: the goods are restored."""
    reason = form("reason")
    outcome = visit.send("withdraw_complaint", {"id": id}, {"reason": reason} if reason else {})
    return done(f"/console/complaints/{id}", "withdrawn") if outcome.well else shown(visit, id, outcome.status, outcome.body)
