"""Replays: what would have ended otherwise under another rulebook, with progress and the flow from ending to ending."""

from __future__ import annotations

from typing import Final

from flask import request

from adapters.console.visit import Answer, Pages, Refused, Visit, done, form, page

PAGES: Final = Pages("auditor", "admin")


@PAGES.get("/replays")
def overview(visit: Visit) -> Answer:
    """Ask for a replay."""
    known = visit.read("list_replays", limit=20)["items"] if visit.interface.knows("list_replays") else []
    return page("replays", rulebooks=visit.read("list_rulebooks", limit=50)["items"], replays=known)


@PAGES.post("/replays")
def start(visit: Visit) -> Answer:
    """Start one under a published version."""
    outcome = visit.send("start_replay", body={"rulebook": form("rulebook")})
    if not outcome.well:
        raise Refused(outcome)
    return done(f"/console/replays/{outcome.body['id']}", "started")


@PAGES.get("/replays/<id>")
def replay(visit: Visit, id: str) -> Answer:
    """How far it is, and its report."""
    return page("replay", replay=visit.read("read_replay", {"id": id}), only_changed=bool(request.args.get("changed")))
