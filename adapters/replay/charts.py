"""Charts of a replay as SVG, drawn without any script: a flow of endings, two bars, two lines over weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from adapters.wording.printer import in_html

COLOURS = {
    "declined": "#7f8794",
    "final": "#b3372f",
    "lifted": "#2f8f5b",
    "withdrawn": "#b98a1d",
    "voided": "#6f4fa3",
    "undetermined": "#111827",
    "lodged": "#5aa2d6",
    "noticed": "#4a86c5",
    "penalized": "#3767a8",
    "appealed": "#7aa6e8",
}
ORDER = tuple(COLOURS)
WIDTH, HEIGHT = 720, 420
_BAR, _GAP, _MARGIN = 18, 17, 130


class _Block(NamedTuple):
    ending: str
    top: float
    height: float


def flow(endings: Mapping[str, Mapping[str, int]]) -> str:
    """From the endings in fact, on the left, to the replayed ones; the height is the number of cases."""
    left = {ending: sum(counts.values()) for ending, counts in endings.items()}
    right: dict[str, int] = {}
    for counts in endings.values():
        for to, number in counts.items():
            right[to] = right.get(to, 0) + number
    total = sum(left.values())
    if not total:
        return _svg("no cases", "")
    scale = (HEIGHT - _GAP * (max(len(left), len(right)) - 1)) / total
    starts, ends = _stack(left, scale), _stack(right, scale)
    parts = _ribbons(endings, starts, ends, scale)
    parts += _bars(starts, _MARGIN, left, anchor="end") + _bars(ends, WIDTH - _MARGIN - _BAR, right, anchor="start")
    return _svg("Flow of the cases from their endings in fact to the replayed ones", "".join(parts))


def _stack(numbers: Mapping[str, int], scale: float) -> dict[str, _Block]:
    blocks, top = {}, 0.0
    for ending in sorted(numbers, key=ORDER.index):
        blocks[ending] = _Block(ending, top, numbers[ending] * scale)
        top += numbers[ending] * scale + _GAP
    return blocks


def _ribbons(endings: Mapping[str, Mapping[str, int]], starts: Mapping[str, _Block], ends: Mapping[str, _Block], scale: float) -> list[str]:
    used = {ending: block.top for ending, block in ends.items()}
    first, last = _MARGIN + _BAR, WIDTH - _MARGIN - _BAR
    middle = (first + last) / 2
    parts = []
    for ending, block in starts.items():
        top = block.top
        for to in sorted(endings[ending], key=ORDER.index):
            number = endings[ending][to]
            high, other = number * scale, used[to]
            path = (
                f"M{first} {top:.1f}C{middle} {top:.1f} {middle} {other:.1f} {last} {other:.1f}V{other + high:.1f}"
                f"C{middle} {other + high:.1f} {middle} {top + high:.1f} {first} {top + high:.1f}Z"
            )
            shade = 0.25 if ending == to else 0.6
            title = f"<title>{ending} to {to}: {number}</title>"
            parts.append(f'<path d="{path}" fill="{COLOURS[to]}" fill-opacity="{shade}">{title}</path>')
            top += high
            used[to] += high
    return parts


def _bars(blocks: Mapping[str, _Block], left: float, numbers: Mapping[str, int], anchor: str) -> list[str]:
    at = left - 8 if anchor == "end" else left + _BAR + 8
    return [
        f'<rect x="{left}" y="{block.top:.1f}" width="{_BAR}" height="{max(block.height, 1):.1f}" fill="{COLOURS[block.ending]}"/>'
        f'<text x="{at}" y="{block.top + block.height / 2 + 4:.1f}" text-anchor="{anchor}">{block.ending} {numbers[block.ending]}</text>'
        for block in blocks.values()
    ]


def bars(values: Sequence[tuple[str, float]]) -> str:
    """Some amounts beside each other."""
    most = max((value for _, value in values), default=0) or 1
    parts = []
    for row, (name, value) in enumerate(values):
        top, wide = row * 34, value / most * (WIDTH - 330)
        parts.append(
            f'<text x="180" y="{top + 19}" text-anchor="end">{in_html(name)}</text>'
            f'<rect x="190" y="{top + 4}" width="{wide:.1f}" height="22" fill="#3767a8"/>'
            f'<text x="{198 + wide:.1f}" y="{top + 19}">{_amount(value)}</text>'
        )
    return _svg(", ".join(f"{name}: {_amount(value)}" for name, value in values), "".join(parts), 34 * len(values))


def _amount(value: float) -> str:
    """What is counted is whole, what is measured is told to a tenth."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def weeks(loads: Sequence[tuple[str, int, int]]) -> str:
    """Two lines over the weeks: in fact, and replayed."""
    if not loads:
        return _svg("no weeks", "", 20)
    high, wide = 200, WIDTH - 60
    most = max(max(actual, would) for _, actual, would in loads) or 1
    step = wide / max(len(loads) - 1, 1)

    def line(values: Sequence[int], style: str) -> str:
        points = " ".join(f"{50 + step * place:.1f},{10 + high - value / most * high:.1f}" for place, value in enumerate(values))
        return f'<polyline points="{points}" fill="none" {style}/>'

    parts = line([actual for _, actual, _ in loads], 'stroke="#7f8794" stroke-width="2"')
    parts += line([would for _, _, would in loads], 'stroke="#b3372f" stroke-width="2" stroke-dasharray="5 3"')
    parts += f'<text x="44" y="18" text-anchor="end">{most}</text><text x="44" y="{high + 14}" text-anchor="end">0</text>'
    parts += f'<text x="50" y="{high + 30}">{loads[0][0]}</text>'
    parts += f'<text x="{WIDTH - 10}" y="{high + 30}" text-anchor="end">{loads[-1][0]}</text>'
    return _svg("Questions put to the desk by week: in fact a line, replayed a dashed line", parts, high + 40)


def months(values: Sequence[tuple[str, int]]) -> str:
    """A small drawing of a number of cases by month, to stand beside others."""
    most = max((number for _, number in values), default=0) or 1
    wide = (WIDTH - 20) / max(len(values), 1)
    parts = "".join(
        f'<rect x="{10 + wide * place:.1f}" y="{180 - number / most * 170:.1f}" width="{wide * 0.8:.1f}" '
        f'height="{number / most * 170:.1f}" fill="#b3372f"><title>{in_html(month)}: {number}</title></rect>'
        for place, (month, number) in enumerate(values)
    )
    first, last = (values[0][0], values[-1][0]) if values else ("", "")
    parts += f'<g font-size="34"><text x="10" y="216">{in_html(first)}</text>'
    parts += f'<text x="{WIDTH - 10}" y="216" text-anchor="end">{in_html(last)}, at most {most}</text></g>'
    return _svg(f"Cases by month from {first} to {last}, at most {most} in one", parts, 220)


def _svg(label: str, parts: str, height: float = HEIGHT) -> str:
    return f'<svg viewBox="0 -8 {WIDTH} {height + 16}" role="img" aria-label="{in_html(label)}">{parts}</svg>'
