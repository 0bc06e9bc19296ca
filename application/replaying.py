"""Replaying the history of all cases: that it follows from its facts (rule G2), and what it would be under other rulebooks (rule G3).

Here is what is done with one case, or with one stream that cases wrote into, and what is kept of it; adapters read the log, share the
work out and write the reports.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, cast

from msgspec import Struct, field
from msgspec.structs import replace

from application.alternatives import Alternative, CaseFacts
from application.companions import Balance, CompanionStream, verify_alone
from application.falls import Falls, Placed
from domain.case.compared import ComparedCase
from domain.case.comparison import Comparison, Sums
from domain.case.events import ComplaintLodged
from domain.case.folding import evolve
from domain.case.replay import Difference, Fall, Verified, verify
from domain.case.state import Case
from domain.law import Law
from domain.recorded import Recorded


class History(Struct, frozen=True):
    """A case as the log has it: its stream, the rows of its events, each with its position first, and the refused attempts on it.

    `why` says why it cannot be read, where it cannot.
    """

    case_id: str
    recorded: Sequence[Recorded]
    rows: Sequence[tuple[Any, ...]]
    attempts: Sequence[Placed] = ()
    why: str | None = None

    @property
    def positions(self) -> list[int]:
        """The positions of the events in the log, ascending."""
        return [row[0] for row in self.rows]

    def as_of(self, instant: datetime) -> History:
        """What was known at an instant (rule T8)."""
        known = [one for one in self.recorded if one.recorded_at <= instant]
        attempts = [one for one in self.attempts if one[1].recorded_at <= instant]
        return replace(self, recorded=known, attempts=attempts)


def fall_of(falls: Falls, history: History) -> Fall | None:
    """The first fall after a case was lodged, and how many of its events were recorded before; None where there was none."""
    lodged = history.recorded[0].event
    if not isinstance(lodged, ComplaintLodged):
        return None
    fall = falls.first(lodged.complainant, lodged.filing_id, history.rows[0][0])
    return None if fall is None else Fall(fall.voiding, bisect_left(history.positions, fall.position))


class Plan(NamedTuple):
    """What a replay is about: the law as published, the horizon, what fell, and the other laws, none for a verification.

    `in_the_past` where the log knows more than was known at the horizon. `key` is this replay's alone, for its digests. The other laws
    tell the cases lodged at or after `since`, where it is given (rule G7).
    """

    law: Law
    until: datetime
    falls: Falls
    alternatives: tuple[Alternative, ...] = ()
    in_the_past: bool = False
    key: bytes = b""
    since: datetime | None = None

    def covers(self, case: Case) -> bool:
        """Whether the other laws tell the case."""
        return self.since is None or case.lodged_at >= self.since


class FirstDifference(NamedTuple):
    """The first difference found, in the order in which streams are read; of a stream that cannot be read, `why`.

    `stream` is the appeal's or listing's where it is in one, and `case` the case that it follows from, None where that is not known.
    """

    case: str | None
    difference: Difference
    why: str | None = None
    stream: str | None = None


class Tally(Struct):
    """What was found in some streams, or in all: the verification, and the sums of each alternative.

    The verification's `events` are those of cases, appeals and listings, its `endings` are as they are. `balance` is what its cases
    should have written into other streams, less what is recorded there.
    """

    verified: Sums = field(default_factory=Sums)
    alternatives: list[Sums] = field(default_factory=list)
    first: FirstDifference | None = None
    balance: Balance = field(default_factory=Balance)

    def join(self, other: Tally) -> None:
        """Add what was found in the streams that come next in the order of their ids."""
        self.verified.join(other.verified)
        self.balance.join(other.balance)
        self.alternatives = self.alternatives or [Sums() for _ in other.alternatives]
        for mine, theirs in zip(self.alternatives, other.alternatives, strict=True):
            mine.join(theirs)
        self.first = self.first or other.first


OnChanged = Callable[[int, Comparison], None]
"""Is given every case that another alternative tells differently, with the alternative's number."""


def replay_streams(
    streams: Iterable[History | CompanionStream], plan: Plan, tally: Tally, on_changed: OnChanged = lambda number, one: None
) -> None:
    """Verify streams of the log and add that to what was found; cases are told under each other law besides."""
    for kind, some in groupby(streams, type):
        if kind is History:
            replay_cases(cast("list[History]", list(some)), plan, tally, on_changed)
        else:
            for one in cast("Iterator[CompanionStream]", some):
                replay_companions(one, plan, tally)


def replay_cases(histories: Sequence[History], plan: Plan, tally: Tally, on_changed: OnChanged = lambda number, one: None) -> None:
    """Verify cases, tell them under each other law, and add all that to what was found.

    A case that was not lodged by the horizon is no case; one that cannot be read, or folded, is a difference and tells nothing.
    Each step is a loop of its own, which leaves the processor's caches warm for the next case.
    """
    if plan.in_the_past:
        histories = [one.as_of(plan.until) for one in histories]
    histories = [one for one in histories if one.recorded or one.why is not None]
    falls = [fall_of(plan.falls, one) if one.recorded else None for one in histories]
    verified = [_verify(one, plan, fall) for one, fall in zip(histories, falls, strict=True)]
    cases = [_count(tally, one, result) for one, result in zip(histories, verified, strict=True)]
    for one, result in zip(histories, verified, strict=True):
        if result.case is not None and not result.differences:
            tally.balance.add(result.case, one.recorded, plan.key)
    if plan.alternatives:
        for one, fall, case, result in zip(histories, falls, cases, verified, strict=True):
            if case is not None:
                facts = CaseFacts(_with_attempts(one), fall, case, result, plan.until, plan.law)
                _count_alternatives(facts, plan, tally, on_changed)


def _settled(verified: Verified) -> Case | None:
    """The case settled to the horizon, what is pending included; None where it cannot be folded."""
    case = verified.case
    if case is not None:
        for one in verified.pending:
            case = evolve(case, one)
    return case


def compare_case(history: History, plan: Plan) -> ComparedCase | None:
    """One case under the plan's one other law (rule G7); None where it cannot be read, or folded, or was lodged before `since`."""
    fall = fall_of(plan.falls, history) if history.recorded else None
    verified = _verify(history, plan, fall)
    case = _settled(verified)
    if case is None or not plan.covers(case):
        return None
    (alternative,) = plan.alternatives
    return CaseFacts(_with_attempts(history), fall, case, verified, plan.until, plan.law).under(alternative)


def _count_alternatives(facts: CaseFacts, plan: Plan, tally: Tally, on_changed: OnChanged) -> None:
    """Tell a case under each other law, where it was lodged since the plan's instant."""
    if not plan.covers(facts.case):
        return
    for number, alternative in enumerate(plan.alternatives):
        told = facts.under(alternative)
        told.count(tally.alternatives[number])
        one = told.comparison
        if one is not None and (one.first_divergence is not None or one.changed):
            on_changed(number, one)


def _with_attempts(history: History) -> Sequence[Recorded]:
    """The events of a case and the refused attempts on it, in the order of the log."""
    if not history.attempts:
        return history.recorded
    placed = sorted((*zip(history.positions, history.recorded, strict=False), *history.attempts), key=lambda one: one[0])
    return [one for _, one in placed]


def _verify(history: History, plan: Plan, fall: Fall | None) -> Verified:
    if not history.recorded:
        return Verified(None, (Difference(None, None),), ())
    return verify(history.recorded, plan.law, plan.until, fall)


def replay_companions(beside: CompanionStream, plan: Plan, tally: Tally) -> None:
    """Verify an appeal's or a listing's stream by itself, and count what it has of its cases (rule G2)."""
    beside = known(beside, plan)
    tally.verified.events += len(beside.recorded)
    differences = verify_alone(beside)
    if differences:
        tally.verified.differences += len(differences)
        first = FirstDifference(case_of(differences[0]), differences[0], beside.why, beside.stream)
        tally.first = tally.first or first
    tally.balance.take(beside, plan.key)


def known(beside: CompanionStream, plan: Plan) -> CompanionStream:
    """What was known of a stream at the horizon (rule T8)."""
    if not plan.in_the_past:
        return beside
    return replace(beside, recorded=[one for one in beside.recorded if one.recorded_at <= plan.until])


def case_of(difference: Difference) -> str | None:
    """The case that an event of an appeal or a listing names."""
    one = difference.recorded or difference.derived
    return None if one is None else getattr(one.event, "complaint_id", None)


def _count(tally: Tally, history: History, verified: Verified) -> Case | None:
    """Count a verification; the case settled to the horizon, None where it cannot be folded."""
    sums = tally.verified
    case = _settled(verified)
    sums.cases += 1
    sums.events += len(history.recorded)
    if verified.differences:
        sums.differences += len(verified.differences)
        tally.first = tally.first or FirstDifference(history.case_id, verified.differences[0], history.why)
    if case is not None:
        sums.pending += len(verified.pending)
        sums.end(case.status, case.status)
    return case
