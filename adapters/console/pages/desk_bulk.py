"""One decision for many cases: chosen in the queue, looked at once more side by side, then an outcome a case."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from adapters.console.pages.desk_cases import filters, reasons
from adapters.console.visit import Answer, Pages, Visit, asked, form, page

PAGES: Final = Pages("reviewer")
COMMANDS: Final = ("acceptance", "refusal", "claim", "release", "lift")
MOST: Final = 50
"""Cases at once: what can still be looked at on one page."""


@PAGES.get("/desk/bulk")
def preview(visit: Visit) -> Answer:
    """The cases that were chosen, with both pictures of each; nothing is done yet."""
    return _preview(visit, request.args.getlist("id"), request.args.get("command", ""))


def _preview(visit: Visit, ids: list[str], command: str, status: int = 200, problem: Any = None) -> Response:
    read = visit.reads(listed=asked("list_desk_complaints", **filters(), limit=200), templates=asked("read_reasons"))
    known = {one["id"]: one for one in read["listed"]["items"]}
    return page(
        "desk_bulk",
        status,
        cases=[known[id] for id in dict.fromkeys(ids) if id in known][:MOST],
        missing=len([id for id in dict.fromkeys(ids) if id not in known]),
        command=command if command in COMMANDS else COMMANDS[0],
        commands=COMMANDS,
        templates=read["templates"]["items"],
        kept=urlencode(filters()),
        problem=problem,
        given=request.form,
    )


@PAGES.post("/desk/bulk")
def decide(visit: Visit) -> Answer:
    """Carry it out; each case succeeds or fails by itself."""
    ids, command = request.form.getlist("id"), form("command")
    body: dict[str, Any] = {"command": command, "ids": ids}
    if command not in ("claim", "release"):
        body["reasons"] = reasons()
    outcome = visit.send("decide_many", body=body)
    if not outcome.well:
        return _preview(visit, ids, command, outcome.status, outcome.body)
    return page("desk_bulk_done", outcomes=outcome.body["outcomes"], command=command, kept=urlencode(filters()))
