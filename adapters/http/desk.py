"""The desk: taking complaints up, deciding appeals, claims, its own mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.case_file.bodies import desk_appeal
from adapters.http.context import ApiContext, after, paged
from adapters.http.desk_facts import beside, described, listed, match, refuse_own
from adapters.http.endpoint import Router
from adapters.http.presence import Presence
from adapters.http.reason_templates import ReasonTemplates
from adapters.http.request import Answered, ApiRequest, Tagged
from adapters.http.schemas.common import ReasonsBody, page_of
from adapters.http.schemas.desk import AcceptanceBody, DecisionBody, DeskAppeal, DeskComplaint, Note, NoteBody, SpecialBody
from adapters.http.schemas.queries import DeskAppealsQuery, DeskComplaintsQuery
from adapters.http.turns import in_turns
from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application import decide
from application.acting import Act
from application.cases import last_sighting, listing_as_fed
from application.index import ListingByLink
from application.links import pasted_links
from application.refusals import found
from domain.appeal import AppealStatus
from domain.case.events import NoteAdded
from domain.case.state import Case, Status
from domain.recorded import Recorded
from projections import appeals, complaints, listings, sightings
from projections.reading import Reading


@dataclass(frozen=True, slots=True)
class DeskContext(ApiContext):
    """What the desk stands on besides."""

    presence: Presence | None = None
    templates: ReasonTemplates | None = None

    def viewers(self) -> dict[str, list[str]]:
        """Case -> who looks at it now."""
        return {} if self.presence is None else self.presence.viewers()


DESK: Router[DeskContext] = Router("desk", roles=("reviewer",))


def _described(context: DeskContext, reading: Reading, case: Case) -> dict[str, Any]:
    """A case as its entity tag is made of it, in the answer to a read and to a command alike."""
    listing, seen = in_turns(
        lambda: listings.get(reading, case.listing_id), lambda: sightings.latest(reading, case.filing_id, case.listing_id)
    )
    return {**described(context, case, listing), "match": match(seen, case)}


def _decided(context: DeskContext, act: Act, case: Case) -> dict[str, Any]:
    """The same of a case that a command has just decided on, from what the command has read: no view is waited for."""
    return {**described(context, case, listing_as_fed(act, case)), "match": match(last_sighting(act, case), case)}


def complaint_now(context: DeskContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a case's own GET at the desk, as far as its entity tag is made of it."""
    with context.reading() as reading:
        case = found(complaints.get(reading, request.path["id"]))
        refuse_own(context, request, case)
        return _described(context, reading, case)


def appeal_now(context: DeskContext, request: ApiRequest) -> dict[str, Any]:
    """The body of an appeal's own GET at the desk."""
    with context.reading() as reading:
        appeal = found(appeals.get(reading, request.path["id"]))
        case = found(complaints.get(reading, appeal.complaint_id))
    refuse_own(context, request, case)
    return desk_appeal(appeal, case, context.now(), context.platform.sealer)


@DESK.get("/desk/complaints", page_of(DeskComplaint), query=DeskComplaintsQuery, lists=True)
def list_desk_complaints(context: DeskContext, request: ApiRequest) -> Answered:
    """List complaints, the longest due first."""
    query, now = request.query, context.now()
    claimed = {"me": (request.caller.staff_id, now), "none": (None, now)}.get(query["claimed"] or "")
    wanted = complaints.ComplaintFilter(
        statuses=None if query["status"] is None else [Status(one) for one in query["status"]],
        overdue=None if query["overdue"] is None else (query["overdue"], now),
        respondent=_member(context, query["seller"]),
        complainant=_member(context, query["complainant"]),
        due_before=query["due_before"],
        listing_id=None if query["listing"] is None else _listing(context, query["listing"]),
        claimed=claimed,
        not_of=context.as_member(request.caller),
    )
    with context.reading() as reading:
        page, viewers = in_turns(lambda: complaints.by_due(reading, wanted, request.page.limit, after(request)), context.viewers)
        words = listed(context, reading, page.items, viewers)
    return paged(request, page, lambda case: words[case.id])


def _listing(context: DeskContext, named: str) -> str:
    """The id of the listing that has a link now, in any of its spellings; what is no such link is an id."""
    spellings = pasted_links(named, context.platform.tracking)
    row = next(filter(None, (context.platform.store.ask(ListingByLink(one)) for one in spellings)), None)
    return named if row is None else row.listing_id


def _member(context: DeskContext, name: str | None) -> str | None:
    """The member that a subject or a nickname means; a name of nobody, which no case has, where there is none."""
    if name is None:
        return None
    identity = context.platform.identities.by_subject(name) or context.platform.identities.by_nickname(name)
    return "" if identity is None else identity.member_id


@DESK.get("/desk/complaints/{id}", DeskComplaint)
def read_desk_complaint(context: DeskContext, request: ApiRequest) -> Answered:
    """Read a case, with what may be done to it and who else looks at it."""
    by = request.caller.staff_id
    with context.reading() as reading:
        asked_for, viewers = in_turns(lambda: complaints.get(reading, request.path["id"]), context.viewers)
        case = found(asked_for)
        refuse_own(context, request, case)
        basis, more = in_turns(lambda: _described(context, reading, case), lambda: beside(context, reading, case, request.caller))
    if context.presence is not None:
        context.presence.note(case.id, by)
    return Tagged({**basis, **more, "viewers": sorted({by, *viewers.get(case.id, [])})}, basis)


def on_case(context: DeskContext, request: ApiRequest, name: str, decided: Callable[[Act, str], Case]) -> Answered:
    """Carry out a command on a case; the answer is the case as its own GET describes it."""
    return request.command(
        context.platform,
        name,
        request.caller.staff_id,
        lambda act: decided(act, request.path["id"]),
        lambda act, case: _decided(context, act, case),
    )


@DESK.post(
    "/desk/complaints/{id}/acceptance",
    DeskComplaint,
    body=AcceptanceBody,
    current=complaint_now,
    codes=("already_decided", "case_closed", "claimed"),
)
def accept_complaint(context: DeskContext, request: ApiRequest) -> Answered:
    """Take a complaint up: the listing is penalised and the respondent served a notice."""
    return on_case(
        context,
        request,
        "acceptance",
        lambda act, case_id: decide.accept(act, case_id, request.body["reasons"], request.body["show_original"]),
    )


@DESK.post(
    "/desk/complaints/{id}/refusal",
    DeskComplaint,
    body=ReasonsBody,
    current=complaint_now,
    codes=("already_decided", "case_closed", "claimed"),
)
def refuse_complaint(context: DeskContext, request: ApiRequest) -> Answered:
    """Do not take a complaint up."""
    return on_case(context, request, "refusal", lambda act, case_id: decide.decline(act, case_id, request.body["reasons"]))


@DESK.post("/desk/complaints/{id}/claim", DeskComplaint, current=complaint_now, codes=("case_closed", "claimed", "same_reviewer"))
def claim_complaint(context: DeskContext, request: ApiRequest) -> Answered:
    """Take a case before deciding it; others are told who has it."""
    return on_case(context, request, "claim", decide.claim)


@DESK.delete("/desk/complaints/{id}/claim", roles=("reviewer", "admin"), current=complaint_now, codes=("claimed",))
def release_complaint(context: DeskContext, request: ApiRequest) -> Answered:
    """Let a case go; an admin releases whoever's claim."""
    released = decide.release_claim if "reviewer" in request.caller.roles else decide.release_anybodys_claim
    return request.command(
        context.platform, "release", request.caller.staff_id, lambda act: released(act, request.path["id"]), lambda *_: None
    )


@DESK.post("/desk/complaints/{id}/lift", DeskComplaint, body=ReasonsBody, current=complaint_now, codes=("nothing_to_lift", "claimed"))
def lift_complaint(context: DeskContext, request: ApiRequest) -> Answered:
    """Mend the desk's own mistake."""
    return on_case(context, request, "lift", lambda act, case_id: decide.lift(act, case_id, request.body["reasons"]))


@DESK.post("/desk/complaints/{id}/reopening", DeskComplaint, body=ReasonsBody, current=complaint_now, codes=("not_reopenable",))
def reopen_complaint(context: DeskContext, request: ApiRequest) -> Answered:
    """Reopen a terminated merchant's final case; it ends voided."""
    return on_case(context, request, "reopening", lambda act, case_id: decide.reopen(act, case_id, request.body["reasons"]))


def _note_words(context: DeskContext, note: Recorded) -> dict[str, Any]:
    text = readable(context.platform.sealer, note.event.text) if isinstance(note.event, NoteAdded) else None
    return {"id": note.id, "text": text or "", "by": note.by, "at": instant(note.at)}


@DESK.post("/desk/complaints/{id}/notes", Note, body=NoteBody, success=201, current=complaint_now, codes=("text_too_long",))
def add_note(context: DeskContext, request: ApiRequest) -> Answered:
    """Note something on a case, for the desk and the audit alone."""
    return request.command(
        context.platform,
        "note",
        request.caller.staff_id,
        lambda act: decide.add_note(act, request.path["id"], request.body["text"]),
        lambda _, note: _note_words(context, note),
    )


@DESK.get("/desk/complaints/{id}/notes", page_of(Note), lists=True)
def list_notes(context: DeskContext, request: ApiRequest) -> Answered:
    """List the notes on a case, oldest first."""
    notes = decide.notes(context.platform, request.path["id"], request.caller.staff_id)
    known = [note.id for note in notes]
    start = known.index(cursor) + 1 if (cursor := after(request)) in known else 0
    return request.page.cut(
        [_note_words(context, note) for note in notes[start : start + request.page.limit + 1]], lambda note: [note["id"]]
    )


@DESK.get("/desk/appeals", page_of(DeskAppeal), query=DeskAppealsQuery, lists=True)
def list_desk_appeals(context: DeskContext, request: ApiRequest) -> Answered:
    """List appeals, the longest due first."""
    status, overdue = request.query["status"], request.query["overdue"]
    with context.reading() as reading:
        page = appeals.by_due(
            reading,
            request.page.limit,
            after(request),
            statuses=None if status is None else [AppealStatus(status)],
            overdue=None if overdue is None else (overdue, context.now()),
        )
        cases = reading.many(complaints.TABLE, {appeal.complaint_id for appeal in page.items})
    me = context.as_member(request.caller)
    readable_cases = {case.id for case in cases.values() if me not in (case.complainant, case.respondent)}
    page = page._replace(items=[appeal for appeal in page.items if appeal.complaint_id in readable_cases])
    return paged(request, page, lambda appeal: desk_appeal(appeal, cases[appeal.complaint_id], context.now(), context.platform.sealer))


@DESK.get("/desk/appeals/{id}", DeskAppeal)
def read_desk_appeal(context: DeskContext, request: ApiRequest) -> Answered:
    """Read an appeal."""
    return appeal_now(context, request)


@DESK.post(
    "/desk/appeals/{id}/decision",
    DeskAppeal,
    body=DecisionBody,
    current=appeal_now,
    codes=("appeal_not_open", "same_reviewer", "claimed", "too_early"),
)
def decide_appeal(context: DeskContext, request: ApiRequest) -> Answered:
    """Decide an appeal."""
    return _on_appeal(
        context,
        request,
        "decision",
        lambda act, appeal_id: decide.decide_appeal(act, appeal_id, request.body["outcome"], request.body["reasons"]),
    )


@DESK.post(
    "/desk/appeals/{id}/special",
    DeskAppeal,
    body=SpecialBody,
    current=appeal_now,
    codes=("appeal_not_open", "already_special", "claimed", "text_too_long"),
)
def mark_appeal_special(context: DeskContext, request: ApiRequest) -> Answered:
    """Mark a special case: its decision has no deadline."""
    return _on_appeal(context, request, "special", lambda act, appeal_id: decide.mark_special(act, appeal_id, request.body["reason"]))


def _on_appeal(context: DeskContext, request: ApiRequest, name: str, decided: Callable[[Act, str], decide.DecidedAppeal]) -> Answered:
    return request.command(
        context.platform,
        name,
        request.caller.staff_id,
        lambda act: decided(act, request.path["id"]),
        lambda _, done: desk_appeal(done.appeal, done.case, context.now(), context.platform.sealer),
    )
