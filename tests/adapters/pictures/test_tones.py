"""Copies whose lights are burnt out are found (rule B4)."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from adapters.pictures import Marks
from adapters.pictures.exam import examine, look, look_again
from adapters.pictures.features import Bytes
from adapters.pictures.marks import Suspect
from adapters.pictures.tones import burnt
from domain.picture import Verdict
from tests.adapters.pictures.drawn import scene

pytestmark = pytest.mark.rule("B4")


def pale(seed: int, least: int = 60) -> Image.Image:
    """A grey picture without tones under `least`: one white swallows much of it when it is made brighter."""
    soft = ImageOps.grayscale(scene(seed)).filter(ImageFilter.GaussianBlur(1.5))
    return soft.point([least + v * (255 - least) // 255 for v in range(256)]).convert("RGB")


def brighter(picture: Image.Image, by: float) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(by)


def grey(picture: Image.Image) -> Bytes:
    return np.asarray(ImageOps.grayscale(picture))


def suspect(picture: Image.Image, marks: Marks) -> Suspect:
    return Suspect(np.asarray(picture), marks)


@pytest.mark.parametrize(("least", "by"), [(60, 1.8), (110, 1.5)])
def test_a_copy_made_brighter_until_its_lights_are_one_white_is_found(least: int, by: float, fallback: Marks) -> None:
    original = fallback.features(suspect(pale(5, least), fallback))
    copy = suspect(brighter(pale(5, least), by), fallback)
    assert examine(copy, original, "m").likeness.verdict is Verdict.COPY


def test_another_picture_made_brighter_is_not(fallback: Marks) -> None:
    original = fallback.features(suspect(pale(5), fallback))
    for seed in (3, 4):
        other = suspect(brighter(pale(seed), 1.8), fallback)
        assert look_again(other, original, "m", look(other, original, "m")).likeness.verdict is Verdict.DIFFERENT


def test_tones_are_taken_over_only_from_a_burnt_out_copy() -> None:
    one, same = pale(5), np.eye(3)
    toned = burnt(grey(brighter(one, 1.8)), grey(one), same)
    assert toned is not None
    assert (toned >= 254).mean() > 0.1
    assert burnt(grey(one), grey(one), same) is None
    assert burnt(grey(brighter(pale(4), 1.8)), grey(one), same) is None
