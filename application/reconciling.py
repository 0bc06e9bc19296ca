"""Setting against each other, one by one, what cases should have written into other streams and what is recorded there (rule G2).

It is done where the sums of a replay say that something is wrong, and always with a log that fits in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Protocol

from application.companions import (
    BUCKETS,
    CompanionStream,
    LedgerEntry,
    bucket_of,
    entries_of_case,
    entries_of_stream,
    kind_of,
    unmatched,
    verify_alone,
)
from application.falls import FALLS, Falls, Placed
from application.replaying import FirstDifference, History, Plan, Tally, case_of, fall_of, known
from domain.case.replay import Difference, verify
from domain.law import Law


class Ledger(Protocol):
    """Keeps what cases should have written and what is recorded, in files where that is much."""

    def put(self, one: LedgerEntry) -> None:
        """Keep an entry."""
        ...

    def exclude(self, name: str) -> None:
        """Keep that the case or the stream of this id is told to differ already."""
        ...

    def entries(self) -> Iterable[LedgerEntry]:
        """All that was put, in the order of its streams, without that of a case or a stream which is told to differ already."""
        ...


def note(one: History | CompanionStream, plan: Plan, numbers: Collection[int], ledger: Ledger) -> None:
    """Put into the ledger what a stream tells of the cases in these buckets, to be set against each other."""
    entries: Iterable[LedgerEntry]
    if isinstance(one, CompanionStream):
        beside = known(one, plan)
        if verify_alone(beside):
            ledger.exclude(one.stream)
        entries = entries_of_stream(beside, plan.key)
    else:
        entries = _of_case(one.as_of(plan.until) if plan.in_the_past else one, plan, ledger)
    for entry in entries:
        if bucket_of(entry.complaint) in numbers:
            ledger.put(entry)


def _of_case(history: History, plan: Plan, ledger: Ledger) -> Iterable[LedgerEntry]:
    if not history.recorded:
        if history.why is not None:
            ledger.exclude(history.case_id)
        return []
    verified = verify(history.recorded, plan.law, plan.until, fall_of(plan.falls, history))
    if verified.case is None or verified.differences:
        ledger.exclude(history.case_id)
        return []
    return entries_of_case(verified.case, history.recorded, plan.key)


def reconcile(ledger: Ledger, tally: Tally) -> None:
    """Count what does not match in a ledger; what is told already by a case or a stream itself is not told again (rule G2)."""
    for stream, complaint, difference in unmatched(ledger.entries()):
        tally.verified.differences += 1
        tally.first = tally.first or FirstDifference(complaint, difference, None, stream)
    if tally.balance.open() and not tally.verified.differences:  # nothing escapes the sums, whatever may escape what looks behind them
        tally.verified.differences = 1
        tally.first = FirstDifference(None, Difference(None, None), "what cases wrote into appeals and listings is not what is there")


def differences(placed: Iterable[Placed], law: Law, until: datetime | None = None) -> list[FirstDifference]:
    """Every difference in a log that fits in memory, its events given in order; for tests and small stores.

    `until` is the last instant that was recorded unless given.
    """
    events = list(placed)
    if not events:
        return []
    falls = Falls(one for one in events if isinstance(one[1].event, FALLS))
    plan = Plan(law, until or max(one.recorded_at for _, one in events), falls)
    streams: dict[str, list[Placed]] = {}
    for one in events:
        streams.setdefault(one[1].originator_id, []).append(one)
    ledger = _InMemory()
    wrong: list[FirstDifference] = []
    for name, own in sorted(streams.items()):
        kind = kind_of(type(one.event) for _, one in own)
        recorded = [one for _, one in own]
        if kind == "case":
            history = History(name, recorded, own)
            note(history, plan, range(BUCKETS), ledger)
            verified = verify(recorded, law, plan.until, fall_of(falls, history))
            wrong += [FirstDifference(name, difference) for difference in verified.differences]
        elif kind is not None:
            beside = CompanionStream(name, kind, recorded)
            note(beside, plan, range(BUCKETS), ledger)
            wrong += [FirstDifference(case_of(one), one, None, name) for one in verify_alone(beside)]
    left = unmatched(ledger.entries())
    return wrong + [FirstDifference(complaint, difference, None, stream) for stream, complaint, difference in left]


class _InMemory:
    """A ledger of a small store."""

    def __init__(self) -> None:
        self._entries: list[LedgerEntry] = []
        self._excluded: set[str] = set()

    def put(self, one: LedgerEntry) -> None:
        """As `Ledger` has it."""
        self._entries.append(one)

    def exclude(self, name: str) -> None:
        """As `Ledger` has it."""
        self._excluded.add(name)

    def entries(self) -> list[LedgerEntry]:
        """As `Ledger` has it."""
        new = [one for one in self._entries if one.complaint not in self._excluded and one.stream not in self._excluded]
        return sorted(new, key=attrgetter("stream"))
