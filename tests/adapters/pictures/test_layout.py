"""Sheets of one layout that tell different things are no copies of each other; a stolen sheet is one (rule B4)."""

from __future__ import annotations

import io
import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from adapters.pictures import Marks
from adapters.pictures import parameters as p
from adapters.pictures.exam import look
from adapters.pictures.features import Features
from adapters.pictures.layout import Sheets, _of_sheets
from adapters.pictures.marks import Suspect
from domain.picture import Verdict
from tests.adapters.pictures.drawn import scene

pytestmark = pytest.mark.rule("B4")


def chart(seed: int, size: tuple[int, int] = (700, 800)) -> Image.Image:
    """A shop's size chart: the frame and the headings are always the same, the numbers are a garment's own."""
    chance, page = random.Random(seed), Image.new("RGB", size, (250, 248, 240))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, size[0], 90), fill=(40, 60, 90))
    draw.text((190, 20), "SIZE GUIDE", "white", ImageFont.load_default(size=48))
    for row in range(8):
        for column, heading in enumerate(("Size", "Bust", "Waist", "Length")):
            x, y = 40 + 155 * column, 130 + 62 * row
            draw.rectangle((x, y, x + 155, y + 62), outline=(40, 60, 90))
            number = str(chance.randrange(28, 99)) if column else f"{row}XL"
            draw.text((x + 14, y + 16), number if row else heading, (40, 60, 90), ImageFont.load_default(size=28))
    draw.text((40, 700), "Measured by hand, 1-3 cm difference is normal.", (90, 90, 90), ImageFont.load_default(size=24))
    return page


def banner(goods: int) -> Image.Image:
    """A shop's banner: frame and slogan as always, other goods, photographed: grain, light and blur."""
    page = Image.new("RGB", (700, 700), (30, 50, 80))
    shown = np.asarray(scene(goods, (400, 400)).filter(ImageFilter.GaussianBlur(3)), np.float32)
    grain = np.random.default_rng(goods).normal(0, 12, (400, 400, 1))
    page.paste(Image.fromarray(np.clip(shown + grain, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1)), (150, 170))
    ImageDraw.Draw(page).text((60, 40), "NEW ARRIVAL 2026", "white", ImageFont.load_default(size=60))
    ImageDraw.Draw(page).text((60, 600), "limited offer - shop now", (255, 220, 120), ImageFont.load_default(size=44))
    return page


def badly_saved(picture: Image.Image) -> Image.Image:
    out = io.BytesIO()
    picture.resize((picture.width * 2 // 3, picture.height * 2 // 3)).save(out, "JPEG", quality=40)
    return Image.open(out).convert("RGB")


def with_a_sticker(picture: Image.Image) -> Image.Image:
    picture = picture.copy()
    ImageDraw.Draw(picture).ellipse((480, 620, 660, 790), fill=(220, 30, 40))
    return picture


def verdict(suspect: Image.Image, original: Image.Image, marks: Marks) -> Verdict:
    return look(Suspect(np.asarray(suspect), marks), marks.features(Suspect(np.asarray(original), marks)), "m").likeness.verdict


def test_charts_with_other_numbers_are_no_copies(fallback: Marks) -> None:
    for one, other in ((1, 2), (3, 4)):
        assert verdict(chart(one), chart(other), fallback) is Verdict.SUSPICION


def test_a_stolen_chart_is_a_copy(fallback: Marks) -> None:
    for disguised in (chart(1), badly_saved(chart(1)), with_a_sticker(chart(1)), chart(1).crop((0, 60, 700, 640))):
        assert verdict(disguised, chart(1), fallback) is Verdict.COPY


def test_banners_with_other_goods_are_no_copies_and_a_stolen_one_is(fallback: Marks) -> None:
    assert verdict(banner(1), banner(2), fallback) is not Verdict.COPY
    assert verdict(badly_saved(banner(1)), banner(1), fallback) is Verdict.COPY


def test_a_sheet_whose_letters_cannot_be_read_any_more_is_judged_as_before(fallback: Marks) -> None:
    features = replace(marks_of(chart(1), fallback), fine=lambda: None)
    assert look(Suspect(np.asarray(chart(1)), fallback), features, "m").likeness.verdict is Verdict.COPY


def marks_of(picture: Image.Image, marks: Marks) -> Features:
    return marks.features(Suspect(np.asarray(picture), marks))


def test_photographed_blocks_decide_where_there_are_enough_and_few_blocks_decide_nothing() -> None:
    assert _of_sheets(Sheets(1000, 200, 100, 5)) == 1.0
    assert _of_sheets(Sheets(1000, 200, 100, 45)) == p.SHARED_GROUND and _of_sheets(Sheets(1000, 200, 100, 90)) == p.SAME_LAYOUT
    assert _of_sheets(Sheets(1000, 1, 10, 0)) == 1.0 and _of_sheets(Sheets(1000, 3, 10, 0)) == p.SHARED_GROUND
    assert _of_sheets(Sheets(10, 0, 0, 0)) == p.SHARED_GROUND
