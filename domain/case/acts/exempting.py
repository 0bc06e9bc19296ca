"""Marking an appeal a special case, which has no time to be decided in (rule D4)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import refuse_claimed, require_open_round
from domain.case.state import Case
from domain.events import Event, Fact, Happened
from domain.refusal import RefusedAttempt


class RoundExempted(Event, frozen=True):
    """The appeal was marked a special case and has no time to be decided in (rule D4)."""

    round: int


def mark_special(case: Case, at: datetime, by: str, number: int) -> list[Happened]:
    """Exempt the open appeal from its time (rule D4). Raises Refusal: appeal_not_open, already_special, claimed."""
    if require_open_round(case, number).special:
        raise RefusedAttempt("already_special")
    refuse_claimed(case, at, by)
    return [Happened(at, RoundExempted(number), by, case.case_rules)]


def _fold(case: Case, fact: Fact, event: RoundExempted) -> Case:
    return replace(case, rounds=(*case.rounds[:-1], replace(case.rounds[-1], special=True)))


def _redo(case: Case, at: datetime, by: str, event: RoundExempted, under: Redoing) -> list[Happened]:
    return mark_special(case, at, by, under.round(event.round))


SPECIAL = CaseAct(
    command="special",
    event=RoundExempted,
    fold=_fold,
    redo=_redo,
    retry=None,
    compared=(),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
    quiet=False,
)
