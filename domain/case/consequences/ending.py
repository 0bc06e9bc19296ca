"""The endings that nobody decides: final for want of an appeal or of rounds, and voided with the complainant's protection."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from msgspec.structs import replace

from domain.case.act import CaseEvent
from domain.case.consequences.penalty import Penalized
from domain.case.decision import Decision
from domain.case.state import Case, Status
from domain.events import Event, Fact
from domain.rulebook import Rulebook


class Finalized(Event, frozen=True):
    """The case is final (rules D2, D3)."""

    because: Literal["no_appeal", "appeals_exhausted"]


class Voided(Event, frozen=True):
    """The case fell with the complainant's protection (rules B7, H1)."""

    because: Literal["finding", "reopening", "dispute"]


class Voiding(NamedTuple):
    """The case falls at this instant, with its complainant's protection (rules B7, H1)."""

    at: datetime
    because: Literal["finding", "dispute"]


def finalize(decision: Decision, at: datetime, by: str, because: Literal["no_appeal", "appeals_exhausted"], rules: Rulebook) -> None:
    """The case is final; the penalty stands now if the rulebook waited for this (rules D3, C4)."""
    decision.add(at, Finalized(because), by, rules=rules.ref)
    if rules.penalty.when == "final":
        decision.add(at, Penalized(decision.case.listing_id), by, rules=rules.ref)


def _finalized(case: Case, fact: Fact, event: Finalized) -> Case:
    return replace(case, status=Status.FINAL, final_because=event.because, window=None, ended_at=fact.at, claim=None)


def _voided(case: Case, fact: Fact, event: Voided) -> Case:
    return replace(case, status=Status.VOIDED, final_because=None, window=None, ended_at=fact.at, claim=None)


FINALIZED = CaseEvent(event=Finalized, fold=_finalized, compared=("because",), answers=False, ends=False, desk_only=False, one_partys=False)
VOIDED = CaseEvent(event=Voided, fold=_voided, compared=("because",), answers=True, ends=True, desk_only=False, one_partys=False)
