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
from collections.abc import Callable
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
        walls, cpus, memory, events = [], [], 0.0, 0
        for _ in range(args.rounds):
            own, parquet = (_took(side) for side in sides)
            numbers = [None, *range(len(others))]
            if [summary(own.found, number) for number in numbers] != [summary(parquet.found, number) for number in numbers]:
                raise SystemExit("the two do not say the same")
            walls.append(parquet.wall / own.wall)
            cpus.append(parquet.cpu / own.cpu)
            memory, events = max(memory, parquet.memory), own.found.tally.verified.events
            print(
                f"embedded {own.wall:6.1f} s, {own.cpu:6.1f} of processors, {own.memory:4.0f} MB   "
                f"Parquet {parquet.wall:6.1f} s, {parquet.cpu:6.1f}, {parquet.memory:4.0f} MB   "
                f"ratios {walls[-1]:.2f} and {cpus[-1]:.2f}",
                flush=True,
            )
        best = min(cpus)
        print(f"{events:,} events; best ratios {min(walls):.2f} wall, {best:.2f} processor (bar {BAR}); worker at most {memory:.0f} MB")
        what = f"replay over Parquet, {args.workers} workers"
        record(
            Ratio(f"{what}, wall time", "the embedded replay", min(walls), at_most=BAR, figures=f"{events:,} events"),
            Ratio(f"{what}, processor time", "the embedded replay", best, at_most=BAR, figures=f"{events:,} events"),
            Ratio(f"{what}, memory of one", f"{MOST_MB} MB", memory / MOST_MB, at_most=1.0, figures=f"{memory:.0f} MB"),
        )


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
