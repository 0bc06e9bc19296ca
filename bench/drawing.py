"""Ratios as a drawing: a bar each on a logarithmic scale, from the side it was measured beside (1) to the left or the right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from bench.results import Ratio

WIDTH, LABELS, ROW, TOP = 960, 500, 22, 34
LEAST, MOST = 0.05, 20.0
COLOURS = {True: "#2f7d4f", False: "#b3372f", None: "#3767a8"}


def drawn(ratios: Sequence[Ratio]) -> str:
    """An SVG document; green where what is asked is met, red where not, blue where nothing is asked."""
    high = TOP + ROW * len(ratios) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{len(ratios)} ratios</title>",
        f'<rect width="{WIDTH}" height="{high}" fill="#fff"/>',
    ]
    for mark in (0.1, 0.3, 1, 3, 10):
        x = place(mark)
        parts.append(f'<path d="M{x:.1f} {TOP - 8}V{high - 6}" stroke="{"#555" if mark == 1 else "#ddd"}"/>')
        parts.append(f'<text x="{x:.1f}" y="{TOP - 14}" text-anchor="middle" fill="#555">{mark:g}</text>')
    for number, ratio in enumerate(ratios):
        top, at, one = TOP + ROW * number, place(ratio.value), place(1)
        parts.append(f'<text x="{LABELS - 10}" y="{top + 13}" text-anchor="end">{escape(f"{ratio.what} / {ratio.against}")}</text>')
        wide = max(abs(at - one), 1)
        parts.append(f'<rect x="{min(at, one):.1f}" y="{top + 3}" width="{wide:.1f}" height="13" fill="{COLOURS[ratio.met]}"/>')
        beside = f'x="{at + 5:.1f}"' if at >= one else f'x="{at - 5:.1f}" text-anchor="end"'
        parts.append(f'<text {beside} y="{top + 13}">{ratio.value:.2f}</text>')
    return "\n".join([*parts, "</svg>", ""])


def place(value: float) -> float:
    """Where a ratio stands on the scale."""
    share = math.log(min(max(value, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return LABELS + 20 + share * (WIDTH - LABELS - 60)
