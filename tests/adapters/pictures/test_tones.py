"""Copies are found whose lights are burnt out, or whose tones are turned around in part (rule B4)."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from adapters.pictures import Marks
from adapters.pictures.exam import _judged, examine, look, look_again
from adapters.pictures.features import Bytes
from adapters.pictures.judge import Proof, different
from adapters.pictures.marks import Suspect
from adapters.pictures.occlusion import visible
from adapters.pictures.proof import Alignment, agree
from adapters.pictures.tones import burnt
from adapters.pictures.turned import confidence
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


def clouds(seed: int) -> Image.Image:
    """Continuous tones at every scale, as in a photograph."""
    rng, page = np.random.default_rng(seed), np.full((450, 600), 128, np.float32)
    for cells in (4, 16, 64):
        field = Image.fromarray(rng.normal(0, 300 / cells**0.6, (cells * 3 // 4, cells)).astype(np.float32))
        page += np.asarray(field.resize((600, 450), Image.Resampling.BICUBIC))
    return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).convert("RGB")


def test_a_copy_with_its_lights_turned_dark_is_found_and_another_picture_so_treated_is_not(fallback: Marks) -> None:
    original = fallback.features(suspect(clouds(5), fallback))
    copy = suspect(ImageOps.solarize(clouds(5), 128), fallback)
    first = look(copy, original, "m")
    assert first.likeness.verdict is not Verdict.COPY
    assert look_again(copy, original, "m", first).likeness.verdict is Verdict.COPY
    for seed in (3, 4):
        other = suspect(ImageOps.solarize(clouds(seed), 128), fallback)
        assert examine(other, original, "m").likeness.verdict is Verdict.DIFFERENT


def test_what_is_printed_dark_on_light_and_light_on_dark_proves_nothing(fallback: Marks) -> None:
    sheet = Image.fromarray(np.kron(np.random.default_rng(1).integers(0, 2, (40, 40), np.uint8) * 255, np.ones((20, 20), np.uint8)))
    half = sheet.copy()
    half.paste(ImageOps.invert(sheet.crop((0, 0, 400, 800))), (0, 0))
    original = fallback.features(suspect(sheet.convert("RGB"), fallback))
    assert confidence(grey(half.convert("RGB")), original, np.eye(3)) == 0.0


def test_a_dark_picture_shows_no_more_of_another_than_a_bright_one() -> None:
    one, other = clouds(5), clouds(5)
    other.paste(clouds(6).crop((0, 225, 600, 450)), (0, 225))
    bright, dark = (visible(grey(brighter(other, by)), grey(one), np.eye(3)) for by in (1.0, 0.3))
    assert bright is not None and dark is not None
    assert bright.agreeing < 0.8 and abs(dark.agreeing - bright.agreeing) < 0.1 and abs(dark.rest - bright.rest) < 0.1


@pytest.mark.parametrize(("matches", "verdict"), [(7, Verdict.SUSPICION), (8, Verdict.COPY)])
def test_a_small_part_that_few_matches_lay_there_is_no_copy(matches: int, verdict: Verdict, fallback: Marks) -> None:
    original = fallback.features(suspect(clouds(5), fallback))
    part = suspect(clouds(5).crop((0, 0, 240, 240)), fallback)
    matrix = np.diag([600 / 240, 600 / 240, 1.0])
    alignment = Alignment(matrix, False, np.zeros((matches, 2), np.int64))
    agreement = agree(part.grey, original.grey, matrix)
    judged = _judged(part, original, original.grey, Proof(different("m"), alignment, agreement))
    assert judged.likeness.verdict is verdict
