"""The audit: cases searched, a case's timeline now and as of any day, the log with its checkpoint and proofs."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import request

from adapters.console.visit import Answer, Pages, Visit, page

PAGES: Final = Pages("auditor", "admin")


@PAGES.get("/audit/cases")
def cases(visit: Visit) -> Answer:
    """Search cases; each search is itself on record."""
    wanted = {name: request.args.get(name, "") for name in ("member", "listing", "status")}
    return page("audit_cases", cases=visit.read("search_cases", **wanted, limit=50, after=request.args.get("after")), wanted=wanted)


@PAGES.get("/audit/cases/<id>")
def case(visit: Visit, id: str) -> Answer:
    """The history of a case, as it is now or as it was."""
    as_of = request.args.get("as_of", "")
    history = visit.read("read_case_history", {"id": id}, as_of=as_of)
    events = [{**event, "told": json.dumps(event.get("data", {}), ensure_ascii=False, indent=2)} for event in history["events"]]
    now = history if not as_of else visit.read("read_case_history", {"id": id})
    instants = sorted({event["recorded_at"] for event in now["events"]})
    return page("audit_case", history=history, events=events, as_of=as_of, instants=instants)


@PAGES.get("/audit/log")
def log(visit: Visit) -> Answer:
    """The log: its last checkpoint, and a proof of any event."""
    sought = request.args.get("event", "").strip()
    proof: Any = visit.attempt("prove_event", {"n": sought}) if sought else None
    return page("audit_log", checkpoint=visit.attempt("read_checkpoint"), proof=proof, sought=sought)
