"""A person on request: a party asks for one beside its complaint or its notice; the desk has a queue of it, and decides in the case."""

from __future__ import annotations

from typing import Final

from flask import request

from adapters.console.pages import complaints, desk_cases, notices
from adapters.console.visit import Answer, Pages, Visit, done, form, page

PAGES: Final = Pages()


@PAGES.post("/complaints/<id>/review", roles=("merchant",))
def of_complaint(visit: Visit, id: str) -> Answer:
    """Ask for a person to look at what became of one's complaint."""
    outcome = visit.send("ask_review_of_complaint", {"id": id}, {"reason": form("review")})
    if not outcome.well:
        return complaints.shown(visit, id, outcome.status, outcome.body)
    return done(f"/console/complaints/{id}", "review_asked")


@PAGES.post("/notices/<id>/review", roles=("merchant",))
def of_notice(visit: Visit, id: str) -> Answer:
    """Ask for a person to look at what was decided against one's listing."""
    outcome = visit.send("ask_review_of_notice", {"id": id}, {"reason": form("review")})
    return done(f"/console/notices/{id}", "review_asked") if outcome.well else notices.shown(visit, id, outcome.status, outcome.body)


@PAGES.get("/desk/reviews", roles=("reviewer",))
def queue(visit: Visit) -> Answer:
    """What waits for a person, the longest due first."""
    return page("desk_reviews", reviews=visit.read("list_desk_reviews", limit=50, after=request.args.get("after")))


@PAGES.post("/desk/reviews/<id>/decision", roles=("reviewer",))
def decide(visit: Visit, id: str) -> Answer:
    """Decide one; the form stands in its case."""
    outcome = visit.send("decide_review", {"id": id}, {"outcome": form("outcome"), "reasons": desk_cases.reasons()})
    if not outcome.well:
        return desk_cases.shown(visit, form("case"), outcome.status, outcome.body)
    return done(f"/console/desk/complaints/{outcome.body['complaint_id']}", "decided")
