"""How much of a picture another one covers is computed right however nearly both outlines coincide (rule B4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pictures.features import Features
from adapters.pictures.judge import regions
from adapters.pictures.outlines import area, overlap, rectangle
from adapters.pictures.proof import Agreement

pytestmark = pytest.mark.rule("B4")
SIDES = st.integers(1, 4000)


@settings(deadline=None, max_examples=300)
@given(
    SIDES, SIDES, st.integers(-16, -5), st.lists(st.floats(-1, 1), min_size=9, max_size=9), st.sampled_from([1.0, -1.0]), st.integers(0, 3)
)
def test_an_exact_copy_covers_the_whole_original_with_any_noise(
    width: int, height: int, power: int, noise: list[float], mirror: float, turns: int
) -> None:
    original = Features(width, height, np.zeros((0, 4), np.float32), np.zeros((0, 128), np.uint8), np.zeros((8, 8), np.uint8))
    x, y = rectangle(width, height)[2]
    view = (height, width) if turns % 2 else (width, height)
    matrix = np.eye(3)
    for _ in range(turns):  # a quarter turn: what was on top is on the right
        matrix, x, y = np.array([[0, -1, y], [1, 0, 0], [0, 0, 1.0]]) @ matrix, y, x
    if mirror < 0:
        matrix = np.array([[-1, 0, x], [0, 1, 0], [0, 0, 1.0]]) @ matrix
    shorter = min(x, y)
    matrix = matrix + np.array(noise).reshape(3, 3) * 10.0**power * shorter
    seen = Agreement(1, 1, 1, 1, 1, 1, 1, 1, np.ones((8, 8), np.bool_))
    own, there, covers = regions(view, original, matrix, seen)
    assert covers >= 0.999
    assert min(box.right - box.left for box in (own, there)) >= 0.999 <= min(box.bottom - box.top for box in (own, there))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.floats(-1.5, 2.5), st.floats(-1.5, 2.5)), min_size=3, max_size=3), SIDES, SIDES)
def test_an_overlap_is_as_large_as_counted_points_say(points: list[tuple[float, float]], width: int, height: int) -> None:
    frame, other = rectangle(width, height), np.array(points, np.float64)
    common = overlap(frame, other)
    assert area(common) <= min(area(frame), area(other)) + 1e-9
    assert ((common >= 0) & (common <= frame[2])).all()
    grid = (np.stack(np.meshgrid(np.arange(64), np.arange(64)), axis=-1).reshape(-1, 2) + 0.5) / 64 * frame[2]
    edges = np.roll(other, -1, axis=0) - other
    off = grid[None] - other[:, None]
    sides = edges[:, None, 0] * off[..., 1] - edges[:, None, 1] * off[..., 0]
    inside = (sides > 0).all(axis=0) | (sides < 0).all(axis=0)
    assert area(common) == pytest.approx(inside.mean() * area(frame), abs=0.05 * area(frame))


def test_what_lies_apart_or_is_no_number_covers_nothing() -> None:
    frame = rectangle(3, 2)
    assert area(overlap(frame, frame + 2)) == 0 and not len(overlap(frame, frame + 2))
    assert not len(overlap(frame, np.full((4, 2), np.nan)))
    assert area(frame) == pytest.approx(2 / 3) and area(overlap(frame, frame / 2)) == pytest.approx(1 / 6)
