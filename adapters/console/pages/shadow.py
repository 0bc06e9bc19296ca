"""The shadow: a draft that runs beside the live rulebook, how far it is, and what it would have done."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect

from adapters.console.charts import flow
from adapters.console.interface import Outcome
from adapters.console.visit import Answer, Pages, Refused, Visit, done, form, page

PAGES: Final = Pages("auditor", "admin")
LISTED: Final = 50
"""Cases that end otherwise, on the page."""


@PAGES.get("/shadow")
def overview(visit: Visit) -> Answer:
    """The one that runs and how far it is, or the form to begin one."""
    return _shown(visit, None)


@PAGES.get("/shadow/report")
def report(visit: Visit) -> Answer:
    """The same, with what it would have done by now; that one has read it is on record."""
    return _shown(visit, visit.attempt("read_shadow_report"))


def _shown(visit: Visit, told: Outcome | None) -> Answer:
    found = visit.attempt("read_shadow")
    if not found.well and told is not None:
        return redirect("/console/shadow", 303)  # type: ignore[return-value]
    if not found.well:
        return page("shadow", shadow=None, rulebooks=visit.read("list_rulebooks", limit=50)["items"])
    known = told.body["report"] if told is not None and told.well else {}
    changed = known.get("changed", [])
    return page(
        "shadow",
        shadow=found.body,
        etag=found.etag,
        report=known,
        problem=None if told is None or told.well else told.body,
        flow=flow(known.get("endings", {}), True),
        changed=changed[:LISTED],
        more=len(changed[LISTED:]) + known.get("changed_left_off", 0),
        because=known.get("because", []),
    )


@PAGES.post("/shadow", roles=("admin",))
def begin(visit: Visit) -> Answer:
    """Let a published version run."""
    return _then(visit, "shadow_begun")


def _then(visit: Visit, what: str) -> Response:
    body = {"rulebook": form("rulebook")} if what == "shadow_begun" else None
    outcome = visit.send("begin_shadow" if body is not None else "end_shadow", body=body)
    if not outcome.well:
        raise Refused(outcome)
    return done("/console/shadow", what)


@PAGES.post("/shadow/end", roles=("admin",))
def end(visit: Visit) -> Answer:
    """End the one that runs."""
    return _then(visit, "shadow_ended")
