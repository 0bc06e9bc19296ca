"""A replay over the history in Parquet on the workers of a cluster beside the embedded one: `python -m bench.parquet [--cases N]`.

Both go by turns in one run, with the same number of worker processes. Compared are wall time, the start of either's processes included,
and processor time of all processes, which a busy machine distorts least. The greatest memory of a worker is looked at ten times a second.
The bar: within 1.3 of the embedded replay, under 600 MB a worker. `--rulebook` tells the history under another one besides.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psutil

from adapters.parquet.writing import export_parquet
from adapters.replay.as_json import summary
from adapters.replay.partitioned import replay_parquet
from adapters.replay.running import Replayed, replay
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from adapters.wiring.deployment import open_deployment
from bench.results import Ratio, record
from domain.rulebook import parse_toml

BAR, MOST_MB = 1.3, 600
UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


class Took(NamedTuple):
    """Seconds by the clock and of all processors, and the most memory of one process beside this one, in MB."""

    wall: float
    cpu: float
    memory: float
    found: Replayed


class Beside(NamedTuple):
    """The replay over Parquet beside the embedded one: ratios of times, the most memory of one process in MB, and how many events."""

    wall: float
    cpu: float
    memory: float
    events: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--store", type=Path, help="a store that is there already; its export is in it under parquet, or made")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rulebook", type=Path)
    args = parser.parse_args()
    others = [] if args.rulebook is None else [(args.rulebook.stem, parse_toml(args.rulebook.read_text()))]
    with tempfile.TemporaryDirectory() as scratch:
        store = args.store or Path(scratch) / "store"
        export = store / "parquet"
        if not store.exists():
            stores = open_store(str(store))
            simulate(stores, args.cases, 1)
            stores.close()
        if not export.exists():
            _export(store, export)
        sides: list[Callable[[Path], Replayed]] = [
            lambda keep: replay(str(store), None, others, until=UNTIL, workers=args.workers, keep=keep),
            lambda keep: replay_parquet(export, others, until=UNTIL, workers=args.workers, keep=keep),
        ]
        beside = [_beside(sides, len(others)) for _ in range(args.rounds)]
    wall, cpu, memory = min(one.wall for one in beside), min(one.cpu for one in beside), max(one.memory for one in beside)
    events = f"{beside[0].events:,} events"
    print(f"{events}; best ratios {wall:.2f} wall, {cpu:.2f} processor (bar {BAR}); worker at most {memory:.0f} MB")
    what = f"replay over Parquet, {args.workers} workers"
    record(
        Ratio(f"{what}, wall time", "the embedded replay", wall, at_most=BAR, figures=events),
        Ratio(f"{what}, processor time", "the embedded replay", cpu, at_most=BAR, figures=events),
        Ratio(f"{what}, memory of one", f"{MOST_MB} MB", memory / MOST_MB, at_most=1.0, figures=f"{memory:.0f} MB"),
    )


def _beside(sides: Sequence[Callable[[Path], Replayed]], others: int) -> Beside:
    """One round: the embedded replay, then the one over Parquet, which must say the same."""
    own, parquet = (_took(side) for side in sides)
    for number in (None, *range(others)):
        if summary(own.found, number) != summary(parquet.found, number):
            raise SystemExit("the two do not say the same")
    one = Beside(parquet.wall / own.wall, parquet.cpu / own.cpu, parquet.memory, own.found.tally.verified.events)
    print(
        f"embedded {own.wall:6.1f} s, {own.cpu:6.1f} of processors, {own.memory:4.0f} MB   "
        f"Parquet {parquet.wall:6.1f} s, {parquet.cpu:6.1f}, {parquet.memory:4.0f} MB   ratios {one.wall:.2f} and {one.cpu:.2f}",
        flush=True,
    )
    return one


def _export(store: Path, export: Path) -> None:
    deployment = open_deployment(Settings(store=str(store), copy_model="none"), look_only=True)
    began = time.process_time()
    manifest = export_parquet(deployment.evidence, export)
    deployment.close()
    size = sum(file.bytes for file in manifest.files) / 2**20
    log = (store / "log.sqlite").stat().st_size / 2**20
    print(f"exported {manifest.events:,} events in {time.process_time() - began:.0f} s of processor: {size:.0f} MB of a log of {log:.0f}")


def _took(side: Callable[[Path], Replayed]) -> Took:
    ended, most = threading.Event(), [0.0]

    def look() -> None:
        me = psutil.Process()
        while not ended.wait(0.1):
            for one in me.children(recursive=True):
                try:
                    most[0] = max(most[0], one.memory_info().rss / 2**20)
                except psutil.Error:
                    continue

    looking = threading.Thread(target=look)
    looking.start()
    began, used = time.perf_counter(), _processors()
    try:
        with tempfile.TemporaryDirectory() as keep:
            found = side(Path(keep))
    finally:
        wall, cpu = time.perf_counter() - began, _processors() - used
        ended.set()
        looking.join()
    return Took(wall, cpu, most[0], found)


def _processors() -> float:
    """Seconds of processors that this process and those that ended under it have used."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
