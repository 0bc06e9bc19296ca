"""The desk: taking complaints up, deciding appeals, claims, its own mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.case_file.bodies import desk_appeal, desk_complaint
from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import ReasonsBody, page_of
from adapters.http.schemas.desk import AcceptanceBody, DecisionBody, DeskAppeal, DeskComplaint, SpecialBody
from adapters.http.schemas.queries import DeskAppealsQuery, DeskComplaintsQuery
from application import decide
from application.acting import Act
from application.refusals import NotFound
from domain.appeal import AppealStatus
from domain.case.state import Case, Status
from projections import appeals, complaints

DESK: Router[ApiContext] = Router("desk", roles=("reviewer",))


def _case_words(context: ApiContext, case: Case) -> dict[str, Any]:
    return desk_complaint(case, context.now(), context.platform.sealer, context.who)


def complaint_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a case's own GET at the desk."""
    with context.reading() as reading:
        found = complaints.get(reading, request.path["id"])
    if found is None:
        raise NotFound
    return _case_words(context, found)


def appeal_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of an appeal's own GET at the desk."""
    with context.reading() as reading:
        appeal = appeals.get(reading, request.path["id"])
        found = None if appeal is None else complaints.get(reading, appeal.complaint_id)
    if appeal is None or found is None:
        raise NotFound
    return desk_appeal(appeal, found, context.now(), context.platform.sealer)


@DESK.get("/desk/complaints", page_of(DeskComplaint), query=DeskComplaintsQuery, lists=True)
def list_desk_complaints(context: ApiContext, request: ApiRequest) -> Answered:
    """List complaints, the longest due first."""
    status, overdue = request.query["status"], request.query["overdue"]
    sought = complaints.ComplaintFilter(
        statuses=None if status is None else [Status(status)],
        overdue=None if overdue is None else (overdue, context.now()),
    )
    with context.reading() as reading:
        page = complaints.by_due(reading, sought, request.page.limit, after(request))
    return paged(request, page, lambda found: _case_words(context, found))


@DESK.get("/desk/complaints/{id}", DeskComplaint)
def read_desk_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Read a case."""
    return complaint_now(context, request)


def _on_case(context: ApiContext, request: ApiRequest, name: str, decided: Callable[[Act, str], Case]) -> Answered:
    return request.command(
        context.platform,
        name,
        request.caller.staff_id,
        lambda act: decided(act, request.path["id"]),
        lambda _, case: _case_words(context, case),
    )


@DESK.post(
    "/desk/complaints/{id}/acceptance",
    DeskComplaint,
    body=AcceptanceBody,
    current=complaint_now,
    codes=("already_decided", "case_closed", "claimed"),
)
def accept_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Take a complaint up: the listing is penalised and the respondent served a notice."""
    return _on_case(
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
def refuse_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Do not take a complaint up."""
    return _on_case(context, request, "refusal", lambda act, case_id: decide.decline(act, case_id, request.body["reasons"]))


@DESK.post("/desk/complaints/{id}/claim", DeskComplaint, current=complaint_now, codes=("case_closed", "claimed", "same_reviewer"))
def claim_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Take a case before deciding it; others are told who has it."""
    return _on_case(context, request, "claim", decide.claim)


@DESK.delete("/desk/complaints/{id}/claim", current=complaint_now, codes=("claimed",))
def release_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Let a case go."""
    return request.command(
        context.platform, "release", request.caller.staff_id, lambda act: decide.release_claim(act, request.path["id"]), lambda *_: None
    )


@DESK.post("/desk/complaints/{id}/lift", DeskComplaint, body=ReasonsBody, current=complaint_now, codes=("nothing_to_lift", "claimed"))
def lift_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Mend the desk's own mistake."""
    return _on_case(context, request, "lift", lambda act, case_id: decide.lift(act, case_id, request.body["reasons"]))


@DESK.post("/desk/complaints/{id}/reopening", DeskComplaint, body=ReasonsBody, current=complaint_now, codes=("not_reopenable",))
def reopen_complaint(context: ApiContext, request: ApiRequest) -> Answered:
    """Reopen a terminated merchant's final case; it ends voided."""
    return _on_case(context, request, "reopening", lambda act, case_id: decide.reopen(act, case_id, request.body["reasons"]))


@DESK.get("/desk/appeals", page_of(DeskAppeal), query=DeskAppealsQuery, lists=True)
def list_desk_appeals(context: ApiContext, request: ApiRequest) -> Answered:
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
    return paged(request, page, lambda appeal: desk_appeal(appeal, cases[appeal.complaint_id], context.now(), context.platform.sealer))


@DESK.get("/desk/appeals/{id}", DeskAppeal)
def read_desk_appeal(context: ApiContext, request: ApiRequest) -> Answered:
    """Read an appeal."""
    return appeal_now(context, request)


@DESK.post(
    "/desk/appeals/{id}/decision",
    DeskAppeal,
    body=DecisionBody,
    current=appeal_now,
    codes=("appeal_not_open", "same_reviewer", "claimed", "too_early"),
)
def decide_appeal(context: ApiContext, request: ApiRequest) -> Answered:
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
def mark_appeal_special(context: ApiContext, request: ApiRequest) -> Answered:
    """Mark a special case: its decision has no deadline."""
    return _on_appeal(context, request, "special", lambda act, appeal_id: decide.mark_special(act, appeal_id, request.body["reason"]))


def _on_appeal(context: ApiContext, request: ApiRequest, name: str, decided: Callable[[Act, str], decide.DecidedAppeal]) -> Answered:
    return request.command(
        context.platform,
        name,
        request.caller.staff_id,
        lambda act: decided(act, request.path["id"]),
        lambda _, done: desk_appeal(done.appeal, done.case, context.now(), context.platform.sealer),
    )
