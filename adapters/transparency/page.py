"""A period's figures as one page that needs nothing else: each section drawn and as a table, and what the numbers mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from adapters.replay import charts
from adapters.wording.instants import instant
from adapters.wording.printer import in_html
from application.transparency import TransparencyReport, WaitClass

_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}th,td{border-bottom:1px solid #8886;padding:.25rem .6rem;text-align:left}"
    "td+td,th+th{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto;font:12px system-ui,sans-serif}"
    "svg text{fill:currentColor}section{break-inside:avoid}"
)

MEANING: Final[dict[str, str]] = {
    "complaints": "A request is one notice, which can name many links; each link is a case. By lapse: nobody decided in time, and the "
    "rulebook did. Medians are hours from the lodging.",
    "appeals": "An appeal that lapsed undecided is counted by its outcome too. Moot: the case ended before it was decided.",
    "penalties": "A listing is taken down by a penalty; one that stands at the end stands, whenever it was imposed.",
    "endings": "Cases by why they ended. Voided: the complainant's protection fell.",
    "bodies": "What a party took to an outside body (EU 2022/2065, art. 21), and the outcome for that party.",
    "reviews": "A person looked at what a lapse had decided.",
    "misuse": "Suspensions for misuse (art. 23), after a warning; and services ended for pictures that were not original.",
    "filings": "Pictures filed as originals, and disputes about who made one.",
    "sightings": "Listings with a picture like a filed one.",
    "refusals": "Attempts that the rules refused, such as an appeal that came too late.",
    "disclosures": "One party was told who another is, on an order.",
}
"""What the figures of a section mean."""


def as_html(report: TransparencyReport) -> bytes:
    """The page; its numbers are those of `transparency.csv`."""
    title = f"Transparency report, {instant(report.period.begins)} to {instant(report.period.ends)}"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>",
        "<p>Counted by the instant at which each thing took effect, from the beginning (inclusive) to the end (exclusive). "
        "<code>originals transparency --trace SECTION.FIGURE</code> prints the events that make up a figure.</p>",
        *_sections(report),
        *_desk(report),
        "</main></body></html>\n",
    ]
    return "\n".join(parts).encode()


def _sections(report: TransparencyReport) -> Iterable[str]:
    for section, counted in report.figures.items():
        numbers = [(_words(name), value) for name, value in counted.items()]
        drawn = charts.bars([(name, value) for name, value in numbers if isinstance(value, int)])
        lines = [(name, "none" if value is None else str(value)) for name, value in numbers]
        yield f"<section><h2>{section.capitalize()}</h2><p>{MEANING[section]}</p>{drawn}{_table((section, 'how many'), lines)}</section>"


def _desk(report: TransparencyReport) -> Iterable[str]:
    for title, classes in (("Time to take a complaint up", report.to_take_up), ("Time to decide an appeal", report.to_decide)):
        named = list(_classes(classes))
        drawn = charts.bars([(name, one.cases) for name, one in named])
        lines = [(name, str(one.cases), str(one.late)) for name, one in named]
        yield f"<section><h2>{title}</h2><p>Late is past the time that the rulebook gives.</p>{drawn}"
        yield f"{_table(('it took', 'cases', 'late'), lines)}</section>"
    heads = ("week of", "complaints lodged", "decided", "appeals opened", "decided")
    yield f"<section><h2>The desk by week</h2>{_table(heads, [tuple(map(str, one)) for one in report.weeks])}</section>"


def _classes(classes: Sequence[WaitClass]) -> Iterable[tuple[str, WaitClass]]:
    before = 0
    for one in classes:
        yield (f"{before} h and more" if one.under_hours is None else f"{before} to {one.under_hours} h"), one
        before = one.under_hours or before


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{in_html(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{in_html(value)}</td>" for value in line) + "</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _words(name: str) -> str:
    return name.replace("_", " ")
