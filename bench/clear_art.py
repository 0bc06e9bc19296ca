"""Drawn art with a clear ground, the same for the same seed, and grounds to put behind it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

Art = Callable[[int, int, int], Image.Image]
"""Of a seed, a grey tone and a side in pixels: an RGBA picture."""
GROUNDS = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "grey": (128, 128, 128),
    "red": (200, 40, 50),
    "blue": (30, 60, 160),
    "pastel": (250, 210, 220),
}
TONES = {"white": 250, "grey": 128, "black": 8}


def strokes(seed: int, tone: int, side: int) -> Image.Image:
    """A drawing of lines."""
    chance, ink = random.Random(seed), Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(ink)
    for _ in range(14):
        shape = _shape(chance, side, 0.05, 0.22, 9)
        pen.line([*shape, shape[0]], fill=255, width=max(2, side * chance.choice([6, 10, 14]) // 900), joint="curve")
    return _inked(tone, ink)


def flat(seed: int, tone: int, side: int) -> Image.Image:
    """Shapes of nearly one tone."""
    chance, page = random.Random(seed), Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(page)
    for _ in range(10):
        near = max(0, min(255, tone + chance.randrange(-14, 15)))
        pen.polygon(_shape(chance, side, 0.05, 0.17, chance.choice([5, 7, 9, 13])), fill=(near, near, near, 255))
    return page


def shaded(seed: int, tone: int, side: int) -> Image.Image:
    """The same over a soft half-transparent shadow."""
    art = flat(seed, tone, side)
    shadow = art.getchannel("A").filter(ImageFilter.GaussianBlur(side / 40)).point(lambda value: int(value * 0.55))
    page = Image.new("RGBA", (side, side))
    page.alpha_composite(_inked(10, shadow), (side // 36, side // 30))
    page.alpha_composite(art)
    return page


def glow(seed: int, tone: int, side: int) -> Image.Image:
    """Soft half-transparent shades and nothing else."""
    chance, ink = random.Random(seed), Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(ink)
    for _ in range(12):
        pen.polygon(_shape(chance, side, 0.05, 0.2, 9), fill=chance.randrange(70, 190))
    return _inked(tone, ink.filter(ImageFilter.GaussianBlur(side / 100)))


def mixed(seed: int, tone: int, side: int) -> Image.Image:
    """Shapes of all tones from black to white."""
    chance, page = random.Random(seed), Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(page)
    for _ in range(14):
        other = chance.choice([0, 40, 200, 255, tone])
        pen.polygon(_shape(chance, side, 0.05, 0.17, 7), fill=(other, other, other, 255))
    return page


ART: dict[str, Art] = {"strokes": strokes, "flat": flat, "shaded": shaded, "glow": glow, "mixed": mixed}


def on(art: Image.Image, ground: tuple[int, int, int] | Image.Image) -> Image.Image:
    """The art on a ground of one colour, or on a photograph."""
    page = Image.new("RGB", art.size, ground) if isinstance(ground, tuple) else ground.convert("RGB").resize(art.size)
    page.paste(art, mask=art.getchannel("A"))
    return page


def _shape(chance: random.Random, side: int, least: float, most: float, corners: int) -> list[tuple[float, float]]:
    x, y, far = chance.uniform(0.25, 0.75) * side, chance.uniform(0.25, 0.75) * side, chance.uniform(least, most) * side
    turns = [2 * math.pi * i / corners for i in range(corners)]
    radii = [far * (1 + 0.45 * chance.uniform(-1, 1)) for _ in turns]
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn, radius in zip(turns, radii, strict=True)]


def _inked(tone: int, ink: Image.Image) -> Image.Image:
    page = Image.new("RGB", ink.size, (tone, tone, tone))
    page.putalpha(ink)
    return page
