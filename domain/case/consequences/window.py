"""A window to appeal: it opens, is reminded of, and closes unused; and how a case goes on after a round (rules D1, D2, D3, D6, H4)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from domain.case.act import CaseEvent
from domain.case.checks import pinned
from domain.case.consequences.ending import finalize
from domain.case.decision import Decision
from domain.case.state import Case, Window
from domain.events import Event, Fact
from domain.law import Law, Term
from domain.rulebook import Rulebook
from domain.working_days import Deadline, ProofLine


class WindowOpened(Event, frozen=True):
    """The respondent may appeal in this round until the deadline (rules D1, D2, D6); reminded at `remind_at` (rule H4).

    `proof` is that of the deadline, day by day (rule C4); of the first window the notice has it.
    """

    round: int
    closes: Deadline
    remind_at: datetime | None = None
    proof: tuple[ProofLine, ...] = ()


class ReminderSent(Event, frozen=True):
    """The respondent was reminded of the window that is about to close (rule H4)."""

    round: int
    closes_at: datetime


class WindowClosed(Event, frozen=True):
    """The window lapsed unused, at its deadline (rule D3)."""

    round: int


def next_window(case: Case, at: datetime, number: int, law: Law) -> WindowOpened:
    """The window of round `number`, given `at`: from the notice or from `at`, never closing before it opens (rule D6)."""
    rules = pinned(case, law)
    window = rules.appeal.window(number)
    assert case.accepted_at is not None  # rules are pinned at acceptance
    anchor = at if window.anchor == "previous_decision" else case.accepted_at
    return window_of(law.term(anchor, window, rules, at), at, number, rules)


def window_of(term: Term, at: datetime, number: int, rules: Rulebook) -> WindowOpened:
    """The window of that term; the notice carries the proof of the first one."""
    closes = term.closes
    if closes.closes_at < at:
        closes = replace(closes, closes_at=at)
    remind_at = term.remind_at if rules.reminder.enabled and term.remind_at > at else None
    return WindowOpened(number, closes, remind_at, term.proof if number > 1 else ())


def go_on(decision: Decision, at: datetime, by: str, law: Law) -> None:
    """After a round that did not help the respondent: the next window, or the end for want of rounds (rule D2)."""
    rules = pinned(decision.case, law)
    if decision.case.rounds_spent < rules.appeal.rounds:
        opened = next_window(decision.case, at, decision.case.rounds_spent + 1, law)
        decision.add(at, opened, by, rules=rules.ref, calendar=opened.closes.calendar)
    else:
        finalize(decision, at, by, "appeals_exhausted", rules)


def _window_opened(case: Case, fact: Fact, event: WindowOpened) -> Case:
    return replace(case, window=Window(event.round, fact.at, event.closes, event.remind_at))


def _reminder_sent(case: Case, fact: Fact, event: ReminderSent) -> Case:
    return replace(case, window=replace(case.window, reminded=True) if case.window else None)


def _window_closed(case: Case, fact: Fact, event: WindowClosed) -> Case:
    return replace(case, window=None, rounds_spent=event.round)


WINDOW_OPENED = CaseEvent(
    event=WindowOpened,
    fold=_window_opened,
    compared=("round", "closes.closes_at", "remind_at"),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
)
REMINDER_SENT = CaseEvent(
    event=ReminderSent, fold=_reminder_sent, compared=(), answers=False, ends=False, desk_only=False, one_partys=False
)
WINDOW_CLOSED = CaseEvent(
    event=WindowClosed, fold=_window_closed, compared=(), answers=False, ends=False, desk_only=False, one_partys=False
)
