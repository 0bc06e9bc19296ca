"""Other goods photographed on the same floor are no copy, however much of the floor agrees; a copy under a sticker is one (rule B4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from adapters.pictures import Marks
from adapters.pictures.exam import examine
from adapters.pictures.judge import by_features
from adapters.pictures.marks import Suspect
from adapters.pictures.proof import Agreement
from domain.picture import Verdict

pytestmark = pytest.mark.rule("B4")
SIZE = (600, 800)


def carpet() -> Image.Image:
    """A floor full of texture at every scale."""
    chance = np.random.default_rng(5)
    layers = [Image.fromarray(chance.integers(0, 256, (SIZE[1] // n, SIZE[0] // n, 3), np.uint8)).resize(SIZE) for n in (4, 9, 40)]
    return Image.blend(Image.blend(layers[0], layers[1], 0.5), layers[2], 0.4)


def on_the_carpet(seed: int) -> Image.Image:
    """A photograph of a garment there: its own grain, its own light."""
    chance = np.random.default_rng(seed)
    picture = carpet()
    goods = Image.fromarray(chance.integers(0, 256, (9, 7, 3), np.uint8)).resize((250, 300), Image.Resampling.BICUBIC)
    shape = Image.new("L", goods.size)
    ImageDraw.Draw(shape).ellipse((0, 0, 250, 300), fill=255)
    picture.paste(goods, (150 + 30 * seed, 220), shape)
    grain = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.5)), np.float32) * (0.9 + 0.05 * seed) + chance.normal(
        0, 14, (*SIZE[::-1], 1)
    )
    return Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))


def with_a_sticker(picture: Image.Image) -> Image.Image:
    picture = picture.copy()
    ImageDraw.Draw(picture).ellipse((190, 280, 410, 500), fill=(255, 200, 0))
    return picture


def with_lettering(picture: Image.Image) -> Image.Image:
    picture = picture.copy()
    ImageDraw.Draw(picture).text((40, 300), "NEW IN", "white", ImageFont.load_default(size=120))
    return picture


def verdict(suspect: Image.Image, original: Image.Image, marks: Marks) -> Verdict:
    features = marks.features(Suspect(np.asarray(original), marks))
    return examine(Suspect(np.asarray(suspect), marks), features, "m").likeness.verdict


def test_other_goods_on_the_same_floor_are_no_copy(fallback: Marks) -> None:
    assert verdict(on_the_carpet(1), on_the_carpet(2), fallback) is not Verdict.COPY
    assert verdict(on_the_carpet(2), on_the_carpet(1), fallback) is not Verdict.COPY


@pytest.mark.parametrize("laid_over", [with_a_sticker, with_lettering])
def test_a_copy_under_a_sticker_or_lettering_is_one(laid_over: Callable[[Image.Image], Image.Image], fallback: Marks) -> None:
    assert verdict(laid_over(on_the_carpet(1)), on_the_carpet(1), fallback) is Verdict.COPY


def counted(held: float, exact: float, apart: float) -> Agreement:
    """An agreement of 10,000 windows, of which 2,000 lie in and around patches that differ."""
    kept = round(10_000 * held)
    return Agreement(10_000, kept, 10_000, kept, 10_000, round(10_000 * exact), 8_000, round(8_000 * apart), np.zeros((1, 1), np.bool_))


def test_what_holds_little_must_be_the_same_beside_what_differs() -> None:
    floor, sticker, noisy = counted(0.82, 0.7, 0.75), counted(0.82, 0.76, 0.95), counted(0.93, 0.7, 0.75)
    assert by_features(floor) == 0.5
    legs = replace(noisy, all_known=50_000, kept=9_800)
    assert by_features(legs) == 0.5 and by_features(replace(legs, close=8_500)) > 0.6
    assert by_features(sticker) > 0.6 and by_features(noisy) > 0.6
