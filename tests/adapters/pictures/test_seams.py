"""A picture put into another one is found by the seams around it, whatever lies behind (rule F2)."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from adapters.pictures.cutting import cut
from adapters.pictures.seams import Rectangle, rectangles
from tests.adapters.pictures.test_occlusion import photograph

pytestmark = pytest.mark.rule("F2")


def put(onto: Image.Image, share: float, left: float, top: float) -> Image.Image:
    """A small picture somewhere on a larger one."""
    page = onto.copy()
    small = photograph(9).resize((round(page.width * share), round(page.height * share)))
    page.paste(small, (round(page.width * left), round(page.height * top)))
    return page


def near(one: Rectangle, other: tuple[float, float, float, float]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < 0.02


@pytest.mark.parametrize(("share", "left", "top"), [(0.4, 0.5, 0.1), (0.25, 0.2, 0.6)])
def test_an_inset_on_a_photograph_is_a_piece_of_its_own(share: float, left: float, top: float) -> None:
    page = np.asarray(put(photograph(5), share, left, top))
    found = rectangles(page)
    assert any(near(one, (left, top, left + share, top + share)) for one in found)
    pieces = cut(page)
    assert pieces.seams >= 1 and pieces.tries > cut(np.asarray(photograph(5))).tries
    inset = pieces.pieces[pieces.sure]
    assert abs(inset.width - share * page.shape[1]) < 20 and abs(inset.height - share * page.shape[0]) < 20


def test_pictures_beside_each_other_without_a_gap_are_two() -> None:
    page = Image.new("RGB", (1400, 800))
    page.paste(photograph(5), (0, 0))
    page.paste(photograph(6), (700, 0))
    found = rectangles(np.asarray(page))
    assert any(near(one, (0, 0, 0.5, 1)) for one in found) and any(near(one, (0.5, 0, 1, 1)) for one in found)


def test_a_picture_alone_and_one_of_a_single_colour_have_no_seams() -> None:
    assert rectangles(np.asarray(photograph(5).rotate(20, Image.Resampling.BICUBIC).crop((150, 150, 550, 650)))) == []
    assert rectangles(np.full((500, 400, 3), 200, np.uint8)) == []
