"""The audit: cases searched, a case's timeline now and as of any day with its files, the log with its checkpoint, witnesses and proofs."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response, request

from adapters.console.pages.pictures import sent
from adapters.console.visit import Answer, Pages, Visit, asked, form, page

PAGES: Final = Pages("auditor", "admin")


@PAGES.get("/audit/cases")
def cases(visit: Visit) -> Answer:
    """Search cases; each search is itself on record."""
    wanted = {name: request.args.get(name, "") for name in ("member", "listing", "status")}
    return page("audit_cases", cases=visit.read("search_cases", **wanted, limit=30, after=request.args.get("after")), wanted=wanted)


@PAGES.get("/audit/cases/<id>")
def case(visit: Visit, id: str) -> Answer:
    """The history of a case, as it is now or as it was."""
    return _case(visit, id)


def _case(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    as_of = request.args.get("as_of", "")
    history = visit.read("read_case_history", {"id": id}, as_of=as_of)
    events = [{**event, "told": json.dumps(event.get("data", {}), ensure_ascii=False, indent=2)} for event in history["events"]]
    shown = {"history": history, "events": events, "as_of": as_of, "instants": history["instants"]}
    return page("audit_case", status, **shown, problem=problem, given=request.form)


@PAGES.post("/audit/cases/<id>/disclosures", roles=("admin",))
def disclose(visit: Visit, id: str) -> Answer:
    """Tell somebody who the parties are; the answer tells it to the admin, and that it was told is on record."""
    outcome = visit.send("disclose_parties", {"id": id}, {name: form(name) for name in ("to", "order", "reason")})
    return page("disclosed", told=outcome.body) if outcome.well else _case(visit, id, outcome.status, outcome.body)


@PAGES.get("/files/bundles/<id>")
def bundle(visit: Visit, id: str) -> Answer:
    """The case with pictures, evidence and receipts, in one file."""
    response = sent(visit, "case_bundle", {"id": id})
    response.headers["Cache-Control"] = "no-store"  # what it holds grows, and that it was made is on record each time
    return response


@PAGES.get("/files/receipts/<event>")
def receipt(visit: Visit, event: str) -> Answer:
    """The proof that an event is in the log, as `originals audit verify` reads it."""
    response = sent(visit, "prove_event", {"n": event})
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{event[:12]}.json"'
    return response


@PAGES.get("/audit/log")
def log(visit: Visit) -> Answer:
    """The log: its last checkpoint with its witnesses, and a proof of any event."""
    sought = request.args.get("event", "").strip()
    if sought:
        proof = visit.attempt("prove_event", {"n": sought}, signed="last")
        return page("audit_log", checkpoint=None, proof=proof, sought=sought)
    return page("audit_log", checkpoint=visit.attempt("read_checkpoint", signed="last"), proof=None, sought=sought)


@PAGES.post("/audit/log")
def verify(visit: Visit) -> Answer:
    """Sign the log as it is now, and have it shown that it continues what was signed last."""
    (last,) = visit.outcomes(asked("read_checkpoint", signed="last"))
    if not last.well:
        return page("audit_log", last.status, checkpoint=last, proof=None, sought="")
    now = visit.attempt("read_checkpoint", since=last.body["size"])
    return page("audit_log", 200 if now.well else now.status, checkpoint=now, proof=None, sought="")
