"""A benchmark of copies that was broken off goes on, and tells how often a confidence was right (rule B4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.copies_journal import Journal, Match, Search, curve, read
from bench.copies_peers import Hashes

pytestmark = pytest.mark.rule("B4")
FOUND = Search("a.jpg", "mirror", [Match("d" * 64, "copy", 0.97, True), Match("e" * 64, "copy", 0.7, False)], 0.2, Hashes(bytes(8), None))
PASSED_OVER = Search("b.jpg", "cut-out", [], 0.0, None)


def test_a_journal_keeps_what_was_sought_by_one_matcher(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    first = Journal(file, "sscd-sift/3")
    for search in (FOUND, PASSED_OVER):
        first.add(search)
    assert Journal(file, "sscd-sift/3").done == [FOUND, PASSED_OVER] == read(file)
    with pytest.raises(SystemExit, match="not a journal of"):
        Journal(file, "sscd-sift/2")
    assert Journal(None, "sscd-sift/3").done == []


def test_the_curve_counts_what_was_right_in_each_range() -> None:
    assert [one for one in curve([FOUND, PASSED_OVER]) if one[2]] == [(0.6, 0.8, 1, 0), (0.95, 0.99, 1, 1)]
    assert curve([FOUND._replace(found=[Match("d" * 64, "copy", 1.0, True)])])[-1] == (0.99, 1.0, 1, 1)
