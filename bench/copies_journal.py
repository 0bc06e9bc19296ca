"""The journal of a run of `bench.copies`: every search as it ends, so that a run that was broken off goes on where it was.

    python -m bench.copies_journal JOURNAL [JOURNAL ...]

prints from journals how often a finding with such a confidence was right, for each journal (a source of pictures) and for all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.copies_peers import Hashes

BINS = (0.0, 0.15, 0.4, 0.6, 0.8, 0.95, 0.99, 1.0)


class Match(NamedTuple):
    """What a search found: the picture's digest, the verdict, the confidence, and whether it truly is a copy."""

    digest: str
    verdict: str
    confidence: float
    right: bool = False


class Search(NamedTuple):
    """One disguised picture sought: what was found, and how long it took in seconds; no hashes where the disguise does not apply to it."""

    file: str
    attack: str
    found: list[Match]
    seconds: float
    hashes: Hashes | None


class Journal:
    """Searches in a file, one a line; the first line names the matcher, whose searches alone count."""

    def __init__(self, file: Path | None, matcher: str) -> None:
        """Without a file nothing is kept."""
        self._file = file
        self.done: list[Search] = []
        if file is None:
            return
        lines = file.read_bytes().splitlines() if file.exists() else []
        if lines and json.loads(lines[0]) != {"matcher": matcher}:
            raise SystemExit(f"{file}: not a journal of {matcher}")
        if not lines:
            file.write_text(json.dumps({"matcher": matcher}) + "\n", encoding="utf-8")
        self.done = [msgspec.json.decode(line, type=Search) for line in lines[1:]]

    def add(self, search: Search) -> None:
        """Keep one more."""
        self.done.append(search)
        if self._file is not None:
            with self._file.open("ab") as out:
                out.write(msgspec.json.encode(search) + b"\n")


def curve(searches: Iterable[Search]) -> list[tuple[float, float, int, int]]:
    """For each range of confidence (from, up to) how many findings there were, and how many of them were right."""
    found = [match for search in searches for match in search.found]
    told = []
    for low, high in pairwise(BINS):
        here = [match for match in found if low <= match.confidence < high or match.confidence == high == 1.0]
        told.append((low, high, len(here), sum(match.right for match in here)))
    return told


def read(file: Path) -> list[Search]:
    """The searches of a journal, of whatever matcher."""
    return [msgspec.json.decode(line, type=Search) for line in file.read_bytes().splitlines()[1:]]


def _lines(name: str, searches: list[Search]) -> list[str]:
    ranges: list[Any] = [one for one in curve(searches) if one[2]]
    return [f"{name}: {len(searches)} searches"] + [
        f"  confidence {low:.2f} to {high:.2f}: {right} of {count} right" for low, high, count, right in ranges
    ]


def main() -> None:
    """Parse, count, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("journals", type=Path, nargs="+")
    journals = {file: read(file) for file in parser.parse_args().journals}
    for file, searches in journals.items():
        print("\n".join(_lines(file.name, searches)))
    print("\n".join(_lines("all", [search for searches in journals.values() for search in searches])))


if __name__ == "__main__":
    main()
