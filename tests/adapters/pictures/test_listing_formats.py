"""What shops serve is opened: other formats, and of moving pictures every frame that shows something else (rule F2)."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from adapters.pictures import PillowInspector, limits
from adapters.pictures.frames import Walk
from adapters.pictures.sniff import declared_pixels, true_format
from domain.picture import Flaw
from tests.adapters.pictures.containers import pixels, turned
from tests.adapters.pictures.drawn import saved, scene

pytestmark = pytest.mark.rule("F2")
SIZE = (300, 200)
FORMS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF"]


def moving(form: str, frames: list[Image.Image]) -> bytes:
    return saved(frames[0], form, save_all=True, append_images=frames[1:], **({} if form == "TIFF" else {"duration": 100}))


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_opened_and_told_by_its_content(inspector: PillowInspector, form: str) -> None:
    content = saved(scene(8, SIZE), form)
    assert true_format(content) == form and declared_pixels(content) in (60_000, None if form == "TIFF" else 60_000)
    seen = inspector.inspect_listing("x.jpg", content)
    assert (seen.flaws, seen.format, (seen.width, seen.height), seen.further, seen.frames) == ((), form, SIZE, (), (1, 1))
    assert np.abs(pixels(seen.scaled) - np.asarray(scene(8, SIZE))).mean() < (20 if form == "GIF" else 6)


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF", "TIFF"])
def test_each_is_turned_once(inspector: PillowInspector, form: str) -> None:
    seen = inspector.inspect_listing("", saved(scene(8, SIZE), form, exif=turned(scene(8), 6)))
    upright = np.asarray(scene(8, SIZE).transpose(Image.Transpose.ROTATE_270))
    assert (seen.flaws, (seen.width, seen.height)) == ((), (200, 300)) and np.abs(pixels(seen.scaled) - upright).mean() < 6


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "AVIF", "TIFF"])
def test_of_a_moving_picture_each_frame_that_shows_something_else_is_seen(inspector: PillowInspector, form: str) -> None:
    slides = [scene(seed, SIZE) for seed in (8, 9, 10)]
    content = moving(form, [slides[0], slides[0], slides[1], slides[0], slides[2], slides[1]])
    seen = inspector.inspect_listing("x", content)
    assert seen.flaws == () and seen.frames[0] == seen.frames[1] >= 3
    assert len(seen.further) == 2 == len({frame.digest for frame in seen.further})
    for frame, slide in zip(seen.further, slides[1:], strict=True):
        assert frame.query and frame.fingerprint and frame.thumbnail and (frame.width, frame.height) == SIZE
        assert np.abs(pixels(frame.scaled) - np.asarray(slide)).mean() < 20


def test_what_the_budget_left_out_is_told(inspector: PillowInspector) -> None:
    content = moving("GIF", [scene(seed, (60, 40)) for seed in range(10)])
    seen = inspector.inspect_listing("x", content)
    assert (len(seen.further), seen.frames) == (limits.FRAMES, (limits.FRAMES + 1, 10))
    cut = inspector.inspect_listing("x", content[: len(content) * 2 // 3])
    assert cut.flaws == () and 1 < cut.frames[0] < cut.frames[1]
    with Image.open(io.BytesIO(content)) as picture:
        assert [list(Walk(picture, 2399).different()), (walk := Walk(picture, 2400, iter([0.0, 9.0]).__next__)).of] == [[], 10]
        assert list(walk.different()) == [] and walk.looked == 1


def test_what_cannot_be_opened_is_named(inspector: PillowInspector) -> None:
    for content, why in (
        (b"\0\0\0\x18ftypheic" + bytes(12), "HEIF"),
        (b"\xff\x0a" + bytes(9), "JXL"),
        (b"", "empty"),
        (b"?", "not a picture"),
    ):
        assert inspector.inspect_listing("x.jpg", content).flaws == (Flaw("unreadable", None, why),)
