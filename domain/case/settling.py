"""Settling (rule T4): every consequence of time that is already due, each with its own instant, in order.

Commands, reads and the worker all settle through `settle`, and nothing else does what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum, auto
from typing import assert_never

from msgspec import Struct

from domain.case import events as happened
from domain.case.acts.accepting import take_up
from domain.case.checks import pinned
from domain.case.consequences.ending import Voiding, finalize
from domain.case.consequences.plan import NoticePlan
from domain.case.consequences.reviewable import offer_review
from domain.case.consequences.window import go_on, next_window
from domain.case.decision import Decision
from domain.case.state import Case, Round, Status
from domain.events import CLOCK, Happened
from domain.events.base import Outcome
from domain.law import Law

NEVER = datetime.max.replace(tzinfo=UTC)
"""Later than any deadline."""


class Consequence(Enum):
    """What time brings about in a case; in this order where two are due at one instant."""

    REMIND = auto()
    CLOSE = auto()
    LAPSE_COMPLAINT = auto()
    LAPSE_APPEAL = auto()
    VOID = auto()


class Due(Struct, frozen=True, gc=False):
    """A consequence and its deadline; `opens_window` where it takes effect only when it is recorded (rule T7)."""

    at: datetime
    what: Consequence
    opens_window: bool = False

    def effective(self, now: datetime) -> datetime:
        """The instant at which it takes effect, recorded at `now`."""
        return now if self.opens_window else self.at


def next_due(case: Case, law: Law, voiding: Voiding | None = None) -> datetime | None:
    """When something next falls due in the case, however far ahead; None where time alone changes nothing."""
    return min((due.at for due in ahead(case, law, voiding)), default=None)


def settle(case: Case, now: datetime, law: Law, plan: Callable[[], NoticePlan], voiding: Voiding | None = None) -> list[Happened]:
    """Everything due in the case by `now`, in order (rules T4, T7, T8). `plan` is asked only where a lapse accepts (rule C3)."""
    decision = Decision(case)
    while decision.case.ended_at is None and (due := _first_due(decision.case, now, law, voiding)) is not None:
        at = due.effective(now)
        match due.what:
            case Consequence.REMIND:
                _remind(decision, at, law)
            case Consequence.CLOSE:
                _close(decision, at, law)
            case Consequence.LAPSE_COMPLAINT:
                _lapse_complaint(decision, at, law, plan)
            case Consequence.LAPSE_APPEAL:
                _lapse_appeal(decision, at, law)
            case Consequence.VOID:
                assert voiding is not None  # what is due is that the case falls
                decision.add(at, happened.Voided(voiding.because), CLOCK)
            case _:
                assert_never(due.what)
    return decision


def _first_due(case: Case, now: datetime, law: Law, voiding: Voiding | None) -> Due | None:
    ready = ahead(case, law, voiding, now)
    if len(ready) < 2:
        return ready[0] if ready else None
    return min(ready, key=lambda d: (d.effective(now), d.what.value))


def ahead(case: Case, law: Law, voiding: Voiding | None, by: datetime = NEVER) -> list[Due]:
    """All that time will have brought about by an instant in the case as it stands, in no order."""
    if case.ended_at is not None:
        return []
    due: list[Due] = []
    window = case.window
    if window is not None:
        if window.closes.closes_at <= by:
            due.append(Due(window.closes.closes_at, Consequence.CLOSE))
        if window.remind_at is not None and not window.reminded and window.remind_at <= by:
            due.append(Due(window.remind_at, Consequence.REMIND))
    elif case.status is Status.LODGED:
        if case.accept_by.closes_at <= by:
            lapse = law.rulebook(case.complaint_rules).complaint.on_lapse
            if lapse != "escalate":
                due.append(Due(case.accept_by.closes_at, Consequence.LAPSE_COMPLAINT, lapse == "accept"))
    else:
        due += _lapses(case.open_round, case, law, by)
    if voiding is not None and voiding.at <= by:
        due.append(Due(voiding.at, Consequence.VOID))
    return due


def _lapses(current: Round | None, case: Case, law: Law, by: datetime) -> Iterator[Due]:
    if current is not None and not current.special and current.decide_by.closes_at <= by:
        appeal = pinned(case, law).appeal
        if appeal.on_lapse != "escalate":
            opens = appeal.on_lapse == "reject" and current.number < appeal.rounds
            yield Due(current.decide_by.closes_at, Consequence.LAPSE_APPEAL, opens)


def _remind(decision: Decision, at: datetime, law: Law) -> None:
    rules = pinned(decision.case, law)
    window = decision.case.window
    assert window is not None  # what reminds is an open window
    reminder = happened.ReminderSent(window.round, window.closes.closes_at)
    decision.add(at, reminder, CLOCK, rules=rules.ref, calendar=window.closes.calendar)


def _close(decision: Decision, at: datetime, law: Law) -> None:
    rules = pinned(decision.case, law)
    window = decision.case.window
    assert window is not None  # what closes is an open window
    decision.add(at, happened.WindowClosed(window.round), CLOCK, rules=rules.ref, calendar=window.closes.calendar)
    if rules.appeal.lapse_ends == "round" and window.round < rules.appeal.rounds:
        opened = next_window(decision.case, at, window.round + 1, law)
        decision.add(at, opened, CLOCK, rules=rules.ref, calendar=opened.closes.calendar)
    else:
        finalize(decision, at, CLOCK, "no_appeal", rules)


def _lapse_complaint(decision: Decision, at: datetime, law: Law, plan: Callable[[], NoticePlan]) -> None:
    rules = law.rulebook(decision.case.complaint_rules)
    if rules.complaint.on_lapse == "decline":
        decision.add(at, happened.Declined((), "lapse"), CLOCK, rules=rules.ref, calendar=decision.case.accept_by.calendar)
        offer_review(decision, at, "decline", rules, law)
    else:
        take_up(decision, at, CLOCK, ("resembles_a_protected_picture",), "lapse", plan(), law)
        offer_review(decision, at, "accept", rules, law)


def _lapse_appeal(decision: Decision, at: datetime, law: Law) -> None:
    rules = pinned(decision.case, law)
    current = decision.case.rounds[-1]
    outcome: Outcome = "upheld" if rules.appeal.on_lapse == "release" else "rejected"
    decided = happened.RoundDecided(current.number, outcome, "lapse")
    decision.add(at, decided, CLOCK, rules=rules.ref, calendar=current.decide_by.calendar)
    if outcome == "upheld":
        decision.add(at, happened.Lifted("lapse"), CLOCK, rules=rules.ref)
        offer_review(decision, at, "release", rules, law, current.appeal_id)
    else:
        go_on(decision, at, CLOCK, law)
        offer_review(decision, at, "reject", rules, law, current.appeal_id)
