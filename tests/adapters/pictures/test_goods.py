"""Goods cut out and put onto another ground are a copy; other goods before the same ground are none (rules B4, F2)."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs
from PIL import Image, ImageDraw, ImageFilter

from adapters.pictures import Marks, goods
from adapters.pictures.exam import look
from adapters.pictures.hunt import explained
from adapters.pictures.judge import different, identical
from adapters.pictures.marks import Suspect
from domain.picture import Box, Likeness, Verdict
from tests.adapters.pictures.test_occlusion import photograph
from tests.adapters.pictures.test_shared_ground import carpet

pytestmark = pytest.mark.rule("B4", "F2")


def outline(size: tuple[int, int]) -> Image.Image:
    shape = Image.new("L", size)
    ImageDraw.Draw(shape).ellipse((size[0] * 0.2, size[1] * 0.15, size[0] * 0.8, size[1] * 0.85), fill=255)
    return shape.filter(ImageFilter.GaussianBlur(1))


def before(ground: Image.Image, seed: int) -> Image.Image:
    """Goods cut out of a photograph, before a ground."""
    cut = photograph(seed).resize(ground.size)
    page = ground.copy()
    page.paste(cut, (0, 0), outline(ground.size))
    return page


WHITE = Image.new("RGB", (600, 800), "white")


def verdict(suspect: Image.Image, original: Image.Image, marks: Marks) -> Verdict:
    return look(Suspect(np.asarray(suspect), marks), marks.features(Suspect(np.asarray(original), marks)), "m").likeness.verdict


def test_goods_are_told_from_a_plain_ground_only(fallback: Marks) -> None:
    mask = goods.of(fallback.features(Suspect(np.asarray(before(WHITE, 5)), fallback)))
    assert mask is not None and mask[160, 120] and not mask[160, 40] and not mask[5, 5]
    assert goods.of(fallback.features(Suspect(np.asarray(before(carpet(), 5)), fallback))) is None
    assert goods.of(fallback.features(Suspect(np.asarray(WHITE), fallback))) is None


def test_goods_on_another_ground_are_a_copy_and_others_are_not(fallback: Marks) -> None:
    assert verdict(before(carpet(), 5), before(WHITE, 5), fallback) is Verdict.COPY
    assert verdict(before(carpet(), 6), before(WHITE, 5), fallback) is not Verdict.COPY


def test_what_a_surer_copy_explains_is_a_suspicion() -> None:
    sure = structs.replace(identical("m"), region=Box(0.1, 0.2, 0.9, 0.4))
    legs = structs.replace(sure, confidence=0.9, region=Box(0.0, 0.2, 0.9, 0.36))
    found: dict[str, Likeness] = {"a": sure, "b": legs, "c": structs.replace(legs, region=Box(0.1, 0.7, 0.9, 0.9)), "d": different("m")}
    assert {digest: one.verdict for digest, one in explained(found).items()} == {
        "a": Verdict.COPY,
        "b": Verdict.SUSPICION,
        "c": Verdict.COPY,
        "d": Verdict.DIFFERENT,
    }
    assert explained({"b": legs})["b"].verdict is Verdict.COPY
    assert explained({"a": sure, "b": structs.replace(legs, confidence=0.98)})["b"].verdict is Verdict.COPY
