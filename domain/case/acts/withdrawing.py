"""The complainant takes its complaint back (rule C6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import pinned
from domain.case.state import Case, Status
from domain.events import Event, Fact, Happened, Sealed
from domain.law import Law
from domain.refusal import RefusedAttempt


class Withdrawn(Event, frozen=True):
    """The complainant withdrew (rule C6)."""

    reason: Sealed | None = None


def withdraw(case: Case, at: datetime, reason: Sealed | None, law: Law) -> list[Happened]:
    """The complainant withdraws (rule C6). Raises Refusal: not_withdrawable."""
    if case.ended:
        raise RefusedAttempt("not_withdrawable")
    if case.case_rules is not None:
        until = pinned(case, law).withdrawal.until
        if until == "first_appeal_decided" and any(r.outcome is not None for r in case.rounds):
            raise RefusedAttempt("not_withdrawable")
    return [Happened(at, Withdrawn(reason), case.complainant, case.case_rules or case.complaint_rules)]


def _fold(case: Case, fact: Fact, event: Withdrawn) -> Case:
    return replace(case, status=Status.WITHDRAWN, window=None, ended_at=fact.at, claim=None)


def _redo(case: Case, at: datetime, by: str, event: Withdrawn, under: Redoing) -> list[Happened]:
    return withdraw(case, at, event.reason, under.law)


def _retry(case: Case, at: datetime, by: str, attempt: str, asked: Mapping[str, Any], under: Redoing) -> list[Happened]:
    return withdraw(case, at, None, under.law)


WITHDRAWAL = CaseAct(
    command="withdrawal",
    event=Withdrawn,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=(),
    answers=True,
    ends=True,
    desk_only=False,
    one_partys=False,
    quiet=False,
)
