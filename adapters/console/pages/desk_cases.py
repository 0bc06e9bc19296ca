"""The desk's cases: the queue by what is due first, one case with all that it is decided on, decisions, and the next job."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, redirect, request

from adapters.console.interface import Outcome
from adapters.console.visit import Answer, Pages, Visit, asked, done, form, lines_of, page, tagged

PAGES: Final = Pages("reviewer")
FILTERS: Final = ("status", "overdue", "claimed", "seller", "complainant", "due_before")
COMMANDS: Final = {
    "acceptance": ("accept_complaint", "accepted"),
    "refusal": ("refuse_complaint", "refused"),
    "lift": ("lift_complaint", "lifted"),
    "reopening": ("reopen_complaint", "reopened"),
    "claim": ("claim_complaint", "claimed"),
    "release": ("release_complaint", "released"),
}


@PAGES.get("/desk/complaints")
def queue(visit: Visit) -> Answer:
    """The queue; its filters stand in the address, which can be kept."""
    wanted = filters()
    read = visit.reads(
        cases=asked("list_desk_complaints", **wanted, limit=50, after=request.args.get("after")), counts=asked("desk_counts")
    )
    return page("desk_queue", **read, wanted=wanted, kept=urlencode(wanted))


def filters() -> dict[str, str]:
    """The filters of the address: complaints that wait to be taken up, where there are none."""
    given = {name: request.values[name] for name in FILTERS if request.values.get(name)}
    return given or {"status": "lodged"}


@PAGES.get("/desk/complaints/next")
def first(visit: Visit) -> Answer:
    """The job that is due first; nothing is claimed by looking."""
    following = next_job(visit, "")
    return redirect(following or "/console/desk/complaints?done=nothing_left", 303)  # type: ignore[return-value]


@PAGES.get("/desk/complaints/<id>")
def case(visit: Visit, id: str) -> Answer:
    """One case."""
    return shown(visit, id)


def shown(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    """The page of a case, with what went wrong where something did."""
    read, notes, templates = visit.outcomes(
        asked("read_desk_complaint", {"id": id}), asked("list_notes", {"id": id}), asked("read_reasons")
    )
    found, etag = tagged(read)
    (said, _), (reasons_at_hand, _) = tagged(notes), tagged(templates)
    return page(
        "desk_case",
        status,
        case=found,
        etag=etag,
        notes=said["items"],
        templates=reasons_at_hand["items"],
        wanted=filters(),
        kept=urlencode(filters()),
        problem=problem,
        given=request.form,
    )


@PAGES.post("/desk/complaints/<id>/<command>")
def act(visit: Visit, id: str, command: str) -> Answer:
    """Do what the form asks, then go on: to the next job, or back to the case."""
    if command == "notes":
        outcome = visit.send("add_note", {"id": id}, {"text": form("text")})
        return done(f"/console/desk/complaints/{id}", "noted") if outcome.well else shown(visit, id, outcome.status, outcome.body)
    if command == "skip":
        return _go_on(visit, id, "")
    if command not in COMMANDS:
        return page("problem", 404, code="not_found", problem=None)
    operation, said = COMMANDS[command]
    outcome = visit.send(operation, {"id": id}, _body(command))
    if not outcome.well:
        return shown(visit, id, outcome.status, outcome.body)
    if form("then") == "next":
        return _go_on(visit, id, said)
    return done(f"/console/desk/complaints/{id}?{urlencode(filters())}", said)


def _body(command: str) -> dict[str, Any] | None:
    if command in ("claim", "release"):
        return None
    body: dict[str, Any] = {"reasons": reasons()}
    return {**body, "show_original": bool(form("show_original"))} if command == "acceptance" else body


def reasons() -> list[str]:
    """The reasons of the form: templates that were chosen, and what was typed."""
    return [*(one for one in request.form.getlist("template") if one), *lines_of(form("reasons"))]


def _go_on(visit: Visit, id: str, said: str) -> Response:
    """The next job, claimed, so that no other reviewer begins it too."""
    following = next_job(visit, id, claim=True)
    if following is None:
        return done(f"/console/desk/complaints?{urlencode(filters())}", "nothing_left")
    return done(following, said) if said else redirect(following, 303)  # type: ignore[return-value]


def next_job(visit: Visit, after: str, claim: bool = False) -> str | None:
    """The address of the first job of the queue behind `after` that nobody else has; from the top once the end is reached."""
    jobs = visit.read("list_desk_complaints", **filters(), limit=100)["items"]
    ids = [job["id"] for job in jobs]
    turned = jobs[ids.index(after) + 1 :] + jobs[: ids.index(after)] if after in ids else jobs
    for job in turned:
        held = job.get("claim")
        if held is not None and held["by"] != visit.session.caller.subject:
            continue
        if not claim or _claimed(visit, job["id"]).well:
            return f"/console/desk/complaints/{job['id']}?{urlencode(filters())}"
    return None


def _claimed(visit: Visit, id: str) -> Outcome:
    return visit.send_apart("claim_complaint", {"id": id})
