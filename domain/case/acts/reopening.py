"""Reopening a final case of a terminated merchant, which voids it (rule B7)."""

from __future__ import annotations

from datetime import datetime

from domain.case.act import CaseAct, Redoing
from domain.case.consequences.ending import Voided
from domain.case.state import Case, Status
from domain.events import Event, Fact, Happened
from domain.refusal import RefusedAttempt


class Reopened(Event, frozen=True):
    """The desk reopened a final case of a terminated merchant (rule B7)."""

    reasons: tuple[str, ...]


def reopen(case: Case, at: datetime, by: str, reasons: tuple[str, ...], complainant_terminated: bool) -> list[Happened]:
    """Reopen a final case of a terminated merchant; it ends voided (rule B7). Raises Refusal: not_reopenable."""
    if case.status is not Status.FINAL or not complainant_terminated:
        raise RefusedAttempt("not_reopenable")
    return [
        Happened(at, Reopened(reasons), by, case.case_rules),
        Happened(at, Voided("reopening"), by, case.case_rules),
    ]


def _fold(case: Case, fact: Fact, event: Reopened) -> Case:
    return case


def _redo(case: Case, at: datetime, by: str, event: Reopened, under: Redoing) -> list[Happened]:
    return reopen(case, at, by, event.reasons, complainant_terminated=True)


REOPENING = CaseAct(
    command="reopening",
    event=Reopened,
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
