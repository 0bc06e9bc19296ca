"""The chart: a bar a figure, grouped by section, with its number beside it, in SVG that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapters.wording.instants import instant
from adapters.wording.printer import in_html
from application.figures import Figures
from application.transparency import TransparencyReport

WIDTH: Final = 860
LABEL: Final = 240
BAR: Final = 520
ROW: Final = 22
HEAD: Final = 84

_STYLE: Final = (
    "text{font:14px system-ui,sans-serif;fill:#1b1b1b}.title{font-size:20px;font-weight:600}.section{font-weight:600}"
    ".bar{fill:#1f5fa8}.end{text-anchor:end}@media(prefers-color-scheme:dark){text{fill:#f0f0f0}.bar{fill:#7fb2ee}}"
)


def as_svg(report: TransparencyReport) -> bytes:
    """The counted figures as bars on one scale. Medians, which are hours, are given in words."""
    rows = list(_rows(report.figures, _scale(report.figures)))
    height = HEAD + ROW * len(rows) + ROW
    title = f"Original protection, {instant(report.period.begins)} to {instant(report.period.ends)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-labelledby="title desc">',
        f'<title id="title">{in_html(title)}</title>',
        f'<desc id="desc">{in_html(_told(report.figures))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="16" y="36">{in_html(title)}</text>',
        f'<text x="16" y="60">{in_html(_told_medians(report.figures))}</text>',
        *(row.format(y=HEAD + ROW * number) for number, row in enumerate(rows)),
        "</svg>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _rows(figures: Figures, scale: float) -> Iterator[str]:
    for section, counted in figures.items():
        yield f'<text class="section" x="16" y="{{y}}" dy="14">{section.capitalize()}</text>'
        for name, value in counted.items():
            if isinstance(value, int):
                length = round(value * scale, 1)
                yield (
                    f'<text class="end" x="{LABEL - 8}" y="{{y}}" dy="14">{_words(name)}</text>'
                    f'<rect class="bar" x="{LABEL}" y="{{y}}" width="{length}" height="16"/>'
                    f'<text x="{LABEL + length + 6}" y="{{y}}" dy="14">{value}</text>'
                )


def _scale(figures: Figures) -> float:
    counted = [value for section in figures.values() for value in section.values() if isinstance(value, int)]
    return BAR / max([*counted, 1])


def _told_medians(figures: Figures) -> str:
    medians = [(name, value) for section in figures.values() for name, value in section.items() if name.startswith("median")]
    return "; ".join(f"{_words(name)}: {'none' if value is None else value}" for name, value in medians)


def _told(figures: Figures) -> str:
    return "; ".join(f"{section} {_words(name)}: {value}" for section, counted in figures.items() for name, value in counted.items())


def _words(name: str) -> str:
    return name.replace("_", " ")
