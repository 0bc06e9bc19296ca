"""How a case goes on: serving the notice, opening the next window, closing for good (rules C4, D1, D2, D3, D6).

Every step is one that a person's decision and a consequence of time share.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.case import Case
from domain.events import complaint as happened
from domain.law import Law, Term
from domain.rulebook import Rulebook
from domain.story import Story


class NoticePlan(Struct, frozen=True):
    """What only the outside can tell of a notice to be served: its random id; link and picture in the feed at acceptance (rules C5, F2)."""

    notice_id: str
    link: str
    picture: str | None = None
    region: tuple[float, float, float, float] | None = None
    shows_original: bool = False


def pinned(case: Case, law: Law) -> Rulebook:
    """The rulebook whose `[penalty] [appeal] [withdrawal]` the case is under (rule T5). Raises ValueError before acceptance."""
    if case.case_rules is None:
        raise ValueError("no rules are pinned to a case before its acceptance")
    return law.rulebook(case.case_rules)


def serve(
    story: Story, at: datetime, by: str, reasons: tuple[str, ...], because: Literal["desk", "lapse"], plan: NoticePlan, law: Law
) -> None:
    """Accept the complaint: notice, first window, and the penalty where it stands at once (rules C4, D1)."""
    rules = law.in_force(at)
    story.tell(at, happened.Accepted(reasons, because, plan.notice_id), by, rules=rules.ref)
    term = law.term(at, rules.appeal.window(1), rules, at)
    opened = _opened(term, at, 1, rules)
    notice = happened.NoticeServed(
        plan.notice_id,
        story.case.respondent,
        story.case.listing_id,
        plan.link,
        reasons,
        rules.title,
        1,
        opened.closes,
        rules.appeal.rounds,
        term.proof,
        plan.picture,
        plan.region,
        plan.shows_original,
    )
    story.tell(at, notice, by, rules=rules.ref, calendar=opened.closes.calendar)
    story.tell(at, opened, by, rules=rules.ref, calendar=opened.closes.calendar)
    if rules.penalty.when == "acceptance":
        story.tell(at, happened.Penalized(story.case.listing_id), by, rules=rules.ref)


def next_window(case: Case, at: datetime, number: int, law: Law) -> happened.WindowOpened:
    """The window of round `number`, given `at`: from the notice or from `at`, never closing before it opens (rule D6)."""
    rules = pinned(case, law)
    window = rules.appeal.window(number)
    assert case.accepted_at is not None  # rules are pinned at acceptance
    anchor = at if window.anchor == "previous_decision" else case.accepted_at
    return _opened(law.term(anchor, window, rules, at), at, number, rules)


def _opened(term: Term, at: datetime, number: int, rules: Rulebook) -> happened.WindowOpened:
    """The window of that term; the notice carries the proof of the first one."""
    closes = term.closes
    if closes.closes_at < at:
        closes = replace(closes, closes_at=at)
    remind_at = term.remind_at if rules.reminder.enabled and term.remind_at > at else None
    return happened.WindowOpened(number, closes, remind_at, term.proof if number > 1 else ())


def go_on(story: Story, at: datetime, by: str, law: Law) -> None:
    """After a round that did not help the respondent: the next window, or the end for want of rounds (rule D2)."""
    rules = pinned(story.case, law)
    if story.case.rounds_spent < rules.appeal.rounds:
        opened = next_window(story.case, at, story.case.rounds_spent + 1, law)
        story.tell(at, opened, by, rules=rules.ref, calendar=opened.closes.calendar)
    else:
        finalize(story, at, by, "appeals_exhausted", rules)


def finalize(story: Story, at: datetime, by: str, because: Literal["no_appeal", "appeals_exhausted"], rules: Rulebook) -> None:
    """The case is final; the penalty stands now if the rulebook waited for this (rules D3, C4)."""
    story.tell(at, happened.Finalized(because), by, rules=rules.ref)
    if rules.penalty.when == "final":
        story.tell(at, happened.Penalized(story.case.listing_id), by, rules=rules.ref)
