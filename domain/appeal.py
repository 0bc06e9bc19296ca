"""One appeal: grounds, evidence, decision (section D of the rules). The case decides what may be done; this stream keeps what was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.case import events as of_case
from domain.case.events import ENDS
from domain.events import Fact, Happened, Sealed
from domain.events import appeal as happened
from domain.recorded import AnyEvent
from domain.working_days import Deadline


class AppealStatus(StrEnum):
    """Where an appeal stands, in the contract's words."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    NOT_ACCEPTED = "not_accepted"
    MOOT = "moot"


class Appeal(Struct, frozen=True, kw_only=True):
    """An appeal as its stream tells it."""

    id: str
    complaint_id: str
    notice_id: str
    respondent: str
    round: int
    grounds: Sealed
    evidence: tuple[str, ...]
    opened_at: datetime
    decide_by: Deadline
    status: AppealStatus = AppealStatus.OPEN
    special: bool = False
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()


class Grounds(Struct, frozen=True):
    """What a respondent says for itself: the text, sealed, and the ids of its evidence."""

    text: Sealed
    evidence: tuple[str, ...]


def begin(appeal_id: str, fact: Fact) -> Appeal:
    """The state after the first event. Raises TypeError where that is not `AppealOpened`."""
    event = fact.event
    if not isinstance(event, happened.AppealOpened):
        raise TypeError(f"an appeal does not begin with {type(event).__name__}")
    return Appeal(
        id=appeal_id,
        complaint_id=event.complaint_id,
        notice_id=event.notice_id,
        respondent=event.respondent,
        round=event.round,
        grounds=event.grounds,
        evidence=event.evidence,
        opened_at=fact.at,
        decide_by=event.decide_by,
    )


def evolve(appeal: Appeal, fact: Fact) -> Appeal:
    """The state after one more event. Raises TypeError for an event that has no place in an appeal."""
    event = fact.event
    if not isinstance(event, happened.LATER_APPEAL_EVENTS):
        raise TypeError(f"{type(event).__name__} has no place in an appeal")
    match event:
        case happened.AppealMarkedSpecial():
            return replace(appeal, special=True)
        case happened.AppealDecided() | happened.AppealReversed():
            return replace(appeal, status=AppealStatus(event.outcome), decided_at=fact.at, reasons=event.reasons)
        case happened.AppealMooted():
            return replace(appeal, status=AppealStatus.MOOT, decided_at=fact.at)
        case _:
            assert_never(event)


def fold(appeal_id: str, facts: Sequence[Fact]) -> Appeal | None:
    """The state that a whole stream tells; None for an empty one."""
    appeal: Appeal | None = None
    for fact in facts:
        appeal = begin(appeal_id, fact) if appeal is None else evolve(appeal, fact)
    return appeal


def opened(case_notice: tuple[str, str, str], grounds: Grounds, by_case: Happened) -> Happened:
    """The first event of an appeal's stream, from the case's `RoundOpened`; `case_notice` is complaint, notice and respondent (rule D1)."""
    complaint_id, notice_id, respondent = case_notice
    of = by_case.event
    if not isinstance(of, of_case.RoundOpened):
        raise TypeError(f"no appeal opens by {type(of).__name__}")
    event = opening(complaint_id, notice_id, respondent, of, grounds.text, grounds.evidence)
    return Happened(by_case.at, event, by_case.by, by_case.rules, by_case.calendar)


def opening(
    complaint_id: str, notice_id: str, respondent: str, of: of_case.RoundOpened, grounds: Sealed, evidence: tuple[str, ...]
) -> happened.AppealOpened:
    """The first event of an appeal's stream, without its envelope, which is the case's event's."""
    return happened.AppealOpened(complaint_id, notice_id, respondent, of.round, grounds, evidence, of.decide_by, of.not_before)


def companions(complaint_id: str, decided: Sequence[Happened], special_reason: str = "") -> list[Happened]:
    """What the events of a case mean for an appeal of it: decided, special, moot, found otherwise (rules C6, D2, D4, B7, H2, H8)."""
    found: list[Happened] = []
    for h in decided:
        event = companion_of(complaint_id, h.event, special_reason)
        if event is not None:
            found.append(Happened(h.at, event, h.by, h.rules, h.calendar))
    return found


def companion_of(complaint_id: str, of: AnyEvent, special_reason: str = "") -> AnyEvent | None:
    """What one event of a case means for its appeal, without its envelope; None where it means nothing."""
    match of:
        case of_case.RoundDecided():
            return happened.AppealDecided(complaint_id, of.outcome, of.because, of.reasons, of.reviewer)
        case of_case.RoundExempted():
            return happened.AppealMarkedSpecial(complaint_id, special_reason)
        case of_case.RoundReversed():
            return happened.AppealReversed(complaint_id, of.outcome, of.reasons, of.reviewer)
        case of_case.Lifted(because="appeal" | "lapse", review_id=None):
            return None  # the appeal itself was decided
        case _:
            return happened.AppealMooted(complaint_id) if type(of) in ENDS else None
