"""The desk's appeals: the queue, one appeal beside its case, the decision."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from adapters.console.pages.desk_cases import reasons
from adapters.console.visit import Answer, Pages, Visit, asked, done, form, page

PAGES: Final = Pages("reviewer")


@PAGES.get("/desk/appeals")
def queue(visit: Visit) -> Answer:
    """The appeals, the longest due first."""
    wanted = {"status": request.args.get("status", "open"), "overdue": request.args.get("overdue", "")}
    asked = {name: value for name, value in wanted.items() if value and value != "all"}
    return page("desk_appeals", appeals=visit.read("list_desk_appeals", **asked, limit=50, after=request.args.get("after")), wanted=wanted)


@PAGES.get("/desk/appeals/<id>")
def appeal(visit: Visit, id: str) -> Answer:
    """One appeal."""
    return _shown(visit, id)


def _shown(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    found, etag = visit.tagged("read_desk_appeal", {"id": id})
    read = visit.reads(case=asked("read_desk_complaint", {"id": found["complaint_id"]}), templates=asked("read_reasons"))
    case, templates = read["case"], read["templates"]["items"]
    return page("desk_appeal", status, appeal=found, etag=etag, case=case, templates=templates, problem=problem, given=request.form)


@PAGES.post("/desk/appeals/<id>/decision")
def decide(visit: Visit, id: str) -> Answer:
    """Decide it; then the next open appeal that nobody else has."""
    outcome = visit.send("decide_appeal", {"id": id}, {"outcome": form("outcome"), "reasons": reasons()})
    if not outcome.well:
        return _shown(visit, id, outcome.status, outcome.body)
    if form("then") != "next":
        return done(f"/console/desk/appeals/{id}", "decided")
    for following in visit.read("list_desk_appeals", status="open", limit=100)["items"]:
        held = following.get("claim")
        if held is None or held["by"] == visit.session.caller.subject:
            return done(f"/console/desk/appeals/{following['id']}", "decided")
    return done("/console/desk/appeals", "nothing_left")


@PAGES.post("/desk/appeals/<id>/special")
def special(visit: Visit, id: str) -> Answer:
    """Mark a special case."""
    outcome = visit.send("mark_appeal_special", {"id": id}, {"reason": form("reason")})
    return done(f"/console/desk/appeals/{id}", "special") if outcome.well else _shown(visit, id, outcome.status, outcome.body)
