"""The files of a report. Nothing in them says when they were written."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from adapters.transparency.chart import as_svg
from adapters.transparency.filling import SOURCES, About, fill, sources_csv
from adapters.transparency.page import as_html
from adapters.wording.instants import instant
from adapters.wording.printer import cell
from application.transparency import TransparencyReport


def as_json(report: TransparencyReport) -> bytes:
    """The figures by section, and how many statements there are."""
    document = {
        "from": instant(report.period.begins),
        "to": instant(report.period.ends),
        "figures": report.figures,
        "statements": len(report.statements),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def as_csv(report: TransparencyReport) -> bytes:
    """One line a figure, with the period on each; a median of nothing is empty."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(("from", "to", "section", "figure", "value"))
    begins, ends = instant(report.period.begins), instant(report.period.ends)
    for section, figures in report.figures.items():
        writer.writerows((begins, ends, cell(section), cell(name), "" if value is None else value) for name, value in figures.items())
    return lines.getvalue().encode()


def as_ndjson(report: TransparencyReport) -> bytes:
    """One statement of reasons a line."""
    return b"".join(msgspec.json.encode(statement) + b"\n" for statement in report.statements)


FILES: Final[dict[str, Callable[[TransparencyReport], bytes]]] = {
    "transparency.csv": as_csv,
    "transparency.json": as_json,
    "transparency.svg": as_svg,
    "transparency.html": as_html,
    "statements-of-reasons.ndjson": as_ndjson,
}


TEMPLATE: Final = "eu-2024-2835"
"""The EU's templates, by the number of the regulation that laid them down."""


def write_template(report: TransparencyReport, about: About, directory: Path) -> list[Path]:
    """Write the filled-in parts, and where their numbers come from; returns where they are."""
    directory.mkdir(parents=True, exist_ok=True)
    filled = fill(report, about)
    contents = {f"{part.name}.csv": part.as_csv() for part in filled.parts} | {SOURCES: sources_csv(filled.sources)}
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    return [directory / name for name in contents]


def write(report: TransparencyReport, directory: Path) -> list[Path]:
    """Write all files of a report; returns where they are."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, form in FILES.items():
        path = directory / name
        path.write_bytes(form(report))
        written.append(path)
    return written
