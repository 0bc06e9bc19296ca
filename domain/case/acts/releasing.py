"""Letting a claimed case go (rule H3)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from domain.case.act import CaseAct, Redoing
from domain.case.checks import refuse_claimed
from domain.case.state import Case
from domain.events import Event, Fact, Happened


class ClaimReleased(Event, frozen=True):
    """The reviewer let the case go, or an admin released the reviewer's claim: then it is another who did it (rule H3)."""

    reviewer: str


def release_claim(case: Case, at: datetime, by: str) -> list[Happened]:
    """Let the case go (rule H3). Raises Refusal: claimed, by another; nothing where nobody has it."""
    refuse_claimed(case, at, by)
    if case.claim is None or case.claim.until <= at:
        return []
    return [Happened(at, ClaimReleased(by), by)]


def release_anybodys(case: Case, at: datetime, by: str) -> list[Happened]:
    """Release whoever's claim, as an admin (rule H3); nothing where nobody has it."""
    if case.claim is None or case.claim.until <= at:
        return []
    return [Happened(at, ClaimReleased(case.claim.reviewer), by)]


def _fold(case: Case, fact: Fact, event: ClaimReleased) -> Case:
    return replace(case, claim=None)


def _redo(case: Case, at: datetime, by: str, event: ClaimReleased, under: Redoing) -> list[Happened]:
    return release_claim(case, at, by) if event.reviewer == by else release_anybodys(case, at, by)


CLAIM_RELEASE = CaseAct(
    command="release",
    event=ClaimReleased,
    fold=_fold,
    redo=_redo,
    retry=None,
    compared=(),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
    quiet=True,
)
