"""The proof as a picture: both pictures side by side, the matched region, the matched points, and the numbers in words."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from adapters.pictures.features import Bytes, Features
from adapters.pictures.judge import Proof
from domain.picture import Box, Likeness, Verdict

_HEIGHT = 640
_MARGIN = 24
_LINE = 26
_POINTS = 40
_INK, _PAPER, _REGION = (20, 20, 20), (255, 255, 255), (214, 40, 40)


def words(likeness: Likeness) -> list[str]:
    """The likeness in sentences that a reader without the software understands."""
    sure = f"{likeness.confidence:.1%} sure"
    lines = {
        Verdict.COPY: [f"Verdict: COPY ({sure})."],
        Verdict.SUSPICION: [f"Verdict: SUSPICION ({sure}). A person has to decide."],
        Verdict.DIFFERENT: ["Verdict: DIFFERENT. No part of one picture was found in the other."],
    }[likeness.verdict]
    if likeness.verdict is not Verdict.DIFFERENT:
        turn = likeness.transform
        lines += [
            "The suspected picture shows " + ("the whole original." if likeness.whole else f"{turn.covers:.0%} of the original."),
            f"From original to suspect: {'mirrored, ' if turn.mirrored else ''}turned by {turn.rotated_by:.0f} degrees clockwise, "
            f"{turn.scaled_by:.0%} of the original's size.",
            f"Matched region of the original: {box_words(likeness.original_region)}; of the suspect: {box_words(likeness.region)}.",
        ]
    return [*lines, f"Matcher: {likeness.matcher}."]


def box_words(box: Box) -> str:
    """A box as shares from left to right and from top to bottom."""
    return f"{box.left:.0%} to {box.right:.0%} across, {box.top:.0%} to {box.bottom:.0%} down"


def numbers(proof: Proof, identical: bool = False) -> list[str]:
    """The measured numbers behind the verdict, in a sentence each; `identical` says that both files are the same."""
    if identical:
        return ["Both files are the same, byte by byte: nothing had to be measured."]
    if proof.same_pixels:
        return ["Both pictures have one size and the same pixels: nothing more had to be measured."]
    if proof.alignment is None or proof.agreement is None:
        return ["Fewer matching details than an alignment needs."]
    seen = proof.agreement
    return [
        f"{len(proof.alignment.pairs)} matched details lie in the same places once the suspect is laid onto the original.",
        f"{seen.share:.1%} of the {seen.textured} textured places that overlap agree pixel by pixel "
        f"({seen.area:.1%} of all textured places of the original).",
    ]


def draw(
    original: Bytes,
    suspect: Bytes,
    features: tuple[Features, Features] | None,
    proof: Proof,
    captions: tuple[str, str],
    facts: list[str],
    identical: bool = False,
) -> bytes:
    """A PNG without metadata: the original on the left, the suspect on the right (RGB views), the words below."""
    left, right = _fitted(original), _fitted(suspect)
    text = [*words(proof.likeness), *numbers(proof, identical), *facts]
    width = max(1000, left.width + right.width + 3 * _MARGIN)
    page = Image.new("RGB", (width, _HEIGHT + 3 * _MARGIN + _LINE * (len(text) + 3)), _PAPER)
    places = ((_MARGIN, 2 * _MARGIN + _LINE), (left.width + 2 * _MARGIN, 2 * _MARGIN + _LINE))
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=17)
    for picture, place, caption in zip((left, right), places, captions, strict=True):
        page.paste(picture, place)
        pen.text((place[0], _MARGIN), _shortened(pen, _plain(caption), font, picture.width), _INK, font)
    if proof.likeness.verdict is not Verdict.DIFFERENT:
        for picture, place, box in zip((left, right), places, (proof.likeness.original_region, proof.likeness.region), strict=True):
            pen.rectangle(_outline(picture, place, box), outline=_REGION, width=4)
        if features is not None:
            _points(pen, (left, right), places, features, proof)
    for i, line in enumerate(text):
        pen.text((_MARGIN, _HEIGHT + 3 * _MARGIN + _LINE * (i + 1)), _plain(line), _INK, font)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def _fitted(view: Bytes) -> Image.Image:
    height, width = view.shape[:2]
    factor = min(_HEIGHT / height, 2 * _HEIGHT / width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return Image.fromarray(np.asarray(cv2.resize(view, size, interpolation=cv2.INTER_AREA)))


def _outline(picture: Image.Image, place: tuple[int, int], box: Box) -> tuple[float, float, float, float]:
    x, y = place
    return (
        x + box.left * (picture.width - 1),
        y + box.top * (picture.height - 1),
        x + box.right * (picture.width - 1),
        y + box.bottom * (picture.height - 1),
    )


def _points(
    pen: ImageDraw.ImageDraw,
    pictures: tuple[Image.Image, Image.Image],
    places: tuple[tuple[int, int], tuple[int, int]],
    features: tuple[Features, Features],
    proof: Proof,
) -> None:
    if proof.alignment is None:
        return
    pairs = proof.alignment.pairs
    for n, (o, s) in enumerate(pairs[:: max(1, len(pairs) // _POINTS)]):
        ends = []
        for picture, place, side, number in zip(pictures, places, features, (o, s), strict=True):
            x, y = side.points[number, :2] * max(picture.size)
            ends.append((place[0] + float(x), place[1] + float(y)))
        color = tuple(int(v) for v in np.asarray(cv2.applyColorMap(np.array([[n * 37 % 256]], np.uint8), cv2.COLORMAP_HSV))[0, 0])
        pen.line([*ends[0], *ends[1]], fill=color, width=1)
        for x, y in ends:
            pen.ellipse((x - 3, y - 3, x + 3, y + 3), outline=color, width=2)


def _shortened(pen: ImageDraw.ImageDraw, text: str, font: Any, width: int) -> str:
    """As much of the text as fits the width in pixels."""
    while len(text) > 8 and pen.textlength(text, font) > width:
        text = text[:-4] + "..."
    return text


def _plain(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
