"""The audit: cases in full, the log as a feed, proofs; each read is itself on record (rules G1, G4, G4b)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from adapters.case_file.as_json import history_body
from adapters.evidence.checkpoint import to_base64
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.reading import Tampered
from adapters.evidence.receipt import Inclusion
from adapters.http.cloud_events import cloud_event
from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.logs import log_event
from adapters.http.problems import Problem
from adapters.http.request import Answered, ApiRequest, Stream
from adapters.http.schemas import audit as shapes
from adapters.http.schemas.common import page_of
from adapters.http.schemas.queries import AsOfQuery, AuditCasesQuery, CheckpointQuery, FeedQuery, ProofQuery
from adapters.store.log import EventLog
from adapters.wording.instants import instant
from application import audit
from application.acting import Command, run
from application.index import ListingById
from application.refusals import Invalid, NotFound
from domain.case.state import Case, Status
from projections import complaints


@dataclass(frozen=True, slots=True)
class AuditContext:
    """What the audit stands on."""

    api: ApiContext
    log: EventLog
    evidence: Callable[[], TamperEvidence]


AUDIT: Router[AuditContext] = Router("audit", roles=("auditor", "admin"))
FEED_LIMIT = 200
NOBODY = "nobody"
"""What stands for a member or a listing that is not known."""


def record_read(context: AuditContext, request: ApiRequest, what: str, subject: str, as_of: datetime | None = None) -> None:
    """Put on record that somebody of the staff read something (rule G4b)."""
    run(
        context.api.platform,
        Command("audit", request.caller.staff_id),
        lambda act: audit.record_read(act, what, subject, as_of),
    )


@AUDIT.get("/audit/cases", page_of(shapes.AuditCase), query=AuditCasesQuery, lists=True)
def search_cases(context: AuditContext, request: ApiRequest) -> Answered:
    """Search cases by member, listing, status and time of lodging, newest first."""
    api, query = context.api, request.query
    named = query["member"]
    identity = None if named is None else api.platform.identities.by_id(named) or api.platform.identities.by_subject(named)
    member = named if identity is None else identity.member_id
    sought = complaints.ComplaintFilter(
        member=member,
        listing_id=query["listing"],
        statuses=None if query["status"] is None else [Status(query["status"])],
        lodged_from=query["lodged_from"],
        lodged_until=query["lodged_until"],
    )
    with api.reading() as reading:
        page = complaints.newest(reading, sought, request.page.limit, after(request))
    record_read(
        context, request, "cases", _sought_for(api, named, member if identity is not None or page.items else None, query["listing"])
    )
    return paged(request, page, lambda found: _audit_case(api, found))


def _sought_for(api: ApiContext, named: str | None, member: str | None, listing: str | None) -> str:
    """What a search was about, for the record: whatever an auditor typed stays out of the log where it names nothing here (rule H6)."""
    if named is not None:
        return member or NOBODY
    if listing is None:
        return ""
    return listing if api.platform.store.ask(ListingById(listing)) is not None else NOBODY


def _audit_case(api: ApiContext, case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "status": case.status.value,
        "listing_id": case.listing_id,
        "link": case.link,
        "filing_id": case.filing_id,
        "complainant": case.complainant,
        "respondent": case.respondent,
        "lodged_at": instant(case.lodged_at),
        "final_because": case.final_because,
        "lifted_because": case.lifted_because,
    }


@AUDIT.get("/audit/cases/{id}", shapes.CaseHistory, query=AsOfQuery)
def read_case_history(context: AuditContext, request: ApiRequest) -> Answered:
    """The full history of a case, now or as of any past instant."""
    as_of = request.query["as_of"]
    if as_of is None:
        context.api.settling.everything_due()
    history = audit.case_history(context.api.platform, context.log, request.path["id"], as_of)
    writers = {line.fact.by for line in history.lines}  # whose keys open what was said, the case's own with them
    context.api.acquainted({history.case.complainant, history.case.respondent, history.case.id, *writers})
    record_read(context, request, "case", request.path["id"], as_of)
    return history_body(history, context.api.platform.sealer)


def case_now(context: AuditContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a case's own GET in the audit, as of now."""
    context.api.settling.everything_due()
    history = audit.case_history(context.api.platform, context.log, request.path["id"])
    return history_body(history, context.api.platform.sealer)


@AUDIT.post(
    "/audit/cases/{id}/disclosures",
    shapes.Disclosure,
    body=shapes.DisclosureBody,
    success=201,
    roles=("admin",),
    current=case_now,
    codes=("text_too_long",),
)
def disclose_parties(context: AuditContext, request: ApiRequest) -> Answered:
    """Tell who the parties of a case are: to whom, on whose order, why. That is an event in the audit."""
    body = request.body

    def words(_: object, disclosed: audit.Disclosure) -> dict[str, Any]:
        return {
            "id": disclosed.id,
            "case_id": disclosed.complaint_id,
            "to": disclosed.to,
            "order": disclosed.order,
            "reason": disclosed.reason,
            "at": instant(disclosed.at),
            "complainant": None if disclosed.complainant is None else {"subject": disclosed.complainant.subject},
            "respondent": None if disclosed.respondent is None else {"subject": disclosed.respondent.subject},
        }

    return request.command(
        context.api.platform,
        "disclosure",
        request.caller.staff_id,
        lambda act: audit.disclose(act, request.path["id"], body["to"], body["order"], body["reason"]),
        words,
    )


@AUDIT.get("/audit/events", None, query=FeedQuery, produces=("application/x-ndjson",))
def follow_events(context: AuditContext, request: ApiRequest) -> Answered:
    """Follow the log as CloudEvents, oldest first, after an event's id."""
    limit = _limit(request.query["limit"])
    position: int | None = 0
    if request.query["after"] is not None:
        position = context.log.position_of_event(request.query["after"])
        if position is None:
            raise Invalid({"after": ["No event has this id."]})
    context.api.settling.everything_due()
    rows = context.log.read_raw(position or 0, limit)
    if any(row.topic != "HistoryRead" for row in rows):  # else a follower would never reach the end of what it makes itself
        record_read(context, request, "events", request.query["after"] or "")

    def lines() -> Iterator[bytes]:
        for row in rows:
            yield cloud_event(row.state) + b"\n"

    return Stream(lines())


def _limit(given: str | None) -> int:
    if given is None:
        return 50
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= FEED_LIMIT:
        raise Invalid({"limit": [f"Must be from 1 to {FEED_LIMIT}."]})
    return int(given)


@AUDIT.get("/audit/checkpoint", shapes.Checkpoint, query=CheckpointQuery, codes=("not_found", "history_altered"))
def read_checkpoint(context: AuditContext, request: ApiRequest) -> Answered:
    """The signed statement of the log's size and root, now or last; with `since`, a size it had, the proof that it continues that."""
    record_read(context, request, "checkpoint", "")
    with signed():
        evidence = context.evidence()
        if request.query["signed"] == "now":
            evidence.checkpoint()
        note, at, witnesses = evidence.last_checkpoint()
        _, size, root = note.splitlines()[:3]
        body = {
            "size": int(size),
            "root": root,
            "text": note,
            "key": evidence.public_key_text(),
            "signed_at": at,
            "witnesses": witnesses,
        }
        return body if request.query["since"] is None else {**body, **_continued(evidence, request.query["since"], int(size))}


def _continued(evidence: TamperEvidence, since: int, size: int) -> dict[str, Any]:
    if since > size:
        raise NotFound
    proof = [one.hex() for one in evidence.consistency(since, size)]
    return {"since": {"size": since, "root": to_base64(evidence.root(since))}, "consistency": proof}


@contextmanager
def signed() -> Iterator[None]:
    """Raises Problem where the history is not the one that was signed: an auditor has to be told, and why."""
    try:
        yield
    except Tampered as found:
        log_event("the history was altered", logging.ERROR, found)
        raise Problem("history_altered", found.line) from found


@AUDIT.get("/audit/events/{n}/proof", shapes.InclusionProof, query=ProofQuery)
def prove_event(context: AuditContext, request: ApiRequest) -> Answered:
    """That an event is in the log: by its number from 0, or by its id. `originals audit verify` reads the answer as it is."""
    name = request.path["n"]
    with signed():
        try:
            evidence = context.evidence()
            receipt = evidence.receipt_of_now(name) if request.query["signed"] == "now" else evidence.receipt_under_last(name)
        except KeyError:
            raise NotFound from None
    record_read(context, request, "proof", name)
    body: dict[str, Any] = msgspec.to_builtins(Inclusion.of(receipt))
    return body
