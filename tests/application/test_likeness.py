"""A likeness and what is recorded of it tell the same (rules B4, F2)."""

from __future__ import annotations

import pytest

from application.likeness import likeness_of, seen_of
from domain.picture import Box, Likeness, Transform, Verdict


@pytest.mark.rule("F2", "B4")
@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_is_recorded_of_a_likeness_is_all_of_it(verdict: Verdict) -> None:
    likeness = Likeness(verdict, 0.75, Box(0.1, 0.2, 0.8, 0.9), Box(0, 0, 0.5, 1), Transform(True, 90.0, 0.5, 0.6), False, "fake/1")
    seen = seen_of("ab" * 32, likeness)
    assert (seen.digest, seen.region, seen.original_region) == ("ab" * 32, (0.1, 0.2, 0.8, 0.9), (0, 0, 0.5, 1))
    assert (seen.mirrored, seen.rotated_by, seen.scaled_by, seen.covers) == (True, 90.0, 0.5, 0.6)
    assert likeness_of(seen) == likeness
