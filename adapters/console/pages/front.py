"""The first page after signing in: what waits for this person, by role."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, redirect, request

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


@PAGES.get("/messages", roles=("merchant",))
def messages(visit: Visit) -> Answer:
    """What the platform told the member, latest first."""
    after = request.args.get("after")
    answer = visit.read("follow_messages", limit=200, after=after)
    found = [{**one, "place": _ABOUT.get(one["about_kind"], "").format(one["about"])} for one in reversed(answer["items"])]
    return page("messages", messages=found, next=answer["next"] if len(found) == 200 else None)


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
    return (
        redirect(_places(visit, sought) or "/console", 303)
        if request.args.get("go")
        else page(  # type: ignore[return-value]
            "found", sought=sought, places=_all_places(visit, sought)
        )
    )


def _places(visit: Visit, sought: str) -> str | None:
    places = _all_places(visit, sought)
    return places[0]["address"] if places else None


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
    if visit.roles & {"auditor", "admin"}:
        for name in ("listing", "member"):
            cases = visit.attempt("search_cases", **{name: sought})
            found += [
                {"address": f"/console/audit/cases/{one['id']}", "kind": "case", "name": one["id"]}
                for one in (cases.body["items"][:5] if cases.well else [])
            ]
    return found
