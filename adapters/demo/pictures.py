"""The pictures of the demonstration: those given, or else garments drawn here; and the thief's copies of them."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter, ImageOps

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
MOST_GIVEN = 6
"""How many of the given pictures are filed: the story needs few, and a folder may hold thousands."""

_SIZE = (1200, 1500)
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
    return [Picture(f"{name}.jpg", _jpeg(_garment(shape, seed), 92)) for name, shape, seed in _GARMENTS]


def small(picture: Picture) -> Picture:
    """The same picture at a size that the review refuses."""
    image = _opened(picture)
    image.thumbnail((400, 400))
    return Picture("small-" + Path(picture.name).stem + ".jpg", _jpeg(image, 90))


def mirrored_copy(picture: Picture) -> Picture:
    """A disguised copy: mirrored, trimmed, smaller and compressed anew."""
    image = _trimmed(ImageOps.mirror(_opened(picture)), 0.04)
    return Picture("my-own-photo.jpg", _jpeg(_shrunk(image), 60))


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


Outline = Sequence[tuple[float, float]]

_COAT: Outline = (
    (0.36, 0.10), (0.46, 0.07), (0.50, 0.12), (0.54, 0.07), (0.64, 0.10), (0.80, 0.18), (0.90, 0.58), (0.79, 0.61), (0.71, 0.36),
    (0.76, 0.93), (0.24, 0.93), (0.29, 0.36), (0.21, 0.61), (0.10, 0.58), (0.20, 0.18),
)  # fmt: skip
_DRESS: Outline = (
    (0.40, 0.06), (0.43, 0.17), (0.50, 0.22), (0.57, 0.17), (0.60, 0.06), (0.67, 0.09), (0.66, 0.30), (0.61, 0.42), (0.86, 0.94),
    (0.14, 0.94), (0.39, 0.42), (0.34, 0.30), (0.33, 0.09),
)  # fmt: skip
_SHIRT: Outline = (
    (0.34, 0.14), (0.44, 0.11), (0.50, 0.17), (0.56, 0.11), (0.66, 0.14), (0.93, 0.32), (0.83, 0.48), (0.72, 0.41), (0.73, 0.88),
    (0.27, 0.88), (0.28, 0.41), (0.17, 0.48), (0.07, 0.32),
)  # fmt: skip
_GARMENTS: Sequence[tuple[str, Outline, int]] = (("coat", _COAT, 11), ("dress", _DRESS, 23), ("shirt", _SHIRT, 37))


def _garment(outline: Outline, seed: int) -> Image.Image:
    """A garment of a printed cloth before a wall, with its shadow."""
    chance = random.Random(seed)
    wall, cloth = _wall(chance), _cloth(chance)
    mask = Image.new("L", _SIZE)
    ImageDraw.Draw(mask).polygon([(x * _SIZE[0], y * _SIZE[1]) for x, y in outline], fill=255)
    shadow = mask.filter(ImageFilter.GaussianBlur(28)).point(lambda value: value // 2)
    wall.paste((40, 36, 48), (26, 34), shadow)
    wall.paste(cloth, (0, 0), mask)
    return wall


def _wall(chance: random.Random) -> Image.Image:
    tone = [chance.randrange(188, 232) for _ in range(3)]
    wall = Image.new("RGB", _SIZE, (tone[0], tone[1], tone[2]))
    draw = ImageDraw.Draw(wall)
    for y in range(0, _SIZE[1], 46):
        offset = chance.randrange(90)
        for x in range(-offset, _SIZE[0], 130):
            less = chance.randrange(14)
            draw.rectangle((x, y, x + 124, y + 40), fill=(tone[0] - less, tone[1] - less, tone[2] - less))
    return wall


def _cloth(chance: random.Random) -> Image.Image:
    """Scattered leaves and blossoms, no two alike."""
    cloth = Image.new("RGB", _SIZE, _colour(chance, 30, 110))
    draw = ImageDraw.Draw(cloth)
    for _ in range(420):
        x, y, size = chance.randrange(_SIZE[0]), chance.randrange(_SIZE[1]), chance.randrange(14, 52)
        colour, turn, petals = _colour(chance, 90, 255), chance.random() * math.tau, chance.choice((1, 2, 5, 6, 7))
        for petal in range(petals):
            angle = turn + petal * math.tau / petals
            middle = (x + math.cos(angle) * size * 0.55, y + math.sin(angle) * size * 0.55)
            draw.ellipse((middle[0] - size * 0.4, middle[1] - size * 0.3, middle[0] + size * 0.4, middle[1] + size * 0.3), fill=colour)
        draw.ellipse((x - size * 0.18, y - size * 0.18, x + size * 0.18, y + size * 0.18), fill=_colour(chance, 200, 255))
    return cloth


def _colour(chance: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return chance.randrange(low, high), chance.randrange(low, high), chance.randrange(low, high)
