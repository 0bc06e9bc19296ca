"""The shadow: a draft rulebook beside the live one. It decides nothing, and no party hears of it (rule G7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.http.endpoint import Router
from adapters.http.problems import Problem
from adapters.http.replays import REPORTED, ReplayContext, wanted_rulebook
from adapters.http.request import Answered, ApiRequest, Tagged
from adapters.http.schemas import shadow as shapes
from adapters.replay.shadowing import ShadowBehind, ShadowRun
from adapters.wording.instants import instant
from application import audit, shadow
from application.acting import Act, Command, run
from application.refusals import NotFound
from domain.rulebook import to_document
from domain.staff import subject_of


@dataclass(frozen=True, slots=True)
class ShadowContext:
    """What the shadow stands on."""

    replays: ReplayContext
    following: ShadowRun


SHADOW: Router[ShadowContext] = Router("shadow", roles=("auditor", "admin"))
ADMIN = ("admin",)


def _running(context: ShadowContext) -> shadow.Shadow:
    one = shadow.running(context.replays.platform.store.load(shadow.SHADOW))
    if one is None:
        raise NotFound
    return one


def shadow_now(context: ShadowContext, request: ApiRequest) -> dict[str, Any]:
    """The shadow that runs, without how far it is."""
    return _words(_running(context))


def _words(one: shadow.Shadow) -> dict[str, Any]:
    return {
        "rulebook": {"name": one.rulebook.name, "version": one.rulebook.version, "digest": one.rulebook.digest},
        "document": to_document(one.rulebook),
        "since": instant(one.since),
        "begun_at": instant(one.at),
        "by": subject_of(one.by),
    }


@SHADOW.get("/shadow", shapes.Shadow, codes=("not_found",))
def read_shadow(context: ShadowContext, request: ApiRequest) -> Answered:
    """The draft that runs, and how far it is."""
    one = _running(context)
    standing, basis = context.following.standing(one), _words(one)
    how_far = {"position": standing.position, "behind": standing.behind, "stale": standing.stale, "untold": standing.untold}
    return Tagged({**basis, **how_far}, basis)


@SHADOW.put(
    "/shadow",
    shapes.Shadow,
    body=shapes.ShadowBody,
    roles=ADMIN,
    current=shadow_now,
    codes=("rulebook_invalid", "unknown_version"),
)
def begin_shadow(context: ShadowContext, request: ApiRequest) -> Answered:
    """Let a draft run beside the live rulebook, over the cases lodged since an instant, by default from now on. One that runs ends."""
    body, replays = request.body, context.replays

    def begun(act: Act) -> shadow.Shadow:
        return shadow.begin(act, wanted_rulebook(replays, body["rulebook"]), body["since"])

    return request.command(
        replays.platform, "shadow", request.caller.staff_id, begun, lambda _, one: _words(one), lambda one: 201 if one.new else 200
    )


@SHADOW.delete("/shadow", roles=ADMIN, current=shadow_now, codes=("not_found",))
def end_shadow(context: ShadowContext, request: ApiRequest) -> Answered:
    """End the draft that runs."""
    return request.command(context.replays.platform, "shadow", request.caller.staff_id, shadow.end, lambda _, __: None)


@SHADOW.get("/shadow/report", shapes.ShadowReport, codes=("not_found", "unavailable"))
def read_shadow_report(context: ShadowContext, request: ApiRequest) -> Answered:
    """What the draft would have done by now: the report of a replay under it over the same cases."""
    one, platform = _running(context), context.replays.platform
    run(platform, Command("audit", request.caller.staff_id), lambda act: audit.record_read(act, "shadow", one.rulebook.title))
    try:
        report = context.following.report(one, context.replays.now())
    except ShadowBehind:
        raise Problem("unavailable", headers={"Retry-After": "5"}) from None
    return {"since": instant(one.since), "report": report, **{name: report[name] for name in REPORTED if name in report}}
