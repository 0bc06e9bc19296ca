"""This tree's export and its verification beside another tree's, by turns: `python -m bench.evidence_beside --base DIR [--events N]`.

Each tree has a process that made up the same log, writes its export and verifies it each time it is asked, on one core and on two. Compared
is processor time, that of workers and of their start included, which a busy machine distorts least; what counts are the medians
of the rounds. The bar: at least 1.5 times as many events for the same time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.results import Ratio, record

HERE = Path(__file__).resolve().parents[1]
BAR = 1.5
WORKS = ("export", "verify on 1 core", "verify on 2 cores")

TURN = """
import os, sys
from pathlib import Path
import bench.evidence as bench
folder, events = Path(sys.argv[1]), int(sys.argv[2])
tree = bench.SqlTreeStore(bench.create_engine(f"sqlite:///{folder / 'evidence.sqlite'}"))
tree.create()
signer = bench.signer_in(folder)
kind = getattr(bench, "TamperEvidence", None) or bench.Evidence  # as the first release has it
evidence = kind(bench.MadeUpLog(events), tree, signer, lambda: bench.NOW, bench.LastSigned(folder, signer.public))
evidence.catch_up()
trust = bench.Trust(signer.public)
for line in sys.stdin:
    before = os.times()
    if line.startswith("export"):
        with (folder / "export").open("wb") as file:
            evidence.export(file)
    else:
        bench.verify_export(folder / "export", trust, int(line.split()[2]))
    after = os.times()
    print(sum(after[:4]) - sum(before[:4]), flush=True)
"""
"""What each tree runs: a line in is what to do, a line out the seconds of all processors that it took."""


class Side:
    """A tree's process."""

    def __init__(self, tree: Path, folder: Path, events: int) -> None:
        folder.mkdir()
        environment = {**os.environ, "PYTHONPATH": str(tree)}
        command = [sys.executable, "-c", TURN, str(folder), str(events)]
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def took(self, work: str) -> float:
        """Do it once."""
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None and told is not None
        asked.write(f"{work}\n")
        return float(told.readline())

    def end(self) -> None:
        """There is nothing more to do."""
        self._process.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="the other source tree")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", help="where the exports are made, e.g. in memory")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.directory) as scratch:
        sides = [Side(tree, Path(scratch) / name, args.events) for tree, name in ((args.base, "base"), (HERE, "this"))]
        for work in WORKS:
            compare(sides, work, args.rounds, args.events)
        for side in sides:
            side.end()


def compare(sides: list[Side], work: str, rounds: int, events: int) -> None:
    """All rounds, each begun by the other side than the one before; the first of each is not counted."""
    took: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + 1):
        for one in (0, 1) if number % 2 else (1, 0):
            seconds = sides[one].took(work)
            if number:
                took[one].append(seconds)
    theirs, ours = (median(seconds) for seconds in took)
    figures = f"{1e6 * ours / events:.2f} and {1e6 * theirs / events:.2f} us of processor an event"
    pairs = sorted(a / b for a, b in zip(*took, strict=True))
    print(f"{work}: {theirs / ours:.2f} of the other tree's (rounds {pairs[0]:.2f} to {pairs[-1]:.2f}), {figures}", flush=True)
    record(
        Ratio(f"an export of {events:,} events: {work}, processor time", "the other tree's", theirs / ours, at_least=BAR, figures=figures)
    )


if __name__ == "__main__":
    main()
