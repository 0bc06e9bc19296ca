"""A listing's picture is cut into what it was put together from, and copies are found in the pieces (rules B4, F2)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw

from adapters.pictures import Marks, PictureMatcher, PillowInspector, limits
from adapters.pictures.cutting import Piece, cells, cut, tiles, windows
from adapters.pictures.pages import is_long, longest
from application.ports import Pieces
from domain.picture import Verdict
from domain.rulebook import PictureRules
from tests.adapters.pictures.drawn import Stored, saved, scene
from tests.adapters.pictures.test_index import Standing

pytestmark = pytest.mark.rule("B4", "F2")


def page_of(pictures: list[Image.Image], width: int = 400, gap: int = 60) -> Image.Image:
    """Pictures one below the other, with words between."""
    shown = [picture.resize((width - 40, round(picture.height * (width - 40) / picture.width))) for picture in pictures]
    page = Image.new("RGB", (width, sum(one.height + gap for one in shown) + gap), "white")
    top = gap
    for one in shown:
        ImageDraw.Draw(page).text((20, top - 40), "Made with care for every day", (30, 30, 30))
        page.paste(one, (20, top))
        top += one.height + gap
    return page


def grid_of(pictures: list[Image.Image], side: int = 200, gap: int = 6) -> Image.Image:
    page = Image.new("RGB", (2 * side, 2 * side), "white")
    for i, picture in enumerate(pictures):
        page.paste(picture.resize((side - gap, side - gap)), (i % 2 * side + gap // 2, i // 2 * side + gap // 2))
    return page


def test_a_long_page_keeps_its_own_width_within_limits() -> None:
    assert longest((750, 4000), 2000) == 4000 and longest((4000, 750), 2000) == 4000
    assert longest((1600, 8000), 2000) == 4000  # as wide as pages are
    assert longest((750, 40000), 2000) ** 2 * 750 / 40000 <= 1.01 * limits.PAGE_PIXELS
    assert longest((1500, 3000), 1000) == 1000 and not is_long((1500, 3000)) and is_long((300, 700))
    assert longest((100, 900), 1000) == 1000


def test_windows_overlap_and_reach_both_ends() -> None:
    found = windows(np.zeros((3000, 750, 3), np.uint8))
    assert found[0].top == 0 and found[-1].bottom == 3000
    assert all(b.top - a.top <= 600 and (a.width, a.height) == (750, 900) for a, b in pairwise(found))
    across = windows(np.zeros((100, 400, 3), np.uint8))
    assert across[0] == Piece(0, 0, 120, 100) and across[-1].right == 400
    parts = tiles(np.zeros((100, 200, 3), np.uint8))
    assert len(parts) == limits.TILES**2 and {(part.width, part.height) for part in parts} == {(80, 40)} and parts[-1][2:] == (200, 100)


def test_cells_are_found_by_their_gaps_and_words_are_none() -> None:
    grid = cells(np.asarray(grid_of([scene(seed) for seed in range(4)])))
    assert {((c.left + c.right) // 400, (c.top + c.bottom) // 400) for c in grid} == {(0, 0), (0, 1), (1, 0), (1, 1)} and len(grid) == 4
    assert all(150 <= c.width <= 200 and 150 <= c.height <= 200 for c in grid)
    below = cells(np.asarray(page_of([scene(seed) for seed in range(3)])))
    assert len(below) == 3 and all(abs(c.width - 360) < 6 for c in below)
    assert cells(np.full((300, 300, 3), 255, np.uint8)) == []


def test_what_the_budget_left_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PIECES", 4)
    found = cut(np.asarray(page_of([scene(seed) for seed in range(3)])))
    assert len(found.pieces) == 4 and found.of > 4 and found.sure == 4 and found.tries <= limits.PIECES_LOOKED


@pytest.mark.parametrize("drawn", [page_of, grid_of])
def test_a_copy_in_a_piece_is_found_and_told_of_the_whole(drawn: object, inspector: PillowInspector) -> None:
    assert callable(drawn)
    marks = Marks(Standing())
    taking, store = PillowInspector(marks, inspector._pool), Stored()
    filed = [taking.inspect_filing("a.jpg", saved(scene(seed)), PictureRules()) for seed in (3, 40)]
    for one in filed:
        store.store(one)
    page = drawn([scene(70), scene(71), scene(3), scene(72)])
    suspect = taking.inspect_listing("x", saved(page))
    matcher = PictureMatcher(store, store, marks)
    sought = matcher.seek_originals(suspect)
    assert [(found.digest, found.likeness.verdict) for found in sought.found] == [(filed[0].digest, Verdict.COPY)]
    assert sought.pieces is not None and sought.pieces == Pieces(sought.pieces.of, sought.pieces.of)
    region = sought.found[0].likeness.region
    assert (region.top + region.bottom) / 2 == pytest.approx(0.63 if page.height > page.width * 2 else 0.75, abs=0.03)
    assert not sought.found[0].likeness.whole
    store.store(suspect, "listings")
    assert [found.digest for found in matcher.seek_copies(filed[0]).found] == [suspect.digest]
    assert matcher.seek_copies(filed[1]).found == []
