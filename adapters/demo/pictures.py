"""The pictures of the demonstration: those given, or else garments drawn here; and the thief's copies of them."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from PIL import Image, ImageDraw, ImageOps

from adapters.demo.garments import GARMENTS, garment

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
MOST_GIVEN = 6
"""How many of the given pictures are filed: the story needs few, and a folder may hold thousands."""

_SIZE = (1200, 1500)
_STORY = (("coat", 11), ("dress", 23), ("shirt", 37))
_COPY_SIDE = 720


class Picture(NamedTuple):
    """A picture as it is uploaded."""

    name: str
    content: bytes


def given(directory: Path) -> list[Picture]:
    """The first pictures of a directory by name. Raises OSError; ValueError where there are none."""
    files = sorted(file for file in directory.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not files:
        raise ValueError(f"{directory} holds no picture (.jpg, .jpeg, .png)")
    return [Picture(_plain(file.name), file.read_bytes()) for file in files[:MOST_GIVEN]]


def _plain(name: str) -> str:
    """A file's name as it fits into a header."""
    return "".join(letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in name)


def drawn() -> list[Picture]:
    """Three garments, always the same."""
    return [sewn(name, name, seed, _SIZE, 92) for name, seed in _STORY]


def sewn(name: str, outline: str, seed: int, size: tuple[int, int], quality: int = 88) -> Picture:
    """A drawn garment; the same seed draws the same cloth."""
    return Picture(f"{name}.jpg", _jpeg(garment(GARMENTS[outline], seed, size), quality))


def small(picture: Picture) -> Picture:
    """The same picture at a size that the review refuses."""
    image = _opened(picture)
    image.thumbnail((400, 400))
    return Picture("small-" + Path(picture.name).stem + ".jpg", _jpeg(image, 90))


def mirrored_copy(picture: Picture) -> Picture:
    """A disguised copy: mirrored, trimmed, smaller and compressed anew."""
    image = _trimmed(ImageOps.mirror(_opened(picture)), 0.04)
    return Picture("my-own-photo.jpg", _jpeg(_shrunk(image), 60))


def trimmed_copy(picture: Picture) -> Picture:
    """A disguised copy: its middle alone, as a detail."""
    return Picture("detail.jpg", _jpeg(_shrunk(_trimmed(_opened(picture), 0.1)), 75))


def plain_copy(picture: Picture) -> Picture:
    """A copy as it is, compressed anew."""
    return Picture("photo.jpg", _jpeg(_shrunk(_opened(picture)), 65))


def marked_copy(picture: Picture) -> Picture:
    """Another disguise: brightened, and with a caption across a corner."""
    image = _shrunk(_opened(picture)).point(lambda value: min(255, int(value * 1.12)))
    draw = ImageDraw.Draw(image)
    width, height = image.size
    draw.rectangle((0, int(height * 0.88), int(width * 0.62), height), fill=(178, 34, 34))
    draw.text((20, int(height * 0.91)), "BEST PRICE - FREE SHIPPING", fill="white", font_size=max(14, width // 28))
    return Picture("sale.jpg", _jpeg(image, 70))


def licence() -> Picture:
    """What the respondent brings as evidence: a sheet of paper that says so."""
    image = Image.new("RGB", (900, 700), "white")
    draw = ImageDraw.Draw(image)
    sheet = ("LICENCE", "The studio allows the bearer to use", "the pictures of its spring collection.", "Signed: the studio")
    for line, text in enumerate(sheet):
        draw.text((80, 90 + 110 * line), text, fill="black", font_size=52 if line == 0 else 38)
    return Picture("licence.png", _png(image))


def in_address(name: str) -> str:
    """A name as it stands in an address."""
    return quote(name, safe="")


def _opened(picture: Picture) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(io.BytesIO(picture.content))).convert("RGB")


def _trimmed(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    return image.crop((int(width * share), int(height * share), int(width * (1 - share)), int(height * (1 - share))))


def _shrunk(image: Image.Image) -> Image.Image:
    scale = _COPY_SIDE / min(image.size)
    if scale >= 1:
        return image
    return image.resize((math.ceil(image.width * scale), math.ceil(image.height * scale)), Image.Resampling.LANCZOS)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
