"""Replays as jobs: what would have ended differently under another rulebook (rules G2, G3). They publish nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from adapters.http.endpoint import Router
from adapters.http.problems import Problem
from adapters.http.request import Answered, ApiRequest, Content
from adapters.http.schemas.audit import Replay, ReplayBody, ReplayStarted, SealedReplay
from adapters.http.schemas.common import page_of
from adapters.http.schemas.queries import ChangedCasesQuery, ReplayQuery
from adapters.parquet.installed import EXTRA
from adapters.replay.as_rows import CSV, PARQUET, NoParquet, as_csv, as_parquet, forms
from adapters.replay.job_table import Job, TooManyJobs
from adapters.replay.jobs import ReplayJobs
from adapters.wording.instants import instant
from application import audit, sealed_replays
from application.acting import Act, IdempotencyKey, Platform
from application.publish_rules import Known
from application.refusals import Invalid, NotFound
from domain.refusal import Refusal
from domain.rulebook import Rulebook, RulebookInvalid, parse_rulebook
from domain.staff import subject_of


@dataclass(frozen=True, slots=True)
class ReplayContext:
    """What replays stand on."""

    jobs: ReplayJobs
    known: Known
    now: Callable[[], datetime]
    platform: Platform


REPORTED = (
    "rulebook",
    "until",
    "cases",
    "events",
    "pending",
    "differences",
    "endings",
    "undetermined",
    "changed",
    "because",
    "by_month",
    "by_member",
)
"""Members of the report that stand beside it too."""

REPLAYS: Router[ReplayContext] = Router("replays", roles=("auditor", "admin"))


@REPLAYS.post(
    "/audit/replays",
    ReplayStarted,
    body=ReplayBody,
    success=202,
    codes=("rulebook_invalid", "unknown_version", "unavailable"),
)
def start_replay(context: ReplayContext, request: ApiRequest) -> Answered:
    """Start a replay of the whole history under a published version, or under a document that is not published by this."""
    until = request.body["until"]
    if until is not None and until > context.now():
        raise Invalid({"until": ["Is in the future."]})
    job_id, sealed_by = _job_id(request.key), request.caller.staff_id if request.body["seal"] else None

    def started(act: Act) -> str:
        audit.record_read(act, "replay", "", until)
        try:
            return context.jobs.start(wanted_rulebook(context, request.body["rulebook"]), until, job_id, sealed_by)
        except TooManyJobs:
            raise Problem("unavailable", headers={"Retry-After": "5"}) from None

    return request.command(context.platform, "replay", request.caller.staff_id, started, lambda _, done: {"id": done, "status": "running"})


def _job_id(key: IdempotencyKey | None) -> str:
    """Random; of a request under an idempotency key the same at each try, so that a duplicate in flight starts no second job."""
    return secrets.token_hex(16) if key is None else hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]


def wanted_rulebook(context: ReplayContext, wanted: Any) -> Rulebook:
    """The published rulebook of that version, or the one that a document states. Raises Refusal: unknown_version, rulebook_invalid."""
    if isinstance(wanted, str):
        found = context.jobs.find(wanted)
        if found is None:
            raise Refusal("unknown_version", version=wanted)
        return found
    try:
        return parse_rulebook(wanted, context.known.zones, context.known.countries)
    except RulebookInvalid as wrong:
        raise Refusal("rulebook_invalid", path=wrong.path, why=wrong.why) from None


@REPLAYS.get("/audit/replays", page_of(Replay), lists=True)
def list_replays(context: ReplayContext, request: ApiRequest) -> Answered:
    """List the replays that are known, the last one asked for first, without their reports."""
    jobs, after = context.jobs.newest(), request.page.after
    ids = [job.id for job in jobs]
    first = ids.index(str(after[0])) + 1 if after is not None and str(after[0]) in ids else 0
    words = [
        {"id": job.id, "status": job.status, "progress": job.progress, "error": job.error, "sealed": _sealed(context, job)}
        for job in jobs[first : first + request.page.limit + 1]
    ]
    return request.page.cut(words, lambda one: [one["id"]])


@REPLAYS.get("/audit/replays/{id}", Replay, query=ReplayQuery)
def read_replay(context: ReplayContext, request: ApiRequest) -> Answered:
    """How far a replay is, and its report once it is done; with `changed` a page of the cases that end otherwise."""
    job = context.jobs.get(request.path["id"])
    if job is None:
        raise NotFound
    report = job.report or {}
    answer = {
        "id": job.id,
        "status": job.status,
        "progress": job.progress,
        "report": job.report,
        "error": job.error,
        "sealed": _sealed(context, job),
        "formats": forms() if report else [],
        **{name: report[name] for name in REPORTED if name in report},
    }
    first, limit = request.query.get("changed"), request.query.get("limit", 50)  # whoever cancels it has neither
    if first is None or not report:
        return answer
    some = context.jobs.changed(job.id, first, limit + 1)
    return answer | {"report": None, "changed": some[:limit], "changed_next": first + limit if len(some) > limit else None}


def _sealed(context: ReplayContext, job: Job) -> dict[str, Any] | None:
    one = sealed_replays.sealed_replay(context.platform.store, job.id) if job.sealed else None
    return None if one is None else _words(one)


def _words(one: sealed_replays.SealedReplay) -> dict[str, Any]:
    found = one.sealed
    return {
        "digest": found.digest,
        "log_position": found.log_position,
        "size": found.size,
        "root": found.root,
        "until": instant(found.until),
        "calendars": msgspec.to_builtins(found.calendars),
        "code": found.code,
        "rulebook": msgspec.to_builtins(found.rulebook),
        "document": found.document,
        "by": subject_of(one.by),
        "at": instant(one.at),
        "readings": [{"by": subject_of(reading.by), "at": instant(reading.at)} for reading in one.readings],
    }


@REPLAYS.post(
    "/audit/replays/{id}/reading",
    SealedReplay,
    roles=("admin",),
    current=read_replay,
    codes=("not_sealed",),
)
def record_reading(context: ReplayContext, request: ApiRequest) -> Answered:
    """Put on record that an admin has read a sealed replay; of each admin once."""
    job = context.jobs.get(request.path["id"])
    if job is None:
        raise NotFound

    def read(act: Act) -> sealed_replays.SealedReplay:
        if not job.sealed:
            raise Refusal("not_sealed")
        return sealed_replays.read(act, job.id)

    return request.command(context.platform, "reading", request.caller.staff_id, read, lambda _, one: _words(one))


@REPLAYS.get("/audit/replays/{id}/changed", None, query=ChangedCasesQuery, produces=(CSV, PARQUET), codes=("extra_missing",))
def changed_cases(context: ReplayContext, request: ApiRequest) -> Answered:
    """The cases that end otherwise, with the keys that made them so, as CSV or Parquet: all that are kept of it."""
    job = context.jobs.get(request.path["id"])
    if job is None or not job.report:
        raise NotFound
    found = context.jobs.every(job.id)
    if request.query["format"] == "csv":
        return Content(as_csv(found), CSV, f"replay-{job.id}.csv")
    try:
        return Content(as_parquet(found), PARQUET, f"replay-{job.id}.parquet")
    except NoParquet:
        raise Problem("extra_missing", f"Parquet is an optional part of this server: pip install '{EXTRA}'.", extra=EXTRA) from None


@REPLAYS.delete("/audit/replays/{id}", current=read_replay, codes=("replay_ended",))
def cancel_replay(context: ReplayContext, request: ApiRequest) -> Answered:
    """Want a replay no longer."""
    if context.jobs.get(request.path["id"]) is None:
        raise NotFound
    request.precondition()
    if not context.jobs.cancel(request.path["id"]):
        raise Refusal("replay_ended")
    return None
