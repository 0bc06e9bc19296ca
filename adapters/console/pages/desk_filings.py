"""The desk's filings and merchants: vouchers, disputes of prior right, the finding of non-original pictures with its preview."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from adapters.console.pages.desk_cases import reasons
from adapters.console.visit import Answer, Pages, Refused, Visit, asked, done, form, lines_of, page

PAGES: Final = Pages("reviewer")


@PAGES.get("/desk/filings/<id>")
def filing(visit: Visit, id: str) -> Answer:
    """A filing as the desk sees it."""
    return _filing(visit, id)


def _filing(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    return page("desk_filing", status, filing=visit.read("read_desk_filing", {"id": id}), problem=problem)


@PAGES.post("/desk/filings/<id>/voucher-request")
def ask_for_vouchers(visit: Visit, id: str) -> Answer:
    """Ask the owner for vouchers."""
    outcome = visit.send("request_vouchers", {"id": id}, {"what": lines_of(form("what"))})
    return done(f"/console/desk/filings/{id}", "asked") if outcome.well else _filing(visit, id, outcome.status, outcome.body)


@PAGES.get("/desk/vouchers")
def vouchers(visit: Visit) -> Answer:
    """The voucher requests that wait."""
    if not visit.interface.knows("list_desk_voucher_requests"):
        return page("desk_vouchers", requests={"items": [], "next": None}, wanted="")
    wanted = request.args.get("status", "")
    found = visit.read("list_desk_voucher_requests", status=wanted, limit=50, after=request.args.get("after"))
    return page("desk_vouchers", requests=found, wanted=wanted)


@PAGES.post("/desk/voucher-requests/<id>/decision")
def decide_vouchers(visit: Visit, id: str) -> Answer:
    """Decide whether the vouchers satisfy."""
    outcome = visit.send("decide_voucher_request", {"id": id}, {"outcome": form("outcome"), "reasons": reasons()})
    filing_id = form("filing_id")
    if not outcome.well:
        return _filing(visit, filing_id, outcome.status, outcome.body)
    return done(f"/console/desk/filings/{filing_id}", "decided")


@PAGES.get("/desk/disputes")
def disputes(visit: Visit) -> Answer:
    """Who filed first is not always who made the picture."""
    return _disputes(visit)


def _disputes(visit: Visit, status: int = 200, problem: Any = None) -> Response:
    found = visit.read("list_desk_disputes", limit=20, after=request.args.get("after"))
    ids = [one["id"] for one in found["items"]]
    given = visit.outcomes(*[asked("list_desk_dispute_vouchers", {"id": id}) for id in ids])
    handed_in = {id: outcome.body for id, outcome in zip(ids, given, strict=True) if outcome.well}
    return page("desk_disputes", status, disputes=found, vouchers=handed_in, problem=problem)


@PAGES.post("/desk/disputes/<id>/decision")
def decide_dispute(visit: Visit, id: str) -> Answer:
    """Decide a dispute: the loser's filing is cancelled."""
    outcome = visit.send("decide_dispute", {"id": id}, {"outcome": form("outcome"), "reasons": reasons()})
    return done("/console/desk/disputes", "decided") if outcome.well else _disputes(visit, outcome.status, outcome.body)


@PAGES.get("/desk/unseen-pictures")
def unseen(visit: Visit) -> Answer:
    """Listing pictures that were not looked at, or not in full, with the reason."""
    return page("desk_unseen", listings=visit.read("list_unseen_pictures", limit=50, after=request.args.get("after")))


@PAGES.get("/desk/merchants")
def merchants(visit: Visit) -> Answer:
    """Find a merchant."""
    sought = request.args.get("q", "")
    if not visit.interface.knows("list_desk_merchants"):
        return page("desk_merchants", merchants={"items": [], "next": None}, sought=sought)
    found = visit.read("list_desk_merchants", q=sought, limit=50, after=request.args.get("after"))
    return page("desk_merchants", merchants=found, sought=sought)


@PAGES.get("/desk/merchants/<id>")
def merchant(visit: Visit, id: str) -> Answer:
    """A merchant: figures, standing, filings, cases, findings."""
    return page("desk_merchant", merchant=visit.read("read_desk_merchant", {"id": id}))


@PAGES.get("/desk/merchants/<id>/finding")
def preview(visit: Visit, id: str) -> Answer:
    """Exactly what a finding of non-original pictures would touch."""
    return _preview(visit, id, request.args.get("filing_id", ""))


def _preview(visit: Visit, id: str, filing_id: str, status: int = 200, problem: Any = None) -> Response:
    outcome = visit.send_apart("preview_finding", {"id": id}, {"filing_id": filing_id})
    if not outcome.well:
        raise Refused(outcome)
    return page("desk_finding", status, merchant_id=id, filing_id=filing_id, preview=outcome.body, problem=problem)


@PAGES.post("/desk/merchants/<id>/finding")
def find_non_original(visit: Visit, id: str) -> Answer:
    """Find them non-original, all at once, as it was previewed."""
    filing_id = form("filing_id")
    body = {"filing_id": filing_id, "reasons": reasons(), "digest": form("digest")}
    outcome = visit.send("find_non_original", {"id": id}, body)
    if not outcome.well:
        return _preview(visit, id, filing_id, outcome.status, outcome.body)
    return done(f"/console/desk/filings/{filing_id}", "found")


@PAGES.post("/desk/merchants/<id>/reinstatement")
def reinstate(visit: Visit, id: str) -> Answer:
    """Reinstate a terminated merchant."""
    outcome = visit.send("reinstate_merchant", {"id": id}, {"reasons": reasons()})
    if not outcome.well:
        raise Refused(outcome)
    return done(f"/console/desk/merchants/{id}", "reinstated")
