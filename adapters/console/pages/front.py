"""The first page after signing in: what waits for this person, by role."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from flask import Response, redirect, request

from adapters.console.interface import Outcome
from adapters.console.visit import Answer, Pages, Refused, Visit, asked, done, form, page

PAGES: Final = Pages()


@PAGES.get("")
def overview(visit: Visit) -> Answer:
    """What waits."""
    return _overview(visit)


def _overview(visit: Visit, status: int = 200, problem: Any = None) -> Response:
    shown: dict[str, Any] = {"counts": {}, "entrance": None, "declaration": None, "problem": problem}
    if "reviewer" in visit.roles and visit.interface.knows("desk_counts"):
        shown["counts"] = visit.read("desk_counts")
    if "merchant" in visit.roles:
        shown |= _of_a_merchant(visit)
    shown["movable"] = "admin" in visit.roles and visit.interface.knows("move_test_clock")
    return page("overview", status, **shown)


def _of_a_merchant(visit: Visit) -> dict[str, Any]:
    read = visit.reads(
        sightings=asked("list_sightings", status="new", limit=3),
        entrance=asked("read_entrance"),
        declaration=asked("read_declaration"),
        notices=asked("list_notices", limit=20),
        requests=asked("list_voucher_requests", limit=20),
    )
    return {
        "entrance": read["entrance"],
        "declaration": read["declaration"],
        "new_sightings": read["sightings"]["items"],
        "open_notices": [one for one in read["notices"]["items"] if one["appeal_by"]],
        "voucher_requests": [one for one in read["requests"]["items"] if one["status"] == "open"],
    }


@PAGES.post("/clock", roles=("admin",))
def move_clock(visit: Visit) -> Answer:
    """Move a simulated clock, with every deadline that passes."""
    if not visit.interface.knows("move_test_clock"):
        raise Refused(visit.missing())
    outcome = visit.send("move_test_clock", body={"now": form("now"), "run_deadlines": True})
    return done("/console", "moved") if outcome.well else _overview(visit, outcome.status, outcome.body)


@PAGES.get("/declaration", roles=("merchant",))
def declaration(visit: Visit) -> Answer:
    """The declaration to sign."""
    return page("declaration", **visit.reads(declaration=asked("read_declaration"), entrance=asked("read_entrance")))


@PAGES.post("/declaration", roles=("merchant",))
def sign(visit: Visit) -> Answer:
    """Sign it."""
    outcome = visit.send("sign", body={"version": form("version")})
    if not outcome.well:
        raise Refused(outcome)
    return done("/console/folders", "declared")


_ABOUT: Final = {
    "complaint": "/console/complaints/{}",
    "notice": "/console/notices/{}",
    "filing": "/console/filings/{}",
    "sighting": "/console/sightings",
    "dispute": "/console/refused-pictures",
    "authorization": "/console/authorizations",
}
"""Where that stands which a message is about, by its kind."""


SOME_MESSAGES: Final = 50
"""Messages on one page."""


@PAGES.get("/messages", roles=("merchant",))
def messages(visit: Visit) -> Answer:
    """What the platform told the member, latest first."""
    after = request.args.get("after")
    read = visit.reads(
        told=asked("follow_messages", newest="true", limit=SOME_MESSAGES, after=after), requests=asked("list_voucher_requests", limit=200)
    )
    filings = {one["id"]: one["filing_id"] for one in read["requests"]["items"]}
    found = [{**one, "place": _place(one["about_kind"], one["about"], filings)} for one in read["told"]["items"]]
    older = read["told"]["next"] if len(found) == SOME_MESSAGES else None
    return page("messages", messages=found, older=older, newest=after is None)


def _place(kind: str, about: str, filings: dict[str, str]) -> str:
    """Where that stands which a message is about; a request for vouchers stands at its filing."""
    if kind == "voucher_request":
        return f"/console/filings/{filings[about]}" if about in filings else ""
    return _ABOUT.get(kind, "").format(about)


@PAGES.post("/messages/read", roles=("merchant",))
def mark_read(visit: Visit) -> Answer:
    """What stands on the page is read."""
    outcome = visit.send("mark_read", body={"until": form("until")})
    if not outcome.well:
        raise Refused(outcome)
    return done("/console/messages", "read")


@PAGES.get("/find")
def find(visit: Visit) -> Answer:
    """Go to a case, a listing, a member or a filing by what one knows of it."""
    sought = request.args.get("q", "").strip()
    places = _all_places(visit, sought)
    if request.args.get("go") and places:
        return redirect(places[0]["address"], 303)  # type: ignore[return-value]
    return page("found", sought=sought, places=places)


_BY_ID: Final = (
    ("reviewer", "read_desk_complaint", "/console/desk/complaints/{}", "case"),
    ("reviewer", "read_desk_appeal", "/console/desk/appeals/{}", "appeal"),
    ("reviewer", "read_desk_filing", "/console/desk/filings/{}", "filing"),
    ("merchant", "read_filing", "/console/filings/{}", "filing"),
    ("merchant", "read_complaint", "/console/complaints/{}", "case"),
    ("merchant", "read_notice", "/console/notices/{}", "notice"),
)


def _all_places(visit: Visit, sought: str) -> list[dict[str, str]]:
    """Where what was sought can be looked at."""
    if not sought or "/" in sought[:1] or len(sought) > 500:
        return []
    found = []
    if "/" not in sought:
        for role, operation, address, kind in _BY_ID:
            if role in visit.roles and visit.attempt(operation, {"id": sought}).well:
                found.append({"address": address.format(sought), "kind": kind, "name": sought})
    if "reviewer" in visit.roles:
        found += _of_the_desk(visit, sought)
    if visit.roles & {"auditor", "admin"}:
        for name in ("listing", "member"):
            cases = visit.attempt("search_cases", **{name: sought})
            found += [
                {"address": f"/console/audit/cases/{one['id']}", "kind": "case", "name": one["id"]}
                for one in (cases.body["items"][:5] if cases.well else [])
            ]
        if not found and "/" not in sought and visit.attempt("read_case_history", {"id": sought}).well:
            found.append({"address": f"/console/audit/cases/{sought}", "kind": "case", "name": sought})
    return found


def _of_the_desk(visit: Visit, sought: str) -> list[dict[str, str]]:
    """The cases of a listing, by its link or id; the merchants whose name begins so."""
    cases, merchants = visit.outcomes(
        asked("list_desk_complaints", listing=sought, limit=5), asked("list_desk_merchants", q=sought[:200], limit=5)
    )
    found = [
        {"address": f"/console/desk/complaints/{one['id']}", "kind": "case", "name": one["title"] or one["link"]} for one in _items(cases)
    ]
    return found + [
        {"address": f"/console/desk/merchants/{quote(one['id'], safe='')}", "kind": "member", "name": one["nickname"] or one["id"]}
        for one in _items(merchants)
    ]


def _items(outcome: Outcome) -> list[dict[str, Any]]:
    return list(outcome.body["items"]) if outcome.well else []
