"""A copy of which much is hidden under what is printed over it is found; plain goods on one floor do not count as hiding (rule B4)."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from adapters.pictures import Marks, covers
from adapters.pictures import parameters as p
from adapters.pictures.exam import look
from adapters.pictures.marks import Suspect
from adapters.pictures.occlusion import Visible, confidence, visible
from domain.picture import Verdict
from tests.adapters.pictures.drawn import scene
from tests.adapters.pictures.test_shared_ground import SIZE, carpet

pytestmark = pytest.mark.rule("B4")


def photograph(seed: int) -> Image.Image:
    """A soft picture with grain, as a camera makes."""
    soft = np.asarray(scene(seed, (700, 800)).filter(ImageFilter.GaussianBlur(3)), np.float32)
    grain = np.random.default_rng(seed).normal(0, 10, (800, 700, 1))
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))


def advertised(picture: Image.Image) -> Image.Image:
    """With a bar above and below, two discs, and words."""
    page, (width, height) = picture.copy(), picture.size
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, width, height * 0.16), fill=(225, 20, 40))
    draw.rectangle((0, height * 0.8, width, height), fill=(255, 210, 0))
    for x, y in ((0.8, 0.3), (0.18, 0.65)):
        draw.ellipse((width * (x - 0.15), height * (y - 0.13), width * (x + 0.15), height * (y + 0.13)), fill=(20, 60, 220))
    draw.text((30, 20), "SUPER SALE 11.11", "white", ImageFont.load_default(size=70))
    draw.text((30, height * 0.83), "FREE SHIPPING", (200, 0, 0), ImageFont.load_default(size=80))
    return page


def plain_goods(seed: int) -> Image.Image:
    """A garment of one colour on a floor."""
    chance, picture = np.random.default_rng(seed), carpet()
    place = 40 + 90 * seed
    ImageDraw.Draw(picture).rounded_rectangle((place, 150, place + 330, 620), 60, fill=tuple(int(v) for v in chance.integers(30, 230, 3)))
    grain = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), np.float32) + chance.normal(0, 8, (*SIZE[::-1], 1))
    return Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))


def verdict(suspect: Image.Image, original: Image.Image, marks: Marks) -> Verdict:
    return look(Suspect(np.asarray(suspect), marks), marks.features(Suspect(np.asarray(original), marks)), "m").likeness.verdict


def test_a_copy_under_bars_discs_and_words_is_found(fallback: Marks) -> None:
    assert verdict(advertised(photograph(5)), photograph(5), fallback) is Verdict.COPY
    assert verdict(advertised(photograph(5)), photograph(6), fallback) is Verdict.DIFFERENT


def test_plain_goods_on_one_floor_hide_nothing() -> None:
    one, other = (np.asarray(plain_goods(seed).convert("L")) for seed in (1, 2))
    for seen in (visible(one, other, np.eye(3)), visible(other, one, np.eye(3))):
        assert seen is not None and confidence(seen) < p.COPY


def netted(picture: Image.Image) -> Image.Image:
    """Under a net of light and dark lines."""
    page, (width, height) = picture.copy(), picture.size
    draw = ImageDraw.Draw(page)
    for x in range(-height, width, 48):
        draw.line((x, 0, x + height, height), fill="white", width=5)
        draw.line((x + height, 0, x, height), fill=(40, 40, 40), width=5)
    return page


def test_a_copy_under_a_net_is_found_and_another_picture_under_it_is_not() -> None:
    one, other = (np.asarray(photograph(seed).convert("L")) for seed in (5, 6))
    net = np.asarray(netted(photograph(5)).convert("L"))
    assert (seen := visible(net, one, np.eye(3))) is not None and seen.everywhere > 0.8
    assert confidence(seen) == covers.OCCLUDED_COPY
    assert (wrong := visible(net, other, np.eye(3))) is None or confidence(wrong) == 0.0


def test_what_is_left_has_to_be_enough_and_the_same() -> None:
    seen = Visible(0.5, 0.98, 5000, 0.97, 0.7, 0.45, 0.98, 10, 0.2, 0.0, 0.8, 0.8)
    assert confidence(seen) == covers.OCCLUDED_COPY
    assert confidence(seen._replace(agreeing=0.94)) == covers.OCCLUDED_SUSPICION
    few: list[dict[str, float]] = [
        {"rest": 0.2},
        {"letters": 7},
        {"photographed": 900},
        {"plainly": 0.3},
        {"other": 0.05},
        {"middle": 0.5},
        {"agreeing": 0.8},
    ]
    for less in few:
        assert confidence(seen._replace(**less)) == 0.0  # type: ignore[arg-type]


def test_an_advertisement_full_of_letters_leaves_less_and_a_net_leaves_it_everywhere() -> None:
    advertisement = Visible(0.4, 0.9, 5000, 0.88, 0.3, 0.3, 0.93, 100, 0.5, 0.02, 0.4, 0.8)
    assert confidence(advertisement) == covers.OCCLUDED_COPY
    assert confidence(advertisement._replace(agreeing_beside=0.88)) == covers.OCCLUDED_SUSPICION
    net = Visible(0.6, 0.96, 5000, 0.96, 0.05, 0.4, 0.97, 3, 0.9, 0.0, 0.6, 0.6)
    assert confidence(net) == covers.OCCLUDED_COPY
    for one in (advertisement._replace(letters=40), advertisement._replace(middle_open=0.6), advertisement._replace(beside=0.2)):
        assert confidence(one) == 0.0
    assert confidence(net._replace(everywhere=0.5)) == confidence(net._replace(agreeing=0.85)) == 0.0


def test_a_picture_with_nothing_in_common_is_not_hidden() -> None:
    one, flat = np.asarray(photograph(5).convert("L")), np.full((800, 700), 120, np.uint8)
    assert visible(flat, one, np.eye(3)) is None
