"""What guards the decoders, tried with harmless pictures and lowered limits (rule B2).

So it is covered that a picture with too many pixels is never unfolded, one with too many scans never read, one that a decoder gives
up on is a verdict like any other, and that time and memory end a review. What would really be too much for a decoder is nowhere
needed for that, and is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, JpegImagePlugin, PngImagePlugin

from adapters.pictures import limits
from adapters.pictures.decode import execute
from adapters.pictures.protocol import Order
from tests.hostile.generate import drawing, saved

JPEG, PROGRESSIVE, PNG = saved(drawing()), saved(drawing(), progressive=True), saved(drawing(), "PNG")


def codes(content: bytes, form: str = "JPEG", max_pixels: int = 60_000_000) -> Sequence[tuple[str, object]]:
    report = execute(Order(content=content, formats=(form,), max_pixels=max_pixels, scale_over=2000))
    assert (report.view is None) == bool(report.flaws)
    return [(code, limit) for code, limit, _ in report.flaws]


@pytest.mark.rule("B2")
def test_too_many_pixels_are_never_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    def unfold(*_: object) -> None:
        raise AssertionError("it was unfolded")

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", unfold)
    assert codes(JPEG, max_pixels=800 * 760 - 1) == [("too_many_pixels", 800 * 760 - 1)]
    monkeypatch.undo()
    assert codes(JPEG, max_pixels=800 * 760) == []


@pytest.mark.rule("B2")
def test_too_many_scans_are_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(PROGRESSIVE) == []
    monkeypatch.setattr(limits, "MAX_SCANS", 3)
    assert codes(PROGRESSIVE) == [("unreadable", 3)]
    assert codes(JPEG) == []


@pytest.mark.rule("B2", "B3")
def test_what_a_decoder_gives_up_on_is_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "a note " * 200, zip=True)
    noted = saved(drawing(), "PNG", pnginfo=note)
    assert codes(noted, "PNG") == []
    monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_CHUNK", 64)
    assert codes(noted, "PNG") == [("unreadable", None)]
    assert codes(PNG, "PNG") == []


@pytest.mark.rule("B2", "B3")
def test_a_picture_for_which_memory_does_not_suffice_is_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_little(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "resize", too_little)
    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", too_little)
    assert codes(JPEG) == [("unreadable", None)]


def test_the_set_holds_nothing_that_unfolds_into_much() -> None:
    """No file of the hostile set has more pixels than a photograph, nor is one larger than the limit of size and a little."""
    from tests.hostile.generate import cases

    for case in cases():
        assert len(case.content) < 11 * 2**20
        if Path(case.name).suffix.lower() in (".jpg", ".png") and case.codes == frozenset():
            report = execute(Order(content=case.content, formats=("JPEG", "PNG"), max_pixels=2_000_000, scale_over=2000))
            assert "too_many_pixels" not in [code for code, _, _ in report.flaws], case.name
