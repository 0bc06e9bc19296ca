"""Geometry of the console's charts, in the units of their drawing; templates draw them as SVG, with the data as a table beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

WIDTH: Final = 640
HEIGHT: Final = 320
BAR: Final = 16
GAP: Final = 14
LABELS: Final = 140
ROW: Final = 30
PLOT: Final = 160
SMALL_WIDTH: Final = 240


class Block(Struct, frozen=True):
    """One ending on one side of a flow: how many cases, and where it stands."""

    name: str
    count: int
    top: float
    height: float


class Ribbon(Struct, frozen=True):
    """The cases of one ending that go to another (or stay)."""

    origin: str
    to: str
    count: int
    path: str


class Flow(Struct, frozen=True):
    """From endings in fact, on the left, to the replayed ones."""

    left: list[Block]
    right: list[Block]
    ribbons: list[Ribbon]
    height: float = HEIGHT


class ChartBar(Struct, frozen=True):
    """One amount of a bar chart, with the part of it that is late where that is told."""

    name: str
    value: float
    top: float
    width: float
    late: float = 0


class Multiple(Struct, frozen=True):
    """A small drawing beside others: a key, its columns month by month on a scale of its own, and the tallest of them."""

    name: str
    columns: list[tuple[str, int, float, float, float]]
    most: int


def multiples(months: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Multiple]:
    """One for each key: of each month its name, how many cases the key made otherwise, and the column's left, top and height."""
    step = (SMALL_WIDTH - 20) / max(len(months), 1)
    drawn = []
    for name in names:
        counts = [int(one["because"].get(name, 0)) for one in months]
        most = max([*counts, 1])
        columns = [
            (str(one["month"]), count, round(10 + step * place, 1), round(70 - count / most * 60, 1), round(count / most * 60, 1))
            for place, (one, count) in enumerate(zip(months, counts, strict=True))
        ]
        drawn.append(Multiple(name, columns, most))
    return drawn


class Lines(Struct, frozen=True):
    """Two amounts over weeks: what came, and what left, as points of lines; `most` is the scale's end."""

    came: str
    left: str
    most: int


def lines(came: Sequence[int], left: Sequence[int]) -> Lines:
    """Two lines on one scale, from left to right."""
    most = max([*came, *left, 1])
    step = (WIDTH - 60) / max(len(came) - 1, 1)

    def points(values: Sequence[int]) -> str:
        return " ".join(f"{50 + step * place:.1f},{10 + PLOT - value / most * PLOT:.1f}" for place, value in enumerate(values))

    return Lines(points(came), points(left), most)


def flow(endings: Mapping[str, Mapping[str, int]], only_changed: bool = False) -> Flow:
    """Where cases went; with `only_changed` those alone that end otherwise."""
    kept = {
        was: {to: count for to, count in counts.items() if count and not (only_changed and was == to)} for was, counts in endings.items()
    }
    kept = {was: counts for was, counts in kept.items() if counts}
    right: dict[str, int] = {}
    for counts in kept.values():
        for to, count in counts.items():
            right[to] = right.get(to, 0) + count
    left = {was: sum(counts.values()) for was, counts in kept.items()}
    total = sum(left.values()) or 1
    scale = (HEIGHT - GAP * max(len(left), len(right), 1)) / total
    starts, ends = _stacked(left, scale), _stacked(right, scale)
    return Flow(starts, ends, _ribbons(kept, starts, ends, scale))


def _stacked(counts: Mapping[str, int], scale: float) -> list[Block]:
    blocks, top = [], 0.0
    for name in sorted(counts):
        blocks.append(Block(name, counts[name], round(top, 1), round(max(counts[name] * scale, 1), 1)))
        top += counts[name] * scale + GAP
    return blocks


def _ribbons(endings: Mapping[str, Mapping[str, int]], starts: Sequence[Block], ends: Sequence[Block], scale: float) -> list[Ribbon]:
    used = {block.name: block.top for block in ends}
    first, last, middle = LABELS + BAR, WIDTH - LABELS - BAR, WIDTH / 2
    ribbons = []
    for block in starts:
        top = block.top
        for to in sorted(endings[block.name]):
            count = endings[block.name][to]
            high, other = count * scale, used[to]
            path = (
                f"M{first} {top:.1f}C{middle} {top:.1f} {middle} {other:.1f} {last} {other:.1f}V{other + high:.1f}"
                f"C{middle} {other + high:.1f} {middle} {top + high:.1f} {first} {top + high:.1f}Z"
            )
            ribbons.append(Ribbon(block.name, to, count, path))
            top, used[to] = top + high, other + high
    return ribbons


def bars(values: Sequence[tuple[str, float]], late: Mapping[str, float] | None = None) -> list[ChartBar]:
    """Amounts beside each other, on one scale."""
    most = max((value for _, value in values), default=0) or 1
    room = WIDTH - 2 * LABELS
    return [
        ChartBar(name, value, number * ROW, round(value / most * room, 1), round((late or {}).get(name, 0) / most * room, 1))
        for number, (name, value) in enumerate(values)
    ]
