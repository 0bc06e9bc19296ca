"""A replay over a whole store, shared out over processes by ranges of ids. However many there are, the numbers are the same."""

from __future__ import annotations

import gc
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from adapters.calendars.errors import CalendarError
from adapters.calendars.holidays_source import official_years, year_from_library
from adapters.calendars.zones import Zones
from adapters.replay.ledger import FileLedger
from adapters.replay.reading import LogReader, Span, open_reader, spans
from application.law import PublishedLaw
from application.reconciling import note, reconcile
from application.replaying import Alternative, Falls, Plan, Tally, replay_streams
from domain.cached_law import CachedLaw
from domain.case.comparison import Comparison, Sums
from domain.counterfactual_law import CounterfactualLaw
from domain.law import PublishedYear
from domain.partial_law import PartialLaw
from domain.rulebook import Rulebook
from domain.working_days import CalendarYear

FEW = 100_000
"""Events up to which one process is quicker than several, which first have to be started."""

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


class RangeResult(NamedTuple):
    """What was found in a range, and which calendars were used in each counterfactual."""

    tally: Tally
    used: list[set[tuple[str, str]]]


@dataclass
class Replayed:
    """What a replay found in all: `until`, the log's head, the sums, and where the cases that come out differently are kept.

    `size` is how many events the log has up to that head.
    """

    head: int
    until: datetime
    tally: Tally
    names: list[str]
    used: list[set[tuple[str, str]]] = field(default_factory=list)
    kept_in: Path | None = None
    size: int = 0

    def join(self, part: RangeResult) -> None:
        """Add what was found in the next range."""
        self.tally.join(part.tally)
        for mine, theirs in zip(self.used, part.used, strict=True):
            mine |= theirs

    def changed_cases(self, number: int) -> Iterator[Comparison]:
        """The cases that come out differently in a counterfactual, in the order of their ids, one at a time."""
        if self.kept_in is None:
            return
        decode = msgspec.json.Decoder(Comparison).decode
        for path in sorted(self.kept_in.glob(f"{number}-*.ndjson")):
            with path.open("rb") as lines:
                for line in lines:
                    yield decode(line)


def replay(
    store: str,
    law: PublishedLaw | None = None,
    others: Sequence[tuple[str, Rulebook]] = (),
    *,
    head: int | None = None,
    until: datetime | None = None,
    now: datetime | None = None,
    workers: int | None = None,
    keep: Path | None = None,
    why: bool = True,
    progress: ReplayProgress = lambda events, share: None,
) -> Replayed:
    """Replay every case of a store at a position of the log, by default its present head.

    `law` is what was published, by default up to that position; `others` are rulebooks to replay the history under, by name. The
    horizon is `until`, by default `now` or the last instant recorded, whichever is later; a horizon in the past leaves out what was
    recorded after it. `keep` is a directory for the cases that come out differently. `why` seeks the causes of each other ending
    (rule G6).
    """
    reader = open_reader(store)
    try:
        head = reader.head() if head is None else head
        size = reader.size(head)
        ranges = spans(size)
        progress(0, 0.0)
        task = _task(store, law or reader.law(head), others, reader, head, until, now, keep, why)
        horizon = task.until
        names, tally = [name for name, _ in others], Tally(alternatives=[Sums() for _ in others])
        result = Replayed(head, horizon, tally, names, [set() for _ in others], keep, size)
        number = workers or (1 if size <= FEW else usable_cores())
        for done, part in enumerate(_parts(task, reader, ranges, number), start=1):
            result.join(part)
            progress(result.tally.verified.events, done / len(ranges))
        _reconcile(task, reader, ranges, result.tally, progress)
        return result
    finally:
        reader.close()


def _task(
    store: str,
    law: PublishedLaw,
    others: Sequence[tuple[str, Rulebook]],
    reader: LogReader,
    head: int,
    until: datetime | None,
    now: datetime | None,
    keep: Path | None,
    why: bool,
) -> Task:
    last = reader.last_recorded_at(head)
    horizon = until or max((one for one in (now, last) if one is not None), default=datetime.max)
    spare = [spare_years(rulebook.calendar, law[1]) for _, rulebook in others]
    past = last is not None and horizon < last
    kept_in, key = str(keep) if keep else None, secrets.token_bytes(16)
    return Task(store, head, horizon, *law, reader.falls(head), others, spare, kept_in, why, past, key)


def _parts(task: Task, reader: LogReader, ranges: Sequence[Span], workers: int) -> Iterator[RangeResult]:
    """The ranges' results in the order of the ranges."""
    if workers == 1:
        plan = _plan(task)
        for position, span in enumerate(ranges):
            yield _replay_span(task, plan, reader, position, span)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (task,)) as pool:
        waiting: list[Future[RangeResult]] = []
        for position, span in enumerate(ranges):
            waiting.append(pool.submit(_in_worker, position, span))
            if len(waiting) > 4 * workers:
                yield waiting.pop(0).result()
        for one in waiting:
            yield one.result()


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _replay_span(task: Task, plan: Plan, reader: LogReader, position: int, span: Span) -> RangeResult:
    tally = Tally(alternatives=[Sums() for _ in task.others])
    collecting = gc.isenabled()
    gc.disable()  # nothing here makes cycles, and there is much to look at
    try:
        if task.others:
            with _Kept(task.kept_in, position) as kept:
                replay_streams(reader.with_attempts(span, task.head), plan, tally, kept.keep)
        else:
            replay_streams(reader.streams(span, task.head), plan, tally)
    finally:
        if collecting:
            gc.enable()
    return RangeResult(tally, [set(alternative.law.used) for alternative in plan.alternatives])


def _reconcile(task: Task, reader: LogReader, ranges: Sequence[Span], tally: Tally, progress: ReplayProgress) -> None:
    """Where sums are open, find in a second pass what is behind them: one by one, in this process; nothing hurries any more.

    `progress` is told after each range, so that whoever waits sees that somebody is there.
    """
    numbers = tally.balance.open()
    if not numbers:
        return
    plan, ledger = _plan(task), FileLedger()
    try:
        for span in ranges:
            for one in reader.streams(span, task.head):
                note(one, plan, numbers, ledger)
            progress(tally.verified.events, 1.0)
        reconcile(ledger, tally)
    finally:
        ledger.close()


class _Kept:
    """Writes the cases of a range that come out differently, one file a counterfactual."""

    def __init__(self, directory: str | None, position: int) -> None:
        self._directory, self._position = directory, position
        self._files: dict[int, IO[bytes]] = {}
        self._encode = msgspec.json.Encoder().encode

    def keep(self, number: int, one: Comparison) -> None:
        if self._directory is None:
            return
        file = self._files.get(number)
        if file is None:
            file = self._files[number] = (Path(self._directory) / f"{number}-{self._position:08d}.ndjson").open("wb")
        file.write(self._encode(one) + b"\n")

    def __enter__(self) -> _Kept:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()


class _Worker(NamedTuple):
    task: Task
    plan: Plan
    reader: LogReader


_worker: list[_Worker] = []
"""The one of a worker process."""


def _begin(task: Task) -> None:
    gc.disable()
    _worker[:] = [_Worker(task, _plan(task), open_reader(task.store))]


def _in_worker(position: int, span: Span) -> RangeResult:
    task, plan, reader = _worker[0]
    return _replay_span(task, plan, reader, position, span)


def _plan(task: Task) -> Plan:
    zones = Zones()
    alternatives = []
    for (name, rulebook), spare in zip(task.others, task.spare, strict=True):
        stated = rulebook, task.rulebooks, task.calendars, zones, spare
        alternatives.append(Alternative(name, CounterfactualLaw(*stated), PartialLaw(*stated) if task.why else None))
    law = CachedLaw(task.rulebooks, task.calendars, zones)
    return Plan(law, task.until, task.falls, tuple(alternatives), task.in_the_past, task.key)


def spare_years(country: str, published: Sequence[PublishedYear]) -> list[CalendarYear]:
    """The library's official years of a country of which nothing was ever published; read, never published by this."""
    if any(one.year.country == country for one in published):
        return []
    try:
        return [year_from_library(country, year) for year in official_years(country)]
    except CalendarError:
        return []


def temporary() -> tempfile.TemporaryDirectory[str]:
    """A directory for the cases that come out differently, gone after use."""
    return tempfile.TemporaryDirectory(prefix="originals-replay-")
