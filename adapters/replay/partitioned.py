"""A replay over the history in partitioned Parquet: the same rules over the same streams, and the same numbers (rules G2, G3).

A part is what one worker does at once; of it a span at a time is in memory. What a part gives does not depend on who does it, nor on
how often: results are kept by the part's number and added up in its order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from adapters.evidence.trust import Trust
from adapters.parquet.layout import NumberedRow
from adapters.parquet.reading import SealedParquet, events_under, opened_parquet, spans_in
from adapters.replay.ranges import RangeResult, ReplayProgress, Task, look_behind, plan_of, replay_streams_of
from adapters.replay.running import Replayed, task_of
from adapters.replay.streams import READ, streams_in
from adapters.store.mapper import RecordedMapper
from adapters.store.session import Row
from adapters.store.upcasting import topics_of
from application.command import stream_of
from application.companions import CompanionStream
from application.falls import FALLS, Falls, Placed
from application.law import PUBLICATIONS, law_in
from application.replaying import History, Plan, Tally
from domain.case.comparison import Comparison, Sums
from domain.events.member import AttemptRefused
from domain.rulebook import Rulebook

AT_ONCE = 200
"""Files of cases that end otherwise which are joined at once."""
_ATTEMPTS = frozenset(topics_of(AttemptRefused.__name__))


def replay_parquet(
    directory: Path,
    others: Sequence[tuple[str, Rulebook]] = (),
    *,
    until: datetime | None = None,
    now: datetime | None = None,
    workers: int = 1,
    keep: Path | None = None,
    trust: Trust | None = None,
    progress: ReplayProgress = lambda events, share: None,
) -> Replayed:
    """Replay every case of an export in Parquet, as `running.replay` does that of a store; the law is what the history published.

    With several `workers` each is a process of a dask cluster. Raises NotAnExport, Tampered: a file that is not the one that was sealed.
    """
    history = ParquetHistory(opened_parquet(directory, trust))
    manifest = history.export.manifest
    progress(0, 0.0)
    law = law_in(one for _, one in history.under(PUBLICATIONS))
    task = task_of(str(directory), law, others, history, manifest.position, until, now, keep, why=True)
    result = Replayed.begin(task, manifest.events)
    for done, part in enumerate(_in_order(_parts(task, history, workers)), start=1):
        result.join(part)
        progress(result.tally.verified.events, done / manifest.parts)
    look_behind(task, (history.streams(part, False) for part in range(manifest.parts)), result.tally, progress)
    if keep is not None:
        for number in range(len(others)):
            order_by_case(keep, number)
    return result


def _parts(task: Task, history: ParquetHistory, workers: int) -> Iterator[tuple[int, RangeResult]]:
    if workers == 1:
        plan = plan_of(task)
        return ((part, replay_part(task, plan, history, part)) for part in range(history.export.manifest.parts))
    from adapters.replay.cluster import replayed_on_workers  # only here: most replays need no cluster

    return replayed_on_workers(task, history.export.manifest.parts, workers)


def _in_order(results: Iterator[tuple[int, RangeResult]]) -> Iterator[RangeResult]:
    """The results in the order of the parts, each part's once."""
    waiting: dict[int, RangeResult] = {}
    due = 0
    for number, result in results:
        waiting[number] = result
        while due in waiting:
            yield waiting.pop(due)
            due += 1


class ParquetHistory:
    """The streams of an export, read part by part; every process opens its own."""

    def __init__(self, export: SealedParquet) -> None:
        self.export = export
        self._mapper = RecordedMapper()

    def last_recorded_at(self, head: int) -> datetime | None:
        """When the last events were recorded."""
        said = self.export.manifest.last_recorded_at
        return None if said is None else datetime.fromisoformat(said)

    def falls(self, head: int) -> Falls:
        """Whose protection fell."""
        return Falls(self.under(FALLS))

    def under(self, kinds: Sequence[type]) -> list[Placed]:
        """All events of few types, in the order of the log."""
        return events_under(self.export, topics_of(*(kind.__name__ for kind in kinds)))

    def spans(self, part: int, attempts: bool) -> Iterator[tuple[int, Iterator[History | CompanionStream]]]:
        """The streams of each span of a part, with its number among all; with `attempts` cases have the refused attempts on them."""
        topics = READ | _ATTEMPTS if attempts else READ
        for span, rows in spans_in(self.export, part, topics):
            ordered = sorted((row for row in rows if row.topic not in _ATTEMPTS), key=_place)
            streams = streams_in([row[2:] for row in ordered], self._mapper)
            yield span, self._with(streams, rows) if attempts else streams

    def streams(self, part: int, attempts: bool) -> Iterator[History | CompanionStream]:
        """All streams of a part."""
        for _, streams in self.spans(part, attempts):
            yield from streams

    def _with(self, streams: Iterator[History | CompanionStream], rows: Sequence[NumberedRow]) -> Iterator[History | CompanionStream]:
        attempts: dict[str, list[Row]] = {}
        for row in rows:
            if row.topic in _ATTEMPTS:
                attempts.setdefault(row.stream, []).append(row[2:])
        for one in streams:
            own = attempts.get(stream_of("attempts", one.case_id), ()) if isinstance(one, History) else ()
            yield msgspec.structs.replace(one, attempts=[(row[0], self._mapper.read(*row[1:])) for row in sorted(own)]) if own else one


def _place(row: NumberedRow) -> tuple[str, int]:
    return row.stream, row.version


def replay_part(task: Task, plan: Plan, history: ParquetHistory, part: int) -> RangeResult:
    """What is found in a part: always the same."""
    result = RangeResult(Tally(alternatives=[Sums() for _ in task.others]), [set() for _ in task.others])
    for span, streams in history.spans(part, bool(task.others)):
        found = replay_streams_of(task, plan, span, streams)
        result.tally.join(found.tally)
        for mine, theirs in zip(result.used, found.used, strict=True):
            mine |= theirs
    return result


def order_by_case(keep: Path, number: int) -> None:
    """Bring the cases that a counterfactual tells otherwise into the order of their ids, a few files at a time."""
    files = sorted(keep.glob(f"{number}-*.ndjson"))
    case = msgspec.json.Decoder(Comparison).decode
    joined = 0
    while len(files) > 1:
        some, files = files[:AT_ONCE], files[AT_ONCE:]
        path = keep / f"joined-{number}-{joined}"
        joined += 1
        with path.open("wb") as out:
            sources = [one.open("rb") for one in some]
            out.writelines(heapq.merge(*sources, key=lambda line: case(line).case))
            for source in sources:
                source.close()
        for one in some:
            one.unlink()
        files.append(path)
    if files:
        files[0].rename(keep / f"{number}-{0:08d}.ndjson")
