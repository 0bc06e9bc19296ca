"""What a benchmark found, kept as a ratio for whoever runs several of them (`bench.suite`); alone it only prints."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

KEPT_IN = "BENCH_RESULTS"
"""The environment variable with the file that results are added to, a JSON document a line."""


class Ratio(msgspec.Struct, frozen=True):
    """One side measured beside another in the same run."""

    what: str
    """What was measured: `commands, 8 writers, SQLite`."""
    against: str
    """What it was measured against: `raw rows`."""
    value: float
    """The one divided by the other; of rates, so that more is better, unless there is an `at_most`."""
    at_least: float | None = None
    at_most: float | None = None
    figures: str = ""
    """Both sides with their units, for a reader."""

    @property
    def met(self) -> bool | None:
        """None where nothing is asked."""
        if self.at_least is None and self.at_most is None:
            return None
        return self.value >= (self.at_least or 0) and (self.at_most is None or self.value <= self.at_most)


def record(*ratios: Ratio) -> None:
    """Add to the file of the run, if there is one."""
    if kept_in := os.environ.get(KEPT_IN):
        with Path(kept_in).open("ab") as file:
            file.writelines(msgspec.json.encode(ratio) + b"\n" for ratio in ratios)


def read(kept_in: Path) -> list[Ratio]:
    """All that were kept, in their order."""
    return [msgspec.json.decode(line, type=Ratio) for line in kept_in.read_bytes().splitlines()] if kept_in.exists() else []
