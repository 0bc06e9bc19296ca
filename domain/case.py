"""A case as its complaint's stream tells it: status, rounds, window, penalty (sections C and D of the rules).

The state is a value; `evolve` folds one event into it. Deciders are in `complaint.py`, consequences of time in `settling.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Fact
from domain.events import complaint as happened
from domain.events.base import Sealed
from domain.rulebook import RulebookRef
from domain.working_days import Deadline


class Status(StrEnum):
    """Where a case stands, in the contract's words."""

    LODGED = "lodged"
    DECLINED = "declined"
    NOTICED = "noticed"
    PENALIZED = "penalized"
    APPEALED = "appealed"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"
    FINAL = "final"


class Window(Struct, frozen=True):
    """An open window to appeal: its round, when it opened, when it closes (exclusive), when to remind."""

    round: int
    opened_at: datetime
    closes: Deadline
    remind_at: datetime | None
    reminded: bool = False


class Round(Struct, frozen=True):
    """One opportunity that was used: the appeal, its time to be decided in, and how it ended (None while open)."""

    number: int
    appeal_id: str
    opened_at: datetime
    decide_by: Deadline
    not_before: datetime | None
    special: bool = False
    outcome: str | None = None
    decided_at: datetime | None = None
    reviewer: str | None = None
    reasons: tuple[str, ...] = ()


class Claim(Struct, frozen=True):
    """A reviewer's claim on the case, until an instant (exclusive)."""

    reviewer: str
    until: datetime


class Case(Struct, frozen=True, kw_only=True):
    """All that the rules need to know of one case. `complaint_rules` is pinned at lodging, `case_rules` at acceptance (rule T5)."""

    id: str
    complainant: str
    respondent: str
    filing_id: str
    listing_id: str
    link: str
    statement: Sealed
    lodged_at: datetime
    accept_by: Deadline
    complaint_rules: RulebookRef
    status: Status = Status.LODGED
    reasons: tuple[str, ...] = ()
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    case_rules: RulebookRef | None = None
    notice_id: str | None = None
    penalized_at: datetime | None = None
    window: Window | None = None
    rounds: tuple[Round, ...] = ()
    rounds_allowed: int | None = None
    rounds_spent: int = 0
    final_because: str | None = None
    lifted_because: str | None = None
    ended_at: datetime | None = None
    claim: Claim | None = None
    sighting_id: str | None = None

    @property
    def penalty_stands(self) -> bool:
        """A penalty of this case stands on the listing (rule C4)."""
        return self.penalized_at is not None and self.status not in (Status.LIFTED, Status.WITHDRAWN, Status.VOIDED)

    @property
    def appeals_left(self) -> int | None:
        """Opportunities not yet used or lapsed: None before acceptance, 0 once the case has ended."""
        if self.ended:
            return 0
        return None if self.rounds_allowed is None else self.rounds_allowed - self.rounds_spent

    @property
    def last_deadline(self) -> Deadline:
        """The deadline given last: the open window's, the last appeal's, else the one to take the complaint up."""
        if self.window is not None:
            return self.window.closes
        return self.rounds[-1].decide_by if self.rounds else self.accept_by

    @property
    def desk_due_at(self) -> datetime | None:
        """By when the desk is to act: take the complaint up, or decide the open appeal; None where nothing waits for it (C3, D4)."""
        if self.status is Status.LODGED:
            return self.accept_by.closes_at
        current = self.open_round
        return None if current is None or current.special else current.decide_by.closes_at

    def overdue(self, now: datetime) -> bool:
        """The desk is late (rules C3, D4)."""
        due = self.desk_due_at
        return due is not None and due <= now

    @property
    def ended(self) -> bool:
        """Nothing more is due in this case."""
        return self.ended_at is not None

    @property
    def open_round(self) -> Round | None:
        """The appeal that waits for its decision."""
        last = self.rounds[-1] if self.rounds else None
        return last if last is not None and last.outcome is None and not self.ended else None


def begin(case_id: str, fact: Fact) -> Case:
    """The state after the first event of the stream. Raises TypeError where that is not `ComplaintLodged`."""
    event = fact.event
    if not isinstance(event, happened.ComplaintLodged) or fact.rules is None:
        raise TypeError(f"a case does not begin with {type(event).__name__}")
    return Case(
        id=case_id,
        complainant=event.complainant,
        respondent=event.respondent,
        filing_id=event.filing_id,
        listing_id=event.listing_id,
        link=event.link,
        statement=event.statement,
        lodged_at=fact.at,
        accept_by=event.accept_by,
        complaint_rules=fact.rules,
        sighting_id=event.sighting_id,
    )


def evolve(case: Case, fact: Fact) -> Case:
    """The state after one more event. Raises TypeError for an event that has no place in a case."""
    event = fact.event
    try:
        cell = CELLS[type(event)]
    except KeyError:
        raise TypeError(f"{type(event).__name__} has no place in a case") from None
    return cell(case, fact, event)


def _claimed(case: Case, fact: Fact, event: happened.Claimed) -> Case:
    return replace(case, claim=Claim(event.reviewer, event.until))


def _claim_released(case: Case, fact: Fact, event: happened.ClaimReleased) -> Case:
    return replace(case, claim=None)


def _declined(case: Case, fact: Fact, event: happened.Declined) -> Case:
    return replace(case, status=Status.DECLINED, reasons=event.reasons, ended_at=fact.at, claim=None)


def _accepted(case: Case, fact: Fact, event: happened.Accepted) -> Case:
    return replace(
        case,
        status=Status.NOTICED,
        reasons=event.reasons,
        accepted_at=fact.at,
        accepted_by=fact.by if event.because == "desk" else None,
        case_rules=fact.rules,
        notice_id=event.notice_id,
        claim=None,
    )


def _notice_served(case: Case, fact: Fact, event: happened.NoticeServed) -> Case:
    return replace(case, rounds_allowed=event.appeals_left)


def _penalized(case: Case, fact: Fact, event: happened.Penalized) -> Case:
    return replace(case, status=case.status if case.ended else Status.PENALIZED, penalized_at=fact.at)


def _window_opened(case: Case, fact: Fact, event: happened.WindowOpened) -> Case:
    return replace(case, window=Window(event.round, fact.at, event.closes, event.remind_at))


def _reminder_sent(case: Case, fact: Fact, event: happened.ReminderSent) -> Case:
    return replace(case, window=replace(case.window, reminded=True) if case.window else None)


def _window_closed(case: Case, fact: Fact, event: happened.WindowClosed) -> Case:
    return replace(case, window=None, rounds_spent=event.round)


def _round_opened(case: Case, fact: Fact, event: happened.RoundOpened) -> Case:
    opened = Round(event.round, event.appeal_id, fact.at, event.decide_by, event.not_before)
    return replace(case, status=Status.APPEALED, window=None, rounds=(*case.rounds, opened), rounds_spent=event.round)


def _round_exempted(case: Case, fact: Fact, event: happened.RoundExempted) -> Case:
    return replace(case, rounds=(*case.rounds[:-1], replace(case.rounds[-1], special=True)))


def _round_decided(case: Case, fact: Fact, event: happened.RoundDecided) -> Case:
    decided = replace(case.rounds[-1], outcome=event.outcome, decided_at=fact.at, reviewer=event.reviewer, reasons=event.reasons)
    status = Status.PENALIZED if case.penalized_at else Status.NOTICED
    return replace(case, status=status, rounds=(*case.rounds[:-1], decided), claim=None)


def _finalized(case: Case, fact: Fact, event: happened.Finalized) -> Case:
    return replace(case, status=Status.FINAL, final_because=event.because, window=None, ended_at=fact.at, claim=None)


def _lifted(case: Case, fact: Fact, event: happened.Lifted) -> Case:
    return replace(case, status=Status.LIFTED, lifted_because=event.because, final_because=None, window=None, ended_at=fact.at, claim=None)


def _withdrawn(case: Case, fact: Fact, event: happened.Withdrawn) -> Case:
    return replace(case, status=Status.WITHDRAWN, window=None, ended_at=fact.at, claim=None)


def _reopened(case: Case, fact: Fact, event: happened.Reopened) -> Case:
    return case


def _voided(case: Case, fact: Fact, event: happened.Voided) -> Case:
    return replace(case, status=Status.VOIDED, final_because=None, window=None, ended_at=fact.at, claim=None)


CELLS: dict[type, Callable[[Case, Fact, Any], Case]] = {
    happened.Claimed: _claimed,
    happened.ClaimReleased: _claim_released,
    happened.Declined: _declined,
    happened.Accepted: _accepted,
    happened.NoticeServed: _notice_served,
    happened.Penalized: _penalized,
    happened.WindowOpened: _window_opened,
    happened.ReminderSent: _reminder_sent,
    happened.WindowClosed: _window_closed,
    happened.RoundOpened: _round_opened,
    happened.RoundExempted: _round_exempted,
    happened.RoundDecided: _round_decided,
    happened.Finalized: _finalized,
    happened.Lifted: _lifted,
    happened.Withdrawn: _withdrawn,
    happened.Reopened: _reopened,
    happened.Voided: _voided,
}
"""What each event does to a case. A table, because a million cases are folded by it: half the time of as many patterns tried in turn."""


def fold(case_id: str, facts: tuple[Fact, ...] | list[Fact]) -> Case | None:
    """The state that a whole stream tells; None for an empty one."""
    case: Case | None = None
    for fact in facts:
        case = begin(case_id, fact) if case is None else evolve(case, fact)
    return case
