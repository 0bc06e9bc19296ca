"""Appealing against a notice in its open window (rules D1, D2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import pinned
from domain.case.state import WITHOUT_NOTICE, Case, Round, Status
from domain.events import Event, Fact, Happened
from domain.law import Law
from domain.refusal import Refusal, RefusedAttempt
from domain.working_days import Deadline


class RoundOpened(Event, frozen=True):
    """The opportunity of this round was used: an appeal is open (rule D1)."""

    round: int
    appeal_id: str
    decide_by: Deadline
    not_before: datetime | None = None


def open_appeal(case: Case, at: datetime, appeal_id: str, law: Law) -> list[Happened]:
    """Use the opportunity that is open (rules D1, D2). Raises Refusal: appeal_open, window_closed, appeals_exhausted, case_closed."""
    match case.status:
        case Status.NOTICED | Status.PENALIZED if case.window is not None:
            rules = pinned(case, law)
            within = rules.appeal.decide(case.window.round)
            decide_by = law.deadline(at, within, rules, at)
            not_before = law.deadline(at, within.earliest, rules, at).closes_at if within.not_before else None
            event = RoundOpened(case.window.round, appeal_id, decide_by, not_before)
            return [Happened(at, event, case.respondent, rules.ref, decide_by.calendar)]
        case Status.APPEALED:
            raise RefusedAttempt("appeal_open")
        case Status.FINAL:
            raise RefusedAttempt("window_closed" if case.final_because == "no_appeal" else "appeals_exhausted")
        case _:
            raise RefusedAttempt("case_closed")


def _fold(case: Case, fact: Fact, event: RoundOpened) -> Case:
    opened = Round(event.round, event.appeal_id, fact.at, event.decide_by, event.not_before)
    return replace(case, status=Status.APPEALED, window=None, rounds=(*case.rounds, opened), rounds_spent=event.round)


def _redo(case: Case, at: datetime, by: str, event: RoundOpened, under: Redoing) -> list[Happened]:
    return _against_a_notice(case, at, event.appeal_id, under)


def _retry(case: Case, at: datetime, by: str, attempt: str, asked: Mapping[str, Any], under: Redoing) -> list[Happened]:
    return _against_a_notice(case, at, attempt, under)


def _against_a_notice(case: Case, at: datetime, appeal_id: str, under: Redoing) -> list[Happened]:
    """An appeal needs a notice to be against; what follows from a notice that was never served has nothing to stand on."""
    if case.status in WITHOUT_NOTICE:
        raise Refusal("no_notice")
    return open_appeal(case, at, appeal_id, under.law)


APPEAL = CaseAct(
    command="appeal",
    event=RoundOpened,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=("round", "decide_by.closes_at", "not_before"),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
    quiet=False,
)
