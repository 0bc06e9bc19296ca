"""What administrators publish: rulebooks, calendars, the entrance (rules T5, E2, A1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.reading import JSON, TOML
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas import rules as shapes
from adapters.http.schemas.common import page_of
from adapters.wording.instants import instant
from application import publish_rules
from application.acting import Act
from application.members import change_entrance
from application.refusals import Invalid
from domain.entrance import EntrancePolicy
from domain.rulebook import BUILT_IN, to_document
from projections import publications


@dataclass(frozen=True, slots=True)
class PublishingContext:
    """What publishing stands on."""

    api: ApiContext
    known: publish_rules.Known
    gate: publish_rules.Gate


PUBLISHING: Router[PublishingContext] = Router("rules", roles=("admin",))
READERS = ("auditor", "admin")


@PUBLISHING.get("/rulebooks", page_of(shapes.Rulebook), lists=True, roles=READERS)
def list_rulebooks(context: PublishingContext, request: ApiRequest) -> Answered:
    """List the published rulebooks, latest published first; the built-in one underlies all."""
    api = context.api
    in_force = api.law().in_force(api.now()).digest

    def words(one: publications.RulebookPublication) -> dict[str, Any]:
        return {
            "name": one.name,
            "version": one.version,
            "effective_from": instant(one.effective_from),
            "published_at": instant(one.published_at),
            "digest": one.digest,
            "in_force": one.digest == in_force,
            "rules": one.document,
        }

    with api.reading() as reading:
        page = publications.rulebooks(reading, request.page.limit, after(request))
    answer = paged(request, page, words)
    if page.next is None:
        answer["items"].append(_built_in(BUILT_IN.digest == in_force))
    return answer


def _built_in(in_force: bool) -> dict[str, Any]:
    document = to_document(BUILT_IN)
    return {
        "name": BUILT_IN.name,
        "version": BUILT_IN.version,
        "effective_from": None,
        "published_at": None,
        "digest": BUILT_IN.digest,
        "in_force": in_force,
        "rules": {name: section for name, section in document.items() if name != "effective_from"},
    }


@PUBLISHING.post(
    "/rulebooks",
    shapes.Rulebook,
    body=shapes.RulebookBody,
    consumes=(JSON, TOML),
    success=201,
    also=(200,),
    codes=("rulebook_invalid", "version_taken", "not_in_the_future", "too_soon", "replay_missing"),
)
def publish_rulebook(context: PublishingContext, request: ApiRequest) -> Answered:
    """Publish a rulebook (TOML or JSON), in force from its effective instant on."""

    def words(_: Act, done: publish_rules.PublishedRulebook) -> dict[str, Any]:
        rulebook = done.rulebook
        return {
            "name": rulebook.name,
            "version": rulebook.version,
            "effective_from": instant(rulebook.effective_from),
            "published_at": instant(done.published_at),
            "digest": rulebook.digest,
            "rules": to_document(rulebook),
        }

    return request.command(
        context.api.platform,
        "rulebook",
        request.caller.staff_id,
        lambda act: publish_rules.publish_rulebook(act, request.raw, context.known, context.gate),
        words,
        lambda done: 201 if done.new else 200,
    )


def _calendar(year: Any, published_at: Any, source: str) -> dict[str, Any]:
    return {
        "country": year.country,
        "year": year.year,
        "digest": year.digest,
        "published_at": instant(published_at),
        "source": source,
        "days_off": [str(day) for day in year.days_off],
        "work_days": [str(day) for day in year.work_days],
    }


@PUBLISHING.get("/calendars", page_of(shapes.Calendar), lists=True, roles=READERS)
def list_calendars(context: PublishingContext, request: ApiRequest) -> Answered:
    """List the published calendar years, latest published first."""
    with context.api.reading() as reading:
        page = publications.calendars(reading, request.page.limit, after(request))
    return paged(request, page, lambda one: _calendar(one, one.published_at, one.source))


@PUBLISHING.post("/calendars", shapes.Calendar, body=shapes.CalendarBody, success=201, also=(200,))
def publish_calendar(context: PublishingContext, request: ApiRequest) -> Answered:
    """Publish a country's year of working days, in force from its publication; deadlines that were given stay."""
    body = request.body
    year = publish_rules.calendar_year(body["country"], body["year"], _days(body, "days_off"), _days(body, "work_days"), context.known)
    return request.command(
        context.api.platform,
        "calendar",
        request.caller.staff_id,
        lambda act: publish_rules.publish_calendar(act, year, "published by hand"),
        lambda _, done: _calendar(done.year, done.published_at, done.source),
        lambda done: 201 if done.new else 200,
    )


def _days(body: Any, name: str) -> list[date]:
    try:
        return [date.fromisoformat(day) for day in body[name]]
    except ValueError:
        raise Invalid({name: ["Not all are dates such as 2027-01-01."]}) from None


def _policy(api: ApiContext, policy: EntrancePolicy) -> dict[str, Any]:
    return {
        "open_to_all": policy.open_to_all,
        "categories": list(policy.categories),
        "members": [api.subject_of(member_id) for member_id in policy.members],
        "match": policy.match,
    }


def entrance_now(context: PublishingContext, request: ApiRequest) -> dict[str, Any]:
    """The body of the entrance policy's GET."""
    with context.api.reading() as reading:
        policy = publications.entrance(reading)
    found = EntrancePolicy() if policy is None else EntrancePolicy(policy.open_to_all, policy.categories, policy.members, policy.match)
    return _policy(context.api, found)


@PUBLISHING.get("/entrance-policy", shapes.EntrancePolicy)
def read_entrance_policy(context: PublishingContext, request: ApiRequest) -> Answered:
    """To whom the entrance is open."""
    return entrance_now(context, request)


@PUBLISHING.put("/entrance-policy", shapes.EntrancePolicy, body=shapes.EntrancePolicyBody, also=(), current=entrance_now)
def change_entrance_policy(context: PublishingContext, request: ApiRequest) -> Answered:
    """Open or close the entrance, step by step."""
    body, api = request.body, context.api
    wanted = publish_rules.entrance_policy(api.platform, body["open_to_all"], body["categories"], body["members"], body["match"])
    return request.command(
        api.platform,
        "entrance",
        request.caller.staff_id,
        lambda act: change_entrance(act, wanted),
        lambda _, policy: _policy(api, policy),
    )
