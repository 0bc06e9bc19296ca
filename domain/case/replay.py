"""Replaying a case under its own rules: its consequences are derived again from people's acts, and compared (rule G2).

Derived is with the deciders and the settling that made the history, one command of the log at a time: what was due by then, the
act, and what was due at once because of it. Facts are who acted when and what only the outside could tell (ids, reasons, sealed
texts, the notice's link and picture, that a case fell with its complainant's protection); everything else has to come out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from domain.case.acts.lodging import begin, lodge, lodging_of
from domain.case.consequences.ending import Voiding
from domain.case.consequences.notice import plan_in
from domain.case.consequences.plan import NoticePlan
from domain.case.decision import Decision
from domain.case.events import REDONE
from domain.case.folding import evolve
from domain.case.settling import NEVER, settle
from domain.case.state import Case, Status
from domain.events import Happened
from domain.law import Law
from domain.recorded import Recorded
from domain.refusal import Refusal

_said_of = attrgetter(*Happened._fields)
"""What a recorded event says, as the tuple that its decider made: all of a command's events are compared in one go."""
_COMMAND, _RECORDED_AT = attrgetter("command"), attrgetter("recorded_at")

BROKEN = (TypeError, ValueError, LookupError, OverflowError)
"""What deciders and folds raise on a stream that no command can have written."""


class Fall(NamedTuple):
    """That a case falls with its complainant's protection (rules B7, H1), and how many of its events were in the log before that."""

    voiding: Voiding
    after: int


class Difference(NamedTuple):
    """A recorded consequence that is not what the rules give, or the other way round."""

    recorded: Recorded | None
    derived: Happened | None


class _AsRecorded:
    """The acts are done again under the law and with the notice that are recorded; what lies before `start` is over."""

    __slots__ = ("_recorded", "law", "start")

    def __init__(self, law: Law, recorded: Sequence[Recorded]) -> None:
        self.law, self._recorded, self.start = law, recorded, 0

    def plan(self) -> NoticePlan:
        """The notice that was served from `start` on."""
        return plan_in(self._recorded[self.start :])

    def round(self, number: int) -> int:
        """The number it has in fact."""
        return number


class Verified(Struct, frozen=True, gc=False):
    """What came of replaying a case under its own rules: its state, the differences, and what is due and not yet written.

    `case` is None where the stream is no case's.
    """

    case: Case | None
    differences: tuple[Difference, ...]
    pending: tuple[Happened, ...]


def verify(recorded: Sequence[Recorded], law: Law, until: datetime, fall: Fall | None = None) -> Verified:
    """Derive a case's stream again, command by command, and compare (rule G2); `pending` is what is due by `until`.

    After a difference the recorded events are believed, so that one wrong event is told once. A stream that cannot be
    folded is a difference at the event where that shows.
    """
    if not recorded:
        raise ValueError("a case has at least one event")
    differences: list[Difference] = []
    try:
        case = _as_derived(recorded, law, fall)
    except (*BROKEN, Refusal):
        case = None
    if case is None:
        case = _compared(recorded, law, fall, differences)
    if case is None:
        return Verified(None, tuple(differences), ())
    try:
        pending = _pending(case, law, until, None if fall is None else fall.voiding)
    except BROKEN:  # what was believed after a difference can be too far from the rules to go on from
        return Verified(None, (*differences, Difference(recorded[-1], None)), ())
    return Verified(case, tuple(differences), pending)


def _pending(case: Case, law: Law, until: datetime, voiding: Voiding | None) -> tuple[Happened, ...]:
    if earliest_due(case, voiding) > until:
        return ()
    plan = NoticePlan("", case.link)
    return tuple(settle(case, until, law, lambda: plan, voiding))


def earliest_due(case: Case, voiding: Voiding | None = None) -> datetime:
    """Nothing can fall due in the case before this instant, whatever its rulebook says of lapses; often nothing does then either."""
    if case.ended_at is not None:
        return NEVER
    window = case.window
    if window is not None:
        due = window.closes.closes_at
        if window.remind_at is not None and not window.reminded:
            due = window.remind_at
    elif case.status is Status.LODGED:
        due = case.accept_by.closes_at
    else:
        due = case.rounds[-1].decide_by.closes_at if case.rounds else NEVER
    return due if voiding is None or due <= voiding.at else voiding.at


def _as_derived(recorded: Sequence[Recorded], law: Law, fall: Fall | None) -> Case | None:
    """The case, where its stream is just what is derived from its acts; None where it is not, or raising what deciders raise.

    One pass without looking at commands but where one ends: nearly every case ends here, and what is wrong is looked for then.
    """
    first, size = recorded[0], len(recorded)
    commands, instants = list(map(_COMMAND, recorded)), list(map(_RECORDED_AT, recorded))
    under = _AsRecorded(law, recorded)
    derived = lodge(lodging_of(first.event), first.recorded_at, law)
    case = begin(first.originator_id, derived[0])
    due, now, voiding = earliest_due(case), first.recorded_at, None
    place = 1
    while place < size:
        start, command, instant = place, commands[place], instants[place]
        if instant < now or (instant != now and command == commands[place - 1]):
            return None
        now = instant
        if voiding is None and fall is not None and place >= fall.after:
            voiding = fall.voiding
            due = earliest_due(case, voiding)
        under.start = place
        more = settle(case, now, law, under.plan, voiding) if due <= now else None
        if not more:
            more = _redone(case, recorded[place], under)
            if not more:
                return None
        derived += more
        case = more.case if type(more) is Decision else _after(case, more)  # as `_after` does it, at half the price
        due = earliest_due(case, voiding)
        place = len(derived)
        count = place - start
        if place > size or (count > 1 and not commands[start:place].count(command) == instants[start:place].count(now) == count):
            return None  # what belongs to one command was written by several, or not at all
        if due <= now and (place == size or commands[place] != command) and settle(case, now, law, under.plan, voiding):
            return None  # something was due at once, and the command did not write it
    return case if list(map(_said_of, recorded)) == derived else None


def _redone(case: Case, one: Recorded, under: _AsRecorded) -> list[Happened]:
    """What the decider gives for a recorded act; nothing for an event that is none. Raises Refusal."""
    redo = REDONE.get(type(one.event))
    return [] if redo is None else redo(case, one.recorded_at, one.by, one.event, under)


def _compared(recorded: Sequence[Recorded], law: Law, fall: Fall | None, differences: list[Difference]) -> Case | None:
    """The same command by command; what is different is added to the differences. None where the stream cannot be folded."""
    case: Case | None = None
    due = NEVER
    for start, group in _commands(recorded):
        voiding = fall.voiding if fall is not None and start >= fall.after else None
        try:
            if case is not None:
                due = earliest_due(case, voiding)
            case, due = _replayed(case, due, group, law, voiding) or _corrected(case, due, group, law, voiding, differences)
        except BROKEN:
            differences.append(Difference(group[0], None))
            return None
    differences += [Difference(one, None) for before, one in pairwise(recorded) if not _saved_after(before, one)]
    return case


def _saved_after(before: Recorded, one: Recorded) -> bool:
    """Later than what is before it, or at once with it where one command wrote both (rule T2)."""
    return one.recorded_at == before.recorded_at if one.command == before.command else one.recorded_at >= before.recorded_at


def _commands(recorded: Sequence[Recorded]) -> Iterator[tuple[int, Sequence[Recorded]]]:
    """The events by the command that wrote them, each with how many there are before."""
    start = 0
    for _, events in groupby(recorded, key=attrgetter("command")):
        group = list(events)
        yield start, group
        start += len(group)


def _replayed(
    case: Case | None, due: datetime, group: Sequence[Recorded], law: Law, voiding: Voiding | None
) -> tuple[Case, datetime] | None:
    """The case after a command, and before when nothing falls due in it; None where the command wrote something else than derived."""
    case, due, derived = _derive(case, due, group, law, voiding)
    return (case, due) if list(map(_said_of, group)) == derived else None


def _derive(
    case: Case | None, due: datetime, group: Sequence[Recorded], law: Law, voiding: Voiding | None
) -> tuple[Case, datetime, list[Happened]]:
    """What one command should have written, all of it at the instant at which it was saved; with it the case and its next due.

    First what was due by then, then the acts, then what was due at once because of them (rules T4, D6).
    """
    first = group[0]
    now = first.recorded_at
    under = _AsRecorded(law, group)
    derived: list[Happened] = []
    if case is None:
        derived = lodge(lodging_of(first.event), now, law)
        case = begin(first.originator_id, derived[0])
    elif due <= now:
        derived = settle(case, now, law, under.plan, voiding)
        case = _after(case, derived)
    for one in group:
        if len(derived) == len(group):
            break  # all that was written is accounted for
        try:
            more = _redone(case, one, under)
        except Refusal:
            break
        if more:
            case = _after(case, more)
            derived = derived + more if derived else more
    due = earliest_due(case, voiding)
    if due <= now:
        more = settle(case, now, law, under.plan, voiding)
        case = _after(case, more)
        return case, earliest_due(case, voiding), derived + more
    return case, due, derived


def _corrected(
    case: Case | None, due: datetime, group: Sequence[Recorded], law: Law, voiding: Voiding | None, differences: list[Difference]
) -> tuple[Case, datetime]:
    """The case after a command that wrote something else; what is different is added to the differences."""
    law = law.as_recorded({one.calendar.digest for one in group if one.calendar is not None})
    agreed = _replayed(case, due, group, law, voiding)
    if agreed is not None:
        return agreed
    differences.extend(_compare(group, _derive(case, due, group, law, voiding)[2]))
    rest = group
    if case is None:
        case, rest = begin(group[0].originator_id, group[0]), group[1:]
    for one in rest:
        case = evolve(case, one)
    return case, earliest_due(case, voiding)


def _after(case: Case, derived: list[Happened]) -> Case:
    if type(derived) is Decision:
        return derived.case
    for one in derived:
        case = evolve(case, one)
    return case


def _compare(group: Sequence[Recorded], derived: Sequence[Happened]) -> Iterator[Difference]:
    for position in range(max(len(group), len(derived))):
        written = group[position] if position < len(group) else None
        expected = derived[position] if position < len(derived) else None
        if written is None or _said_of(written) != expected:
            yield Difference(written, expected)
