"""Not taking a complaint up (rule C3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import refuse_undecidable
from domain.case.state import Case, Status
from domain.events import Event, Fact, Happened
from domain.events.base import Because


class Declined(Event, frozen=True):
    """The platform did not take the complaint up (rule C3)."""

    reasons: tuple[str, ...]
    because: Because


def decline(case: Case, at: datetime, by: str, reasons: tuple[str, ...]) -> list[Happened]:
    """Do not take the complaint up (rule C3). Raises Refusal: already_decided, case_closed, claimed."""
    refuse_undecidable(case, at, by)
    return [Happened(at, Declined(reasons, "desk"), by, case.complaint_rules)]


def _fold(case: Case, fact: Fact, event: Declined) -> Case:
    return replace(case, status=Status.DECLINED, reasons=event.reasons, ended_at=fact.at, claim=None)


def _redo(case: Case, at: datetime, by: str, event: Declined, under: Redoing) -> list[Happened]:
    return decline(case, at, by, event.reasons)


def _retry(case: Case, at: datetime, by: str, attempt: str, asked: Mapping[str, Any], under: Redoing) -> list[Happened]:
    return decline(case, at, by, ())


REFUSAL = CaseAct(
    command="refusal",
    event=Declined,
    fold=_fold,
    redo=_redo,
    retry=_retry,
    compared=("because",),
    answers=True,
    ends=False,
    desk_only=False,
    one_partys=False,
    quiet=False,
)
