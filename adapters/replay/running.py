"""A replay over a whole store, shared out over processes by ranges of ids. However many there are, the numbers are the same."""

from __future__ import annotations

import gc
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from adapters.calendars.errors import CalendarError
from adapters.calendars.holidays_source import official_years, year_from_library
from adapters.replay.ranges import RangeResult, ReplayProgress, Task, look_behind, plan_of, replay_streams_of
from adapters.replay.reading import LogReader, Span, open_reader, spans
from application.falls import Falls
from application.law import PublishedLaw
from application.replaying import Plan, Tally
from domain.case.comparison import Comparison, Sums
from domain.law import PublishedYear
from domain.rulebook import Rulebook
from domain.working_days import CalendarYear

FEW = 100_000
"""Events up to which one process is quicker than several, which first have to be started."""


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

    @classmethod
    def begin(cls, task: Task, size: int) -> Replayed:
        """Nothing found yet."""
        names, tally = [name for name, _ in task.others], Tally(alternatives=[Sums() for _ in task.others])
        kept_in = None if task.kept_in is None else Path(task.kept_in)
        return cls(task.head, task.until, tally, names, [set() for _ in names], kept_in, size)

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
    since: datetime | None = None,
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
    recorded after it. Under the others only cases lodged at or after `since` are told, where it is given. `keep` is a directory for the
    cases that come out differently. `why` seeks the causes of each other ending (rule G6).
    """
    reader = open_reader(store)
    try:
        head = reader.head() if head is None else head
        size = reader.size(head)
        ranges = spans(size)
        progress(0, 0.0)
        task = task_of(store, law or reader.law(head), others, reader, head, until, now, keep, why, since)
        result = Replayed.begin(task, size)
        number = workers or (1 if size <= FEW else usable_cores())
        for done, part in enumerate(_parts(task, reader, ranges, number), start=1):
            result.join(part)
            progress(result.tally.verified.events, done / len(ranges))
        look_behind(task, (reader.streams(span, head) for span in ranges), result.tally, progress)
        return result
    finally:
        reader.close()


class KnownAtHead(Protocol):
    """What a replay has to know of a history as a whole before it reads the streams."""

    def last_recorded_at(self, head: int) -> datetime | None:
        """When the last events up to a position were recorded."""
        ...

    def falls(self, head: int) -> Falls:
        """Whose protection fell up to a position."""
        ...


def task_of(
    store: str,
    law: PublishedLaw,
    others: Sequence[tuple[str, Rulebook]],
    known: KnownAtHead,
    head: int,
    until: datetime | None,
    now: datetime | None,
    keep: Path | None,
    why: bool,
    since: datetime | None = None,
) -> Task:
    """What is to be done, as `replay` says it."""
    last = known.last_recorded_at(head)
    horizon = until or max((one for one in (now, last) if one is not None), default=datetime.max)
    spare = [spare_years(rulebook.calendar, law[1]) for _, rulebook in others]
    past = last is not None and horizon < last
    kept_in, key = str(keep) if keep else None, secrets.token_bytes(16)
    return Task(store, head, horizon, *law, known.falls(head), others, spare, kept_in, why, past, key, since)


def _parts(task: Task, reader: LogReader, ranges: Sequence[Span], workers: int) -> Iterator[RangeResult]:
    """The ranges' results in the order of the ranges."""
    if workers == 1:
        plan = plan_of(task)
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
    read = reader.with_attempts if task.others else reader.streams
    return replay_streams_of(task, plan, position, read(span, task.head))


class _Worker(NamedTuple):
    task: Task
    plan: Plan
    reader: LogReader


_worker: list[_Worker] = []
"""The one of a worker process."""


def _begin(task: Task) -> None:
    gc.disable()
    _worker[:] = [_Worker(task, plan_of(task), open_reader(task.store))]


def _in_worker(position: int, span: Span) -> RangeResult:
    task, plan, reader = _worker[0]
    return _replay_span(task, plan, reader, position, span)


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
