"""A merchant as a respondent: what was found on its listing, why, until when it can appeal, and never a hint of who complained."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from adapters.console.visit import Answer, Pages, Visit, page

PAGES: Final = Pages("merchant")


@PAGES.get("/notices")
def overview(visit: Visit) -> Answer:
    """The notices served on one's listings."""
    wanted = request.args.get("status", "")
    return page(
        "notices", notices=visit.read("list_notices", status=wanted, limit=30, after=request.args.get("after")), status_wanted=wanted
    )


@PAGES.get("/notices/<id>")
def notice(visit: Visit, id: str) -> Answer:
    """One notice, with the proof of its date and the way to appeal."""
    return shown(visit, id)


def shown(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    """The page of a notice, with what went wrong where something did."""
    found, etag = visit.tagged("read_notice", {"id": id})
    appeals = [visit.read("read_own_appeal", {"id": id, "round": one["round"]}) for one in found["appeals"]]
    return page("notice", status, notice=found, etag=etag, appeals=appeals, problem=problem, given=request.form)
