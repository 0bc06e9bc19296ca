"""Replaying the history of all cases: that it follows from its facts (rule G2), and what it would be under other rulebooks (rule G3).

Here is what is done with one case and what is kept of it; adapters read the log, share the work out and write the reports.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct, field

from domain.case import Case, evolve
from domain.events import Fact, Recorded
from domain.events.complaint import ComplaintLodged
from domain.events.filing import FilingCancelled
from domain.events.member import MerchantTerminated
from domain.law import Law
from domain.other_law import OtherLaw
from domain.replay import BROKEN, Difference, Fall, Verified, verify
from domain.reporting import Comparison, Sums, compare
from domain.retelling import retell
from domain.settling import Voiding

Placed = tuple[int, Recorded]
"""An event and its position in the log."""

FALLS = (MerchantTerminated, FilingCancelled)
"""The events by which cases fall that are not theirs (rules B7, H1)."""


class History(NamedTuple):
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
        return self._replace(recorded=known, attempts=attempts)


class Falls:
    """Whose protection fell when: of members by a finding, of filings by a dispute. As many as were decided, however many cases."""

    def __init__(self, decided: Iterable[Placed] = ()) -> None:
        self._of: dict[str, list[tuple[int, Voiding]]] = {}
        for position, one in decided:
            match one.event:
                case MerchantTerminated():
                    self._of.setdefault(one.originator_id, []).append((position, Voiding(one.at, "finding")))
                case FilingCancelled(because="dispute"):
                    self._of.setdefault(one.originator_id, []).append((position, Voiding(one.at, "dispute")))
                case _:
                    pass

    def of(self, history: History) -> Fall | None:
        """The fall of a case: the first one of its complainant's or its filing's after it was lodged. None where there was none."""
        lodged = history.recorded[0].event
        if not isinstance(lodged, ComplaintLodged) or (lodged.complainant not in self._of and lodged.filing_id not in self._of):
            return None
        first = history.rows[0][0]
        later = [fall for name in (lodged.complainant, lodged.filing_id) for fall in self._of.get(name, ()) if fall[0] > first]
        if not later:
            return None
        position, voiding = min(later, key=lambda fall: fall[0])
        return Fall(voiding, bisect_left(history.positions, position))


class Telling(NamedTuple):
    """Another law to tell the history under, and its name in reports."""

    name: str
    law: OtherLaw


class Plan(NamedTuple):
    """What a replay is about: the law as published, the horizon, what fell, and the other laws, none for a verification.

    `in_the_past` where the log knows more than was known at the horizon.
    """

    law: Law
    until: datetime
    falls: Falls
    tellings: tuple[Telling, ...] = ()
    in_the_past: bool = False


class FirstDifference(NamedTuple):
    """The first difference found, by the order of the cases' ids; of a stream that cannot be read, `why`."""

    case: str
    difference: Difference
    why: str | None = None


class Found(Struct):
    """What was found in some cases, or in all: the verification, and the sums of each telling. `endings` of the former are as they are."""

    verified: Sums = field(default_factory=Sums)
    tellings: list[Sums] = field(default_factory=list)
    first: FirstDifference | None = None

    def join(self, other: Found) -> None:
        """Add what was found in the cases that come next in the order of their ids."""
        self.verified.join(other.verified)
        self.tellings = self.tellings or [Sums() for _ in other.tellings]
        for mine, theirs in zip(self.tellings, other.tellings, strict=True):
            mine.join(theirs)
        self.first = self.first or other.first


Told = Callable[[int, Comparison], None]
"""Is given every case that another telling tells differently, with the telling's number."""


def replay_case(history: History, plan: Plan, found: Found, told: Told = lambda number, one: None) -> None:
    """Verify one case, tell it under each other law, and add all that to what was found.

    A case that was not lodged by the horizon is no case; one that cannot be read, or folded, is a difference and tells nothing.
    """
    if plan.in_the_past:
        history = history.as_of(plan.until)
    recorded = history.recorded
    if not recorded:
        if history.why is not None:
            _count(found, history, Verified(None, (Difference(None, None),), ()))
        return
    fall = plan.falls.of(history)
    verified = verify(recorded, plan.law, plan.until, fall)
    case = _count(found, history, verified)
    if case is not None and plan.tellings:
        _tell(history, fall, (case, verified), plan, found, told)


def _count(found: Found, history: History, verified: Verified) -> Case | None:
    """Count a verification; the case settled to the horizon, None where it cannot be folded."""
    sums = found.verified
    case, differences, pending = verified
    sums.cases += 1
    sums.events += len(history.recorded)
    if differences:
        sums.differences += len(differences)
        found.first = found.first or FirstDifference(history.case_id, differences[0], history.why)
    if case is not None:
        for one in pending:
            case = evolve(case, one)
        sums.pending += len(pending)
        sums.end(case.status, case.status)
    return case


def _tell(history: History, fall: Fall | None, settled: tuple[Case, Verified], plan: Plan, found: Found, told: Told) -> None:
    """Tell a case under each other law and compare with what happened, what is pending included."""
    recorded, (case, verified) = history.recorded, settled
    happened: list[Fact] = [*recorded, *verified.pending]
    facts = recorded
    if history.attempts:
        placed = sorted((*zip(history.positions, recorded, strict=False), *history.attempts), key=lambda one: one[0])
        facts = [one for _, one in placed]
    calendars = {one.calendar.digest for one in recorded if one.calendar is not None}
    for number, telling in enumerate(plan.tellings):
        sums = found.tellings[number]
        sums.cases += 1
        sums.events += len(recorded)
        sums.pending += len(verified.pending)
        sums.differences += len(verified.differences)
        try:
            retold = retell(facts, telling.law.as_recorded(calendars), plan.until, fall, plan.law)
        except BROKEN:  # what was found to be different can be too far from the rules to be told at all
            sums.end(case.status, "undetermined")
            sums.undetermined += 1
            continue
        comparison = compare(case, happened, retold, plan.until)
        sums.add(comparison)
        sums.load(happened, retold.told)
        if comparison.first_divergence is not None or comparison.changed:
            told(number, comparison)


def differences(placed: Iterable[Placed], law: Law, until: datetime | None = None) -> list[FirstDifference]:
    """Every difference in a log that fits in memory, its events given in order; for tests and small stores.

    `until` is the last instant that was recorded unless given.
    """
    events = list(placed)
    if not events:
        return []
    falls = Falls(one for one in events if isinstance(one[1].event, FALLS))
    horizon = until or max(one.recorded_at for _, one in events)
    streams: dict[str, list[Placed]] = {}
    for one in events:
        streams.setdefault(one[1].originator_id, []).append(one)
    wrong: list[FirstDifference] = []
    for case_id, own in streams.items():
        if isinstance(own[0][1].event, ComplaintLodged):
            history = History(case_id, [one for _, one in own], own)
            verified = verify(history.recorded, law, horizon, falls.of(history))
            wrong += [FirstDifference(case_id, difference) for difference in verified.differences]
    return wrong
