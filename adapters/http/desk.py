"""The desk: taking complaints up, deciding appeals, claims, its own mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.case_file.bodies import desk_appeal, desk_complaint
from adapters.http.ask import Answered, Ask
from adapters.http.endpoint import Audience
from adapters.http.front import Front, after, paged
from adapters.http.schemas.common import ReasonsBody, page_of
from adapters.http.schemas.desk import AcceptanceBody, DecisionBody, DeskAppeal, DeskComplaint, SpecialBody
from adapters.http.schemas.queries import DeskAppealsQuery, DeskComplaintsQuery
from application import decide
from application.acting import Act
from application.refusals import NotFound
from domain.appeal import AppealStatus
from domain.case import Case, Status
from projections import appeals, complaints

DESK: Audience[Front] = Audience("desk", roles=("reviewer",))


def _case_words(front: Front, case: Case) -> dict[str, Any]:
    return desk_complaint(case, front.now(), front.platform.sealer, front.who)


def complaint_now(front: Front, ask: Ask) -> dict[str, Any]:
    """The body of a case's own GET at the desk."""
    with front.reading() as reading:
        found = complaints.get(reading, ask.path["id"])
    if found is None:
        raise NotFound
    return _case_words(front, found)


def appeal_now(front: Front, ask: Ask) -> dict[str, Any]:
    """The body of an appeal's own GET at the desk."""
    with front.reading() as reading:
        appeal = appeals.get(reading, ask.path["id"])
        found = None if appeal is None else complaints.get(reading, appeal.complaint_id)
    if appeal is None or found is None:
        raise NotFound
    return desk_appeal(appeal, found, front.now(), front.platform.sealer)


@DESK.get("/desk/complaints", page_of(DeskComplaint), query=DeskComplaintsQuery, lists=True)
def list_desk_complaints(front: Front, ask: Ask) -> Answered:
    """List complaints, the longest due first."""
    status, overdue = ask.query["status"], ask.query["overdue"]
    sought = complaints.Sought(
        statuses=None if status is None else [Status(status)],
        overdue=None if overdue is None else (overdue, front.now()),
    )
    with front.reading() as reading:
        page = complaints.by_due(reading, sought, ask.page.limit, after(ask))
    return paged(ask, page, lambda found: _case_words(front, found))


@DESK.get("/desk/complaints/{id}", DeskComplaint)
def read_desk_complaint(front: Front, ask: Ask) -> Answered:
    """Read a case."""
    return complaint_now(front, ask)


def _on_case(front: Front, ask: Ask, name: str, decided: Callable[[Act, str], Case]) -> Answered:
    return ask.command(
        front.platform, name, ask.caller.subject, lambda act: decided(act, ask.path["id"]), lambda _, case: _case_words(front, case)
    )


@DESK.post(
    "/desk/complaints/{id}/acceptance",
    DeskComplaint,
    body=AcceptanceBody,
    current=complaint_now,
    codes=("already_decided", "case_closed", "claimed"),
)
def accept_complaint(front: Front, ask: Ask) -> Answered:
    """Take a complaint up: the listing is penalised and the respondent served a notice."""
    return _on_case(
        front, ask, "acceptance", lambda act, case_id: decide.accept(act, case_id, ask.body["reasons"], ask.body["show_original"])
    )


@DESK.post(
    "/desk/complaints/{id}/refusal",
    DeskComplaint,
    body=ReasonsBody,
    current=complaint_now,
    codes=("already_decided", "case_closed", "claimed"),
)
def refuse_complaint(front: Front, ask: Ask) -> Answered:
    """Do not take a complaint up."""
    return _on_case(front, ask, "refusal", lambda act, case_id: decide.decline(act, case_id, ask.body["reasons"]))


@DESK.post("/desk/complaints/{id}/claim", DeskComplaint, current=complaint_now, codes=("case_closed", "claimed", "same_reviewer"))
def claim_complaint(front: Front, ask: Ask) -> Answered:
    """Take a case before deciding it; others are told who has it."""
    return _on_case(front, ask, "claim", decide.claim)


@DESK.delete("/desk/complaints/{id}/claim", current=complaint_now, codes=("claimed",))
def release_complaint(front: Front, ask: Ask) -> Answered:
    """Let a case go."""
    return ask.command(
        front.platform, "release", ask.caller.subject, lambda act: decide.release_claim(act, ask.path["id"]), lambda *_: None
    )


@DESK.post("/desk/complaints/{id}/lift", DeskComplaint, body=ReasonsBody, current=complaint_now, codes=("nothing_to_lift", "claimed"))
def lift_complaint(front: Front, ask: Ask) -> Answered:
    """Mend the desk's own mistake."""
    return _on_case(front, ask, "lift", lambda act, case_id: decide.lift(act, case_id, ask.body["reasons"]))


@DESK.post("/desk/complaints/{id}/reopening", DeskComplaint, body=ReasonsBody, current=complaint_now, codes=("not_reopenable",))
def reopen_complaint(front: Front, ask: Ask) -> Answered:
    """Reopen a terminated merchant's final case; it ends voided."""
    return _on_case(front, ask, "reopening", lambda act, case_id: decide.reopen(act, case_id, ask.body["reasons"]))


@DESK.get("/desk/appeals", page_of(DeskAppeal), query=DeskAppealsQuery, lists=True)
def list_desk_appeals(front: Front, ask: Ask) -> Answered:
    """List appeals, the longest due first."""
    status, overdue = ask.query["status"], ask.query["overdue"]
    with front.reading() as reading:
        page = appeals.by_due(
            reading,
            ask.page.limit,
            after(ask),
            statuses=None if status is None else [AppealStatus(status)],
            overdue=None if overdue is None else (overdue, front.now()),
        )
        cases = reading.many(complaints.SHEET, {appeal.complaint_id for appeal in page.items})
    return paged(ask, page, lambda appeal: desk_appeal(appeal, cases[appeal.complaint_id], front.now(), front.platform.sealer))


@DESK.get("/desk/appeals/{id}", DeskAppeal)
def read_desk_appeal(front: Front, ask: Ask) -> Answered:
    """Read an appeal."""
    return appeal_now(front, ask)


@DESK.post(
    "/desk/appeals/{id}/decision",
    DeskAppeal,
    body=DecisionBody,
    current=appeal_now,
    codes=("appeal_not_open", "same_reviewer", "claimed", "too_early"),
)
def decide_appeal(front: Front, ask: Ask) -> Answered:
    """Decide an appeal."""
    return _on_appeal(
        front,
        ask,
        "decision",
        lambda act, appeal_id: decide.decide_appeal(act, appeal_id, ask.body["outcome"], ask.body["reasons"]),
    )


@DESK.post(
    "/desk/appeals/{id}/special",
    DeskAppeal,
    body=SpecialBody,
    current=appeal_now,
    codes=("appeal_not_open", "already_special", "claimed", "text_too_long"),
)
def mark_appeal_special(front: Front, ask: Ask) -> Answered:
    """Mark a special case: its decision has no deadline."""
    return _on_appeal(front, ask, "special", lambda act, appeal_id: decide.mark_special(act, appeal_id, ask.body["reason"]))


def _on_appeal(front: Front, ask: Ask, name: str, decided: Callable[[Act, str], decide.DecidedAppeal]) -> Answered:
    return ask.command(
        front.platform,
        name,
        ask.caller.subject,
        lambda act: decided(act, ask.path["id"]),
        lambda _, done: desk_appeal(done.appeal, done.case, front.now(), front.platform.sealer),
    )
