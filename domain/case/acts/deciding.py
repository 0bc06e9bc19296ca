"""Deciding an appeal (rules D2, D4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.acts.lifting import Lifted
from domain.case.checks import pinned, refuse_claimed, refuse_stale_reviewer, require_open_round
from domain.case.consequences.window import go_on
from domain.case.decision import Decision
from domain.case.state import Case, Status
from domain.events import Event, Fact, Happened
from domain.events.base import Because, Outcome
from domain.law import Law
from domain.refusal import RefusedAttempt


class RoundDecided(Event, frozen=True):
    """The appeal of this round was decided, or lapsed undecided under the rulebook (rules D2, D4)."""

    round: int
    outcome: Outcome
    because: Because
    reviewer: str | None = None
    reasons: tuple[str, ...] = ()


def decide_appeal(case: Case, at: datetime, by: str, number: int, outcome: Outcome, reasons: tuple[str, ...], law: Law) -> list[Happened]:
    """Decide the open appeal of round `number` (rules D2, D4). Raises Refusal: appeal_not_open, same_reviewer, claimed, too_early."""
    current = require_open_round(case, number)
    refuse_stale_reviewer(case, by, law)
    refuse_claimed(case, at, by)
    if current.not_before is not None and at < current.not_before:
        raise RefusedAttempt("too_early", not_before=current.not_before)
    rules = pinned(case, law)
    decision = Decision(case)
    decision.add(at, RoundDecided(number, outcome, "desk", by, reasons), by, rules=rules.ref)
    if outcome == "upheld":
        decision.add(at, Lifted("appeal", reasons), by, rules=rules.ref)
    else:
        go_on(decision, at, by, law)
    return decision


def _fold(case: Case, fact: Fact, event: RoundDecided) -> Case:
    decided = replace(case.rounds[-1], outcome=event.outcome, decided_at=fact.at, reviewer=event.reviewer, reasons=event.reasons)
    status = Status.PENALIZED if case.penalized_at else Status.NOTICED
    return replace(case, status=status, rounds=(*case.rounds[:-1], decided), claim=None)


def _redo(case: Case, at: datetime, by: str, event: RoundDecided, under: Redoing) -> list[Happened]:
    return decide_appeal(case, at, by, under.round(event.round), event.outcome, event.reasons, under.law)


def _retry(case: Case, at: datetime, by: str, attempt: str, asked: Mapping[str, Any], under: Redoing) -> list[Happened]:
    match asked:
        case {"round": int(number), "outcome": "upheld" | "rejected" | "not_accepted" as outcome}:
            return decide_appeal(case, at, by, under.round(number), outcome, (), under.law)
        case _:
            return []


DECISION = CaseAct(
    command="decision",
    event=RoundDecided,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=("round", "outcome", "because"),
    answers=True,
    ends=False,
    desk_only=False,
    one_partys=False,
    quiet=False,
)
