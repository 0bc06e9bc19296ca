"""What a replay does with one range of streams, in whichever process and wherever they were read from; done twice it gives the same."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, NamedTuple

import msgspec

from adapters.calendars.zones import Zones
from adapters.replay.ledger import FileLedger
from application.alternatives import Alternative
from application.companions import CompanionStream
from application.falls import Falls
from application.reconciling import note, reconcile
from application.replaying import History, Plan, Tally, replay_streams
from domain.cached_law import CachedLaw
from domain.case.comparison import Comparison, Sums
from domain.counterfactual_law import CounterfactualLaw
from domain.law import PublishedYear
from domain.partial_law import PartialLaw
from domain.rulebook import Rulebook
from domain.working_days import CalendarYear

ReplayProgress = Callable[[int, float], None]
"""Is told how many events were replayed, and which share (0 to 1) of all is done."""


class Task(NamedTuple):
    """All that a worker needs to know; it goes to another process."""

    store: str
    head: int
    until: datetime
    rulebooks: Sequence[Rulebook]
    calendars: Sequence[PublishedYear]
    falls: Falls
    others: Sequence[tuple[str, Rulebook]]
    spare: Sequence[Sequence[CalendarYear]]
    kept_in: str | None
    why: bool
    in_the_past: bool
    key: bytes
    since: datetime | None = None


class RangeResult(NamedTuple):
    """What was found in a range, and which calendars were used in each counterfactual."""

    tally: Tally
    used: list[set[tuple[str, str]]]


def plan_of(task: Task) -> Plan:
    """The law and what else a process needs once for all ranges."""
    zones = Zones()
    alternatives = []
    for (name, rulebook), spare in zip(task.others, task.spare, strict=True):
        stated = rulebook, task.rulebooks, task.calendars, zones, spare
        alternatives.append(Alternative(name, CounterfactualLaw(*stated), PartialLaw(*stated) if task.why else None))
    law = CachedLaw(task.rulebooks, task.calendars, zones)
    return Plan(law, task.until, task.falls, tuple(alternatives), task.in_the_past, task.key, task.since)


def replay_streams_of(task: Task, plan: Plan, position: int, streams: Iterator[History | CompanionStream]) -> RangeResult:
    """Replay the streams of the range at a place among all ranges; cases have their attempts where there are other rulebooks."""
    tally = Tally(alternatives=[Sums() for _ in task.others])
    collecting = gc.isenabled()
    gc.disable()  # nothing here makes cycles, and there is much to look at
    try:
        if task.others:
            with _Kept(task.kept_in, position) as kept:
                replay_streams(streams, plan, tally, kept.keep)
        else:
            replay_streams(streams, plan, tally)
    finally:
        if collecting:
            gc.enable()
    return RangeResult(tally, [set(alternative.law.used) for alternative in plan.alternatives])


def look_behind(task: Task, ranges: Iterable[Iterator[History | CompanionStream]], tally: Tally, progress: ReplayProgress) -> None:
    """Where sums are open, find in a second pass what is behind them: one by one, in this process; nothing hurries any more.

    `progress` is told after each range, so that whoever waits sees that somebody is there.
    """
    numbers = tally.balance.open()
    if not numbers:
        return
    plan, ledger = plan_of(task), FileLedger()
    try:
        for streams in ranges:
            for one in streams:
                note(one, plan, numbers, ledger)
            progress(tally.verified.events, 1.0)
        reconcile(ledger, tally)
    finally:
        ledger.close()


class _Kept:
    """Writes the cases of a range that come out differently, one file a counterfactual; each has its name when it is whole.

    So a range may be replayed twice, and by two processes at once, where one of them was thought to be gone.
    """

    def __init__(self, directory: str | None, position: int) -> None:
        self._directory, self._position = directory, position
        self._files: dict[int, IO[bytes]] = {}
        self._encode = msgspec.json.Encoder().encode

    def keep(self, number: int, one: Comparison) -> None:
        if self._directory is None:
            return
        file = self._files.get(number)
        if file is None:
            file = self._files[number] = NamedTemporaryFile(dir=self._directory, delete=False)  # noqa: SIM115 - closed at the end
        file.write(self._encode(one) + b"\n")

    def __enter__(self) -> _Kept:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        for number, file in self._files.items():
            file.close()
            draft = Path(file.name)
            if failed is None:
                draft.replace(draft.with_name(f"{number}-{self._position:08d}.ndjson"))
            else:
                draft.unlink(missing_ok=True)
