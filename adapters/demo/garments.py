"""Garments drawn for the demonstration: a printed cloth, cut to an outline, before a wall."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFilter

Size = tuple[int, int]
"""Width and height in pixels."""

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
_TROUSERS: Outline = (
    (0.32, 0.08), (0.68, 0.08), (0.74, 0.94), (0.55, 0.94), (0.50, 0.36), (0.45, 0.94), (0.26, 0.94),
)  # fmt: skip
_SKIRT: Outline = (
    (0.37, 0.14),
    (0.63, 0.14),
    (0.65, 0.24),
    (0.90, 0.86),
    (0.70, 0.92),
    (0.50, 0.89),
    (0.30, 0.92),
    (0.10, 0.86),
    (0.35, 0.24),
)
_BAG: Outline = (
    (0.14, 0.42), (0.30, 0.40), (0.34, 0.20), (0.44, 0.10), (0.56, 0.10), (0.66, 0.20), (0.70, 0.40), (0.86, 0.42), (0.90, 0.90),
    (0.10, 0.90),
)  # fmt: skip
_SCARF: Outline = (
    (0.18, 0.10), (0.50, 0.22), (0.82, 0.10), (0.88, 0.24), (0.60, 0.42), (0.66, 0.94), (0.50, 0.90), (0.46, 0.48), (0.40, 0.90),
    (0.26, 0.94), (0.38, 0.42), (0.12, 0.24),
)  # fmt: skip
GARMENTS: Mapping[str, Outline] = {
    "coat": _COAT, "dress": _DRESS, "shirt": _SHIRT, "trousers": _TROUSERS, "skirt": _SKIRT, "bag": _BAG, "scarf": _SCARF,
}  # fmt: skip


def garment(outline: Outline, seed: int, size: Size) -> Image.Image:
    """A garment of a printed cloth before a wall, with its shadow."""
    chance = random.Random(seed)
    wall, cloth = _wall(chance, size), _cloth(chance, size)
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon([(x * size[0], y * size[1]) for x, y in outline], fill=255)
    shadow = mask.filter(ImageFilter.GaussianBlur(28)).point(lambda value: value // 2)
    wall.paste((40, 36, 48), (26, 34), shadow)
    wall.paste(cloth, (0, 0), mask)
    return wall


def _wall(chance: random.Random, size: Size) -> Image.Image:
    tone = [chance.randrange(188, 232) for _ in range(3)]
    wall = Image.new("RGB", size, (tone[0], tone[1], tone[2]))
    draw = ImageDraw.Draw(wall)
    for y in range(0, size[1], 46):
        offset = chance.randrange(90)
        for x in range(-offset, size[0], 130):
            less = chance.randrange(14)
            draw.rectangle((x, y, x + 124, y + 40), fill=(tone[0] - less, tone[1] - less, tone[2] - less))
    return wall


def _cloth(chance: random.Random, size: Size) -> Image.Image:
    """Scattered leaves and blossoms, no two alike."""
    cloth = Image.new("RGB", size, _colour(chance, 30, 110))
    draw = ImageDraw.Draw(cloth)
    for _ in range(420):
        x, y, reach = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(14, 52)
        colour, turn, petals = _colour(chance, 90, 255), chance.random() * math.tau, chance.choice((1, 2, 5, 6, 7))
        for petal in range(petals):
            angle = turn + petal * math.tau / petals
            middle = (x + math.cos(angle) * reach * 0.55, y + math.sin(angle) * reach * 0.55)
            draw.ellipse((middle[0] - reach * 0.4, middle[1] - reach * 0.3, middle[0] + reach * 0.4, middle[1] + reach * 0.3), fill=colour)
        draw.ellipse((x - reach * 0.18, y - reach * 0.18, x + reach * 0.18, y + reach * 0.18), fill=_colour(chance, 200, 255))
    return cloth


def _colour(chance: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return chance.randrange(low, high), chance.randrange(low, high), chance.randrange(low, high)
