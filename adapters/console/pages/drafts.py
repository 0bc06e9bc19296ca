"""A rulebook drafted: a form made from its schema with the TOML beside it, validated as one types; and what differs between two."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask import Response, g, request

from adapters.console import wording
from adapters.console.rulebook_form import document_of, form_of, shortened, toml_of
from adapters.console.visit import Answer, Pages, Refused, Visit, done, form, page

PAGES: Final = Pages("auditor", "admin")


@PAGES.get("/rules/draft")
def draft(visit: Visit) -> Answer:
    """Begin with a published rulebook."""
    published = visit.read("list_rulebooks", limit=50)["items"]
    wanted = request.args.get("base", "")
    base = next((one for one in published if f"{one['name']}/{one['version']}" == wanted or (not wanted and one["in_force"])), None)
    if base is None:
        raise Refused(visit.missing())
    document = {**base["rules"], "version": f"{base['version']}-draft"[:80], "effective_from": _next_month()}
    return _draft(visit, shortened(visit.read("read_rulebook_schema"), document), published)


def _next_month() -> str:
    """The first instant of the next month where the console stands: published today, it is in force from then on."""
    now: datetime = g.console_now
    first = now.astimezone(wording.zone()).replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)
    return first.replace(day=1).isoformat()


def _draft(visit: Visit, document: dict[str, Any], published: list[Any], status: int = 200, problem: Any = None) -> Response:
    schema = visit.read("read_rulebook_schema")
    return page("draft", status, sections=form_of(schema, document), published=published, problem=problem, **_checked(visit, document))


def _checked(visit: Visit, document: dict[str, Any]) -> dict[str, Any]:
    """The document as TOML, with every key of it that is wrong."""
    return {"toml": toml_of(document), "validity": visit.send_apart("validate_rulebook", body=document).body}


@PAGES.post("/rules/draft")
def work(visit: Visit) -> Answer:
    """Check it, replay history under it, let it run beside the rules, or publish it."""
    document = document_of(visit.read("read_rulebook_schema"), request.form.to_dict(flat=False))
    if request.headers.get("HX-Request"):
        return page("_draft_check", **_checked(visit, document))
    published = visit.read("list_rulebooks", limit=50)["items"]
    match form("then"):
        case "publish":
            outcome = visit.send("publish_rulebook", body=document)
            there = done("/console/rules", "published")
        case "shadow":
            outcome = visit.send("begin_shadow", body={"rulebook": document})
            there = done("/console/shadow", "shadow_begun")
        case "replay" | "seal" as wanted:
            outcome = visit.send("start_replay", body={"rulebook": document, "seal": wanted == "seal"})
            there = done(f"/console/replays/{outcome.body.get('id')}", "started")
        case _:
            return _draft(visit, document, published)
    return there if outcome.well else _draft(visit, document, published, outcome.status, outcome.body)


@PAGES.get("/rules/difference")
def difference(visit: Visit) -> Answer:
    """What differs between two published rulebooks, in words."""
    published = visit.read("list_rulebooks", limit=50)["items"]
    names = [f"{one['name']}/{one['version']}" for one in published]
    a, b = request.args.get("a") or names[-1], request.args.get("b") or names[0]
    return page("difference", names=names, a=a, b=b, found=visit.attempt("compare_rulebooks", a=a, b=b))
