"""Outside bodies: a party says that it took its ended case to one; the desk files the outcome and sends the body its case file."""

from __future__ import annotations

from typing import Any, Final

from adapters.console.pages import complaints, desk_cases, notices
from adapters.console.pages.pictures import sent
from adapters.console.visit import Answer, Pages, Visit, done, form

PAGES: Final = Pages()


def _named() -> dict[str, Any]:
    return {"body": form("body"), "reference": form("reference")}


@PAGES.post("/complaints/<id>/body", roles=("merchant",))
def of_complaint(visit: Visit, id: str) -> Answer:
    """Put on record that one took one's complaint to a body."""
    outcome = visit.send("take_complaint_to_body", {"id": id}, _named())
    if not outcome.well:
        return complaints.shown(visit, id, outcome.status, outcome.body)
    return done(f"/console/complaints/{id}", "body_recorded")


@PAGES.post("/notices/<id>/body", roles=("merchant",))
def of_notice(visit: Visit, id: str) -> Answer:
    """Put on record that one took a notice to a body."""
    outcome = visit.send("take_notice_to_body", {"id": id}, _named())
    return done(f"/console/notices/{id}", "body_recorded") if outcome.well else notices.shown(visit, id, outcome.status, outcome.body)


@PAGES.post("/desk/complaints/<id>/body-outcome", roles=("reviewer",))
def outcome_filed(visit: Visit, id: str) -> Answer:
    """File what a body decided of the case of one party."""
    body = {**_named(), "party": form("party"), "outcome": form("outcome"), "reasons": desk_cases.reasons()}
    outcome = visit.send("file_body_outcome", {"id": id}, body)
    if not outcome.well:
        return desk_cases.shown(visit, id, outcome.status, outcome.body)
    return done(f"/console/desk/complaints/{id}", "body_decided")


@PAGES.get("/files/body-files/<id>", roles=("reviewer",))
def case_file(visit: Visit, id: str) -> Answer:
    """The case file for a body, to be sent."""
    response = sent(visit, "body_case_file", {"id": id})
    response.headers["Cache-Control"] = "no-store"  # what it holds grows, and that it was made is on record each time
    return response
