"""A party records that it took the ended case to a certified dispute body outside (rule H9; EU 2022/2065, art. 21)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.state import BodyRecord, Case
from domain.events import Event, Fact, Happened, Sealed
from domain.events.base import Party
from domain.refusal import Refusal, RefusedAttempt


class TakenToBody(Event, frozen=True):
    """A party took the case to an outside body, which knows it under a reference of its own (rule H9).

    For that party, the desk and the audit; the other party never learns of it.
    """

    record_id: str
    party: Party
    body: Sealed
    reference: Sealed


def take_to_body(case: Case, at: datetime, taken: TakenToBody, recorded: bool) -> list[Happened]:
    """Put on record that a party took the case to a body; `recorded` where that party has said so before (rule H9).

    Raises Refusal: case_open, body_recorded; no_notice, where the respondent has none to complain of.
    """
    if not case.ended:
        raise Refusal("case_open")
    if taken.party == "respondent" and case.notice_id is None:
        raise Refusal("no_notice")
    if recorded:
        raise RefusedAttempt("body_recorded")
    by = case.complainant if taken.party == "complainant" else case.respondent
    return [Happened(at, taken, by, case.case_rules or case.complaint_rules)]


def _fold(case: Case, fact: Fact, event: TakenToBody) -> Case:
    record = BodyRecord(event.record_id, event.party, event.body, event.reference, fact.at)
    return replace(case, bodies=(*case.bodies, record))


def _redo(case: Case, at: datetime, by: str, event: TakenToBody, under: Redoing) -> list[Happened]:
    return take_to_body(case, at, event, recorded=False)


BODY = CaseAct(
    command="body",
    event=TakenToBody,
    fold=_fold,
    redo=_redo,
    retry=None,
    compared=("party",),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=True,
    quiet=False,
)
