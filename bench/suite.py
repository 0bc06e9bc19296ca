"""Every benchmark in one run, as ratios, into one page: `python -m bench.suite [--base DIR] [--share 0.2] [--only NAME ...]`.

Each runs in a process of its own, one after the other. `--share` makes all of them so much smaller. `--base` names another source
tree whose server, commands and replay are measured beside this one's. The page and its drawing go to docs/benchmarks.md and .svg.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from bench.drawing import drawn
from bench.results import KEPT_IN, Ratio, read

HERE = Path(__file__).resolve().parents[1]
PAGE, CHART = HERE / "docs" / "benchmarks.md", HERE / "docs" / "benchmarks.svg"
PACKAGES = ("eventsourcing", "psycopg", "SQLAlchemy", "msgspec", "Flask", "granian", "pillow", "opencv-python-headless", "faiss-cpu")


class Benchmark(NamedTuple):
    """One of the suite: a module of `bench`, how it is called, and what its ratios mean."""

    module: str
    arguments: tuple[str, ...]
    sizes: dict[str, int]
    """Arguments that `--share` makes smaller."""
    meaning: str

    @property
    def title(self) -> str:
        """Its name, and the engine where it runs once an engine."""
        return f"{self.module}{' on PostgreSQL' * ('--base' in self.arguments and '--postgres' in self.arguments)}"

    def command(self, share: float) -> list[str]:
        """How it is run, with sizes so much smaller."""
        sized = [word for name, size in self.sizes.items() for word in (name, str(max(int(size * share), min(size, 40))))]
        return [sys.executable, "-m", f"bench.{self.module}", *self.arguments, *sized]


SUITE = (
    Benchmark(
        "streams",
        ("--postgres", "--threads", "1", "8", "32"),
        {"--operations": 2_000},
        "One event to a stream of its own, and ten events of one stream: our log beside the library's recorder and beside the "
        "driver alone. The driver is the limit of a lone client; many writers of ours share a sync of the disk, the driver's do not.",
    ),
    Benchmark(
        "commands",
        ("--postgres",),
        {"--cases": 3_000},
        "A whole command (load, settle, decide, four events, index, kept answer) beside the bare library that loads and saves the "
        "same streams and does nothing else. 1 would mean that rules, index and idempotency cost nothing.",
    ),
    Benchmark(
        "writers",
        ("--postgres",),
        {"--commands": 1_600},
        "The same command from many threads beside raw inserts of one row from as many connections. A command is at least three "
        "questions and one transaction of eight statements, where the raw side has one statement.",
    ),
    Benchmark(
        "projections",
        (),
        {"--events": 100_000},
        "All views folded from a log beside reading and decoding the same log. The limit is below 1: to fold is to read first.",
    ),
    Benchmark(
        "replay",
        (),
        {"--cases": 50_000},
        "Every consequence derived again beside a cursor that only reads and decodes. The limit is below 1 likewise.",
    ),
    Benchmark(
        "parquet",
        (),
        {"--cases": 50_000},
        "The same replay over the exported history on the workers of a cluster; less is better. A cluster takes some seconds to start, "
        "which a small history notices.",
    ),
    Benchmark("partitions", (), {"--rows": 60_000}, "The log's table in parts beside one table, by the driver alone; less is better."),
    Benchmark("causes", (), {"--cases": 20_000}, "Why each case ends otherwise beside one replay of the same cases; less is better."),
    Benchmark("shadow", ("--cases", "12000"), {}, "Commands while a draft is told beside the rules, and without it."),  # each is asked once
    Benchmark("evidence", (), {"--events": 200_000}, "An export verified beside hashing the same lines and nothing else."),
    Benchmark(
        "http",
        (),
        {"--cases": 20_000, "--commands": 1_000},
        "Commands and reads over HTTP beside a trivial route of the same server, and beside the application called directly.",
    ),
    Benchmark(
        "flat",
        ("--processor", "--rounds", "20"),
        {"--large": 20_000},
        "Every read and command of the interface over a long history beside one of 1,000 cases, by processor time; less is better.",
    ),
    Benchmark("console", (), {"--cases": 5_000}, "Each page of the console beside the trivial one; less is better."),
    Benchmark(
        "index", ("--pgvector",), {"--vectors": 1_000_000}, "A search for copies beside bare FAISS and beside pgvector; less is better."
    ),
    Benchmark("intake", (), {"--queries": 12}, "A picture taken in beside one perceptual hash of the same file; less is better."),
)
"""In the order in which they run."""


def suite(base: Path | None) -> list[Benchmark]:
    """All of them; with another tree, its server and commands beside this one's too."""
    if base is None:
        return [*SUITE]
    other = "--base", str(base)
    meaning = "The server of this tree beside that of another one, in turns; of seconds less is better, of rates more."
    beside = (Benchmark("beside", (*other, *engine), {"--cases": 3_000}, meaning) for engine in ((), ("--postgres",)))
    replays = "The replay of own rules of this tree beside that of another one, in turns over a history that the other wrote."
    return [*SUITE, *beside, Benchmark("replay_beside", other, {"--cases": 20_000}, replays)]


class Outcome(NamedTuple):
    """What a benchmark left behind."""

    benchmark: Benchmark
    ratios: list[Ratio]
    seconds: float
    why: str
    """The last line it wrote where it failed, else nothing."""


def outcome(benchmark: Benchmark, share: float, folder: Path) -> Outcome:
    """Run it; what it says is said on as it comes."""
    kept_in, began, last = folder / f"{time.monotonic_ns()}", time.perf_counter(), ""
    environment = {**os.environ, KEPT_IN: str(kept_in), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = benchmark.command(share)
    print("$", " ".join(["python", *command[1:]]), flush=True)
    running = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in running.stdout or ():
        print(" ", line, end="", flush=True)
        last = line.strip() or last
    failed = running.wait() and not kept_in.exists()  # a missed bar ends some with 1, and is a result
    return Outcome(benchmark, read(kept_in), time.perf_counter() - began, last if failed else "")


def machine() -> Iterator[str]:
    """Where and with what it was measured."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine()
    )
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    yield f"measured {datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip() or 'unknown'}"
    yield f"{os.cpu_count()} cores, {processor}; {int(memory) / 2**20:.0f} GiB; {platform.system()} {platform.release()}; fsync on"
    yield f"load {os.getloadavg()[2]:.1f} over the last quarter of an hour: rates follow it, ratios hardly"
    yield f"Python {platform.python_version()}; " + ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def page(outcomes: Sequence[Outcome], share: float) -> str:
    """The document."""
    parts = [
        "# Benchmarks",
        "Written by `make bench`. Each line is one side beside another, measured by turns in one run on one machine: ratios can be "
        "compared between machines, rates cannot. What is asked of a ratio stands beside it.",
        "\n".join(f"- {line}" for line in machine()) + (f"\n- {share:g} of the usual sizes" if share != 1 else ""),
        f"![All ratios as bars]({CHART.name})",
    ]
    for one in outcomes:
        parts.append(f"## {one.benchmark.title}")
        parts.append(f"{one.benchmark.meaning} ({one.seconds:.0f} s)")
        if one.why:
            parts.append(f"It failed: `{one.why}`")
        if one.ratios:
            parts.append("\n".join(["| what | beside | ratio | asked | figures |", "|---|---|---|---|---|", *map(row, one.ratios)]))
    return "\n\n".join(parts) + "\n"


def row(ratio: Ratio) -> str:
    """One line of a table."""
    asked = (
        f"at least {ratio.at_least:g}" if ratio.at_least is not None else f"at most {ratio.at_most:g}" if ratio.at_most is not None else ""
    )
    said = {True: "met", False: "missed", None: ""}[ratio.met]
    return f"| {ratio.what} | {ratio.against} | {ratio.value:.2f} | {asked}{': ' * bool(said)}{said} | {ratio.figures} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, help="another source tree to measure beside")
    parser.add_argument("--share", type=float, default=1.0, help="how much of the usual sizes")
    parser.add_argument("--only", nargs="+", help="modules of bench; the page is written of these alone")
    args = parser.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        for benchmark in suite(args.base):
            if args.only is None or benchmark.module in args.only:
                outcomes.append(outcome(benchmark, args.share, Path(folder)))
                PAGE.write_text(page(outcomes, args.share), encoding="utf-8")
                CHART.write_text(drawn([ratio for one in outcomes for ratio in one.ratios]), encoding="utf-8")
    print(PAGE.relative_to(HERE))
    if any(one.why for one in outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
