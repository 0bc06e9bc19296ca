"""This tree's replay of own rules beside another tree's, by turns over one store: `python -m bench.replay_beside --base DIR [--cases N]`.

The history is written by the other tree, unless `--store` names one, and is only read. Each tree has a process that replays all of it
each time it is asked, on one core and on two. Compared is processor time, that of workers and of their start included, which a busy
machine distorts least; on two cores also the time by the clock. What counts are the medians of the rounds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.results import Ratio, record

HERE = Path(__file__).resolve().parents[1]
MAIN = "from adapters.cli.main import main; raise SystemExit(main())"
AT_LEAST = {1: 1.25, 2: 1.5}
"""What is asked of this tree on so many cores."""

TURN = """
import gc, os, sys, time
from adapters.replay.reading import open_reader
from adapters.replay.running import replay
reader = open_reader(sys.argv[1])
if hasattr(reader, "law"):
    law = reader.law(reader.head())
else:  # the first release asked the store
    from adapters.store.opening import open_store
    from application.law import published_law
    stores = open_store(sys.argv[1])
    law = published_law(stores.store)
    stores.close()
reader.close()
for line in sys.stdin:
    gc.collect()
    wall, before = time.perf_counter(), os.times()
    replayed = replay(sys.argv[1], law, workers=int(line))
    after = os.times()
    found = replayed.tally if hasattr(replayed, "tally") else replayed.found
    assert not found.verified.differences and not found.balance.open()
    print(sum(after[:4]) - sum(before[:4]), time.perf_counter() - wall, found.verified.events, flush=True)
"""
"""What each tree runs: a line in is how many processes to replay in, a line out what it took."""


class Took(NamedTuple):
    """Seconds of all processors and by the clock, and how many events were verified."""

    work: float
    wall: float
    events: float


class Side:
    """A tree's process."""

    def __init__(self, tree: Path, store: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(tree)}
        command = [sys.executable, "-c", TURN, str(store)]
        self._process = subprocess.Popen(
            command, cwd=store, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.took: list[Took] = []

    def replay(self, workers: int) -> Took:
        """Replay the store once."""
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None and told is not None
        asked.write(f"{workers}\n")
        return Took(*map(float, told.readline().split()))

    def end(self) -> None:
        """There is nothing more to replay."""
        self._process.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="the other source tree")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--store", type=Path, help="a directory with a history that the other tree wrote")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2], choices=AT_LEAST)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = args.store or Path(scratch)
        if args.store is None:
            environment = {**os.environ, "PYTHONPATH": str(args.base), "ORIGINALS_STORE": str(store)}
            simulate = [sys.executable, "-c", MAIN, "simulate", "--cases", str(args.cases), "--seed", "1"]
            subprocess.run(simulate, cwd=store, env=environment, check=True, stdout=subprocess.DEVNULL)
        for workers in args.cores:
            compare((Side(args.base, store), Side(HERE, store)), workers, args.rounds)


def compare(sides: tuple[Side, Side], workers: int, rounds: int) -> None:
    """All rounds on so many cores, each begun by the other side than the one before; the first of each is not counted."""
    for side in sides:
        side.replay(workers)
    for number in range(rounds):
        for side in sides if number % 2 else sides[::-1]:
            side.took.append(side.replay(workers))
    for side in sides:
        side.end()
    other, this = (side.took for side in sides)
    if other[0].events != this[0].events:
        raise SystemExit(f"{this[0].events:.0f} events of {other[0].events:.0f} replayed")
    for clock in ("work", "wall")[:workers]:
        theirs, ours = (min(getattr(one, clock) for one in took) for took in (other, this))
        what = f"replay of own rules on {workers} core{'s' * (workers > 1)}, {'processor time' if clock == 'work' else 'wall time'}"
        figures = f"{this[0].events / ours:,.0f} and {this[0].events / theirs:,.0f} events/s"
        pairs = sorted(getattr(a, clock) / getattr(b, clock) for a, b in zip(other, this, strict=True))
        print(f"{what}: {theirs / ours:.2f} of the other tree's (rounds {pairs[0]:.2f} to {pairs[-1]:.2f}), {figures}", flush=True)
        record(Ratio(what, "the other tree's", theirs / ours, at_least=AT_LEAST[workers], figures=figures))


if __name__ == "__main__":
    main()
