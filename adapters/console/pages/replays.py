"""Replays: what would have ended otherwise under another rulebook, from ending to ending, by month, and case by case."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from flask import Response, request

from adapters.console.charts import flow, multiples
from adapters.console.pages.pictures import sent
from adapters.console.visit import Answer, Pages, Refused, Visit, done, form, page
from adapters.console.whole_numbers import whole

PAGES: Final = Pages("auditor", "admin")
A_PAGE: Final = 50
"""Cases on one page of a replay."""
MULTIPLES: Final = 12
"""Of how many keys the months are drawn."""


@PAGES.get("/replays")
def overview(visit: Visit) -> Answer:
    """Ask for a replay."""
    known = visit.read("list_replays", limit=20)["items"] if visit.interface.knows("list_replays") else []
    return page("replays", rulebooks=visit.read("list_rulebooks", limit=50)["items"], replays=known)


@PAGES.post("/replays")
def start(visit: Visit) -> Answer:
    """Start one under a published version, and seal it where that is wished."""
    outcome = visit.send("start_replay", body={"rulebook": form("rulebook"), "seal": bool(form("seal"))})
    if not outcome.well:
        raise Refused(outcome)
    return done(f"/console/replays/{outcome.body['id']}", "started")


@PAGES.get("/replays/<id>")
def replay(visit: Visit, id: str) -> Answer:
    """How far it is, and its report."""
    return shown(visit, id)


def shown(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    """The page of a replay, with what was refused on it."""
    found, only_changed = visit.read("read_replay", {"id": id}), bool(request.args.get("changed"))
    report = found.get("report") or {}
    months = Counter(_month(one) for one in found.get("changed") or [])
    return page(
        "replay",
        status,
        replay=found,
        problem=problem,
        report=report,
        only_changed=only_changed,
        flow=flow(found.get("endings") or {}, only_changed),
        months=sorted(months.items()),
        because=report.get("because") or [],
        by_month=report.get("by_month") or [],
        multiples=multiples(report.get("by_month") or [], _keys(report)),
    )


def _keys(report: dict[str, Any]) -> list[str]:
    """The keys that made a difference, those of most cases first, no more than are drawn beside each other."""
    return list(dict.fromkeys(str(one["key"]) for one in report.get("because") or []))[:MULTIPLES]


def _month(changed: dict[str, Any]) -> str:
    """The month in which a case first went another way."""
    diverged = changed.get("first_divergence") or {}
    return str(diverged.get("at") or changed.get("undetermined_since") or "")[:7]


@PAGES.post("/replays/<id>/end")
def end(visit: Visit, id: str) -> Answer:
    """Want it no longer."""
    outcome = visit.send("cancel_replay", {"id": id})
    if not outcome.well:
        raise Refused(outcome)
    return done("/console/replays", "cancelled")


@PAGES.post("/replays/<id>/reading", roles=("admin",))
def reading(visit: Visit, id: str) -> Answer:
    """Put on record that one has read it."""
    outcome = visit.send("record_reading", {"id": id}, {})
    if not outcome.well:
        raise Refused(outcome)
    return done(f"/console/replays/{id}", "read_it")


@PAGES.post("/replays/<id>/publishing", roles=("admin",))
def publish(visit: Visit, id: str) -> Answer:
    """Publish the rulebook that it was sealed under."""
    sealed = visit.read("read_replay", {"id": id})["sealed"]
    if sealed is None:
        raise Refused(visit.missing())
    outcome = visit.send("publish_rulebook", body=sealed["document"])
    return done("/console/rules", "published") if outcome.well else shown(visit, id, outcome.status, outcome.body)


@PAGES.get("/replays/<id>/cases")
def cases(visit: Visit, id: str) -> Answer:
    """The cases that end otherwise, all or those of one way."""
    wanted = {name: request.args.get(name, "") for name in ("from", "to", "month")}
    first = _number("after")
    if not any(wanted.values()):
        found = visit.read("read_replay", {"id": id}, changed=first, limit=A_PAGE)
        items = [{**one, "place": first + number} for number, one in enumerate(found.get("changed") or [])]
        listed = {"items": items, "next": found.get("changed_next")}
        return page("replay_cases", replay_id=id, cases=listed, count=None, wanted=wanted)
    every = enumerate(visit.read("read_replay", {"id": id}).get("changed") or [])
    changed = [{**one, "place": number} for number, one in every if _fits(one, wanted)]
    following = str(first + A_PAGE) if first + A_PAGE < len(changed) else None
    listed = {"items": changed[first : first + A_PAGE], "next": following}
    return page("replay_cases", replay_id=id, cases=listed, count=len(changed), wanted=wanted)


def _number(name: str) -> int:
    """A place among the cases, from 0; what is none stands for the first."""
    number = whole(request.args.get(name) or "0")
    return number if number is not None and 0 <= number < 10**9 else 0


@PAGES.get("/files/replays/<id>/<form>")
def table(visit: Visit, id: str, form: str) -> Answer:
    """The cases that end otherwise, with their keys, as a table to be taken along."""
    return sent(visit, "changed_cases", {"id": id}, format=form)


def _fits(changed: dict[str, Any], wanted: dict[str, str]) -> bool:
    told = {"from": changed["from"], "to": changed["to"], "month": _month(changed)}
    return all(not value or told[name] == value for name, value in wanted.items())


@PAGES.get("/replays/<id>/cases/<case>")
def one_case(visit: Visit, id: str, case: str) -> Answer:
    """One case beside its replay: what happened up to where the two part, and what would have come of it."""
    some = visit.read("read_replay", {"id": id}, changed=_number("place"), limit=1 if request.args.get("place") else 200)
    found = next((one for one in some.get("changed") or [] if one["case"] == case), None)
    if found is None:
        raise Refused(visit.missing())
    history = visit.read("read_case_history", {"id": case})
    parts_at = (found.get("first_divergence") or {}).get("at") or found.get("undetermined_since")
    events = [{**event, "after": parts_at is not None and event["at"] >= parts_at} for event in history["events"]]
    return page("replay_case", replay_id=id, changed=found, events=events, case=history["complaint"], parts_at=parts_at)
