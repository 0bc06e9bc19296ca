"""What rule makers work with: one version, what differs between two, every fault of a draft, the schema, a deadline with its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

import msgspec

from adapters.calendars.zones import load_zone, zone_of
from adapters.http.endpoint import Router
from adapters.http.problems import Problem
from adapters.http.publishing import PublishingContext
from adapters.http.reading import JSON, TOML, FilePart, json_object, toml_object
from adapters.http.request import Answered, ApiRequest, Reply
from adapters.http.schemas import rules as shapes
from adapters.http.schemas.queries import RulebookDiffQuery
from adapters.identity.tokens import ROLES
from adapters.wording.instants import instant
from application.refusals import Invalid, NotFound
from domain.rulebook import BUILT_IN, Rulebook, RulebookInvalid, most_of, to_document
from domain.rulebook_differences import differences, faults
from domain.working_days import Count, Duration, deadline, proof

RULE_TOOLS: Router[PublishingContext] = Router("rules", roles=("auditor", "admin"))


@RULE_TOOLS.post("/rulebooks/validation", shapes.RulebookValidation, body=shapes.RulebookBody, consumes=(JSON, TOML), unparsed=True)
def validate_rulebook(context: PublishingContext, request: ApiRequest) -> Answered:
    """Whether a draft (TOML or JSON) is a rulebook, and if not every key that is wrong. Publishes nothing.

    What is no document of its form at all is answered alike, with an empty `path`.
    """
    try:
        document = _drafted(request.uploads)
    except RulebookInvalid as fault:
        found: tuple[RulebookInvalid, ...] = (fault,)
    else:
        found = faults(document, context.known.zones, context.known.countries)
    return {"valid": not found, "errors": [{"path": fault.path, "why": fault.why} for fault in found]}


def _drafted(parts: Sequence[FilePart]) -> Mapping[str, Any]:
    """The document that was sent; an empty body is one without keys. Raises RulebookInvalid."""
    for part in parts:
        try:
            return toml_object(part.content) if part.media_type == TOML else json_object(part.content)
        except Problem as problem:
            errors: Any = problem.members.get("errors", ())
            wrong = [" ".join((one["field"], *one["messages"])) for one in errors]
            raise RulebookInvalid("", " ".join(wrong) or problem.detail or problem.code) from None
    return {}


@RULE_TOOLS.get("/rulebooks/schema", None, produces=(JSON,))
def read_rulebook_schema(context: PublishingContext, request: ApiRequest) -> Answered:
    """The JSON Schema of a rulebook: every key with its type, bounds and default."""
    return Reply(200, {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Rulebook)})


@RULE_TOOLS.get("/rulebooks/diff", shapes.RulebookDiff, query=RulebookDiffQuery, codes=("not_found",))
def compare_rulebooks(context: PublishingContext, request: ApiRequest) -> Answered:
    """What differs between two published rulebooks, key by key and in words; each is named `name/version`."""
    a, b = (_named(context, name, request.query[name]) for name in ("a", "b"))
    found = differences(a, b, names=True)
    return {
        "a": f"{a.name}/{a.version}",
        "b": f"{b.name}/{b.version}",
        "differences": [{"key": one.key, "a": one.a, "b": one.b, "words": one.words} for one in found],
    }


@RULE_TOOLS.get("/rulebooks/{name}/{version}", shapes.Rulebook)
def read_rulebook(context: PublishingContext, request: ApiRequest) -> Answered:
    """Read one version."""
    found = _published(context, request.path["name"], request.path["version"])
    api = context.api
    return {
        "name": found.name,
        "version": found.version,
        "effective_from": None if found is BUILT_IN else instant(found.effective_from),
        "digest": found.digest,
        "in_force": found.digest == api.law().in_force(api.now()).digest,
        "rules": to_document(found),
    }


def _named(context: PublishingContext, field: str, name: str) -> Rulebook:
    title, slash, version = name.rpartition("/")
    if not slash:
        raise Invalid({field: ["Must be a name and a version, such as original-protection/2026-01."]})
    return _published(context, title, version)


def _published(context: PublishingContext, name: str, version: str) -> Rulebook:
    found = context.api.law().version(name, version)
    if found is None:
        raise NotFound
    return found


@RULE_TOOLS.post("/deadlines", shapes.Deadline, body=shapes.DeadlineBody, roles=ROLES)
def compute_deadline(context: PublishingContext, request: ApiRequest) -> Answered:
    """When a window closes that begins at an instant, with the proof day by day, by the calendars published by now."""
    body, api = request.body, context.api
    country, law = body["calendar"], api.law()
    if country not in context.known.countries:
        raise Invalid({"calendar": ["Is not a country whose calendar is known."]})
    count = Count(body["count"])
    if body["days"] > most_of(count):
        raise Invalid({"days": [f"Must be at most {most_of(count)}."]})
    if body["roll"] and count is Count.HOURS:
        raise Invalid({"roll": ["Hours do not roll."]})
    try:
        duration = Duration(body["days"], count, "next_working_day" if body["roll"] else None)
        calendar, zone = law.calendar(country, api.now()), _zone(body["zone"], country)
        closes, days = deadline(body["load_from"], duration, calendar, zone), proof(body["load_from"], duration, calendar, zone)
    except ValueError as error:
        raise Invalid({"days": [f"{error}."]}) from None
    return {
        "closes_at": instant(closes.closes_at),
        "calendar": {"name": closes.calendar.name, "digest": closes.calendar.digest},
        "provisional": closes.provisional,
        "proof": [{"date": str(day.date), "day": day.day, "why": day.why, "counted": day.counted} for day in days],
    }


def _zone(name: str | None, country: str) -> tzinfo:
    try:
        return load_zone(zone_of(country) if name is None else name)
    except ValueError as error:
        raise Invalid({"zone": [f"{error}."]}) from None
