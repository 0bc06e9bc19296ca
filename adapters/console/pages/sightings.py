"""Where a merchant's pictures were seen: pairs of pictures, and a complaint in one step."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from adapters.console.visit import Answer, Pages, Visit, done, form, page

PAGES: Final = Pages("merchant")


@PAGES.get("/sightings")
def overview(visit: Visit) -> Answer:
    """The sightings, new ones first asked for."""
    return _overview(visit)


def _overview(visit: Visit, status: int = 200, problem: Any = None, about: str = "") -> Response:
    wanted = request.args.get("status", "new")
    found = visit.read("list_sightings", status=wanted if wanted != "all" else "", limit=20, after=request.args.get("after"))
    return page("sightings", status, sightings=found, status_wanted=wanted, problem=problem, about=about)


@PAGES.post("/sightings/<id>/complaint")
def complain(visit: Visit, id: str) -> Answer:
    """Complain of what was seen."""
    outcome = visit.send("complain_from_sighting", {"id": id}, {"statement": form("statement")})
    if not outcome.well:
        return _overview(visit, outcome.status, outcome.body, id)
    return done("/console/complaints", "complained")
