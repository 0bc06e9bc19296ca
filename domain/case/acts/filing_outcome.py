"""The desk files what an outside body decided, and does it where the body found for the respondent (rule H9)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.acts.lifting import Lifted
from domain.case.state import BodyRecord, Case, Status
from domain.events import Event, Fact, Happened
from domain.events.base import Party, Ruling
from domain.refusal import Refusal, RefusedAttempt


class BodyDecided(Event, frozen=True):
    """The outcome of an outside body was filed: `upheld` is what it said of that party's case before it (rule H9)."""

    record_id: str
    party: Party
    outcome: Ruling
    reasons: tuple[str, ...]


def file_outcome(case: Case, at: datetime, by: str, record_id: str, outcome: Ruling, reasons: tuple[str, ...]) -> list[Happened]:
    """File what a body decided of a record, once (rule H9). Raises Refusal: no_record, already_decided.

    Upheld for the respondent on `final` it lifts; the body's reasons stay with the record, which the complainant never reads.
    """
    record = _record(case, record_id)
    if record.outcome is not None:
        raise RefusedAttempt("already_decided")
    rules = case.case_rules or case.complaint_rules
    decided = [Happened(at, BodyDecided(record_id, record.party, outcome, reasons), by, rules)]
    if outcome == "upheld" and record.party == "respondent" and case.status is Status.FINAL:
        decided.append(Happened(at, Lifted("body"), by, rules))
    return decided


def _record(case: Case, record_id: str) -> BodyRecord:
    for one in case.bodies:
        if one.id == record_id:
            return one
    raise Refusal("no_record")


def _fold(case: Case, fact: Fact, event: BodyDecided) -> Case:
    bodies = tuple(
        replace(one, outcome=event.outcome, decided_at=fact.at, reasons=event.reasons) if one.id == event.record_id else one
        for one in case.bodies
    )
    return replace(case, bodies=bodies)


def _redo(case: Case, at: datetime, by: str, event: BodyDecided, under: Redoing) -> list[Happened]:
    return file_outcome(case, at, by, event.record_id, event.outcome, event.reasons)


BODY_OUTCOME = CaseAct(
    command="body_outcome",
    event=BodyDecided,
    fold=_fold,
    redo=_redo,
    retry=None,
    compared=("party", "outcome"),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=True,
    quiet=False,
)
