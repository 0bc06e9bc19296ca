"""The EU's transparency report filled in from a period's figures, and where each number comes from.

What a row asks and the log does not know stays empty, for zero would say that it was looked for (Annex II, part I, 1): other
categories than copyright, orders of authorities, trusted flaggers, accuracy. A service that moderates by other means too adds those.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from adapters.transparency.annex import COPYRIGHT, EACH_STATE, OTHER, PERIOD, Part, Row, blank
from application.figures import Figures
from application.tally import Period
from application.transparency import TransparencyReport

SOURCES: Final = "sources.csv"
"""The file that says of which figures each number is made."""

_NOT_EVERYBODYS: Final = ("[...]", "bg", "sv", "AT", "SE", EACH_STATE)
"""Scopes that stand for rows a very large platform adds, language by language and state by state."""

TEXTS: Final = ("summary", "detection", "automated_means", "accuracy", "purposes", "safeguards")
"""What a report tells in words, in the order of part 11."""

_BY_TERMS: Final = "Every measure rests on the terms and conditions, whose rule the statement of reasons names."
_BY_ITEM: Final = "Counted by item: a notice can name many."

BY_CATEGORY: Final[Mapping[str, Mapping[str, str]]] = {
    "4_notices": {
        "Number of notices received ": "complaints.requests",
        "Number of specific items of information included in the total number of notices": "complaints.lodged",
        "Median time to take action": "complaints.median_hours_to_penalty",
        "Number of actions taken on the basis of the law": "0",
        "Number of actions taken on the basis of the terms and conditions of the service": "penalties.imposed",
    },
    "5_own_initiative_illegal": {
        "Number of measures taken at the provider's own initiative ": "0",
        "Number of measures taken after detection with solely automated means ": "0",
    },
    "6_own_initiative_TC": {
        "Number of measures taken at the provider's own initiative ": "misuse.services_terminated",
        "Number of measures taken after detection with solely automated means ": "0",
        "Provision of the service Termination": "misuse.services_terminated",
    },
}
"""Part and column -> figures, for the rows of copyright."""

_APPEALS: Final[Mapping[str, str]] = {
    "Total number": "appeals.opened + reviews.requested - reviews.requested_by_complainants",
    "Decisions upheld": "appeals.rejected + appeals.not_accepted + reviews.rejected - reviews.rejected_to_complainants",
    "Decisions partially reversed": "0",
    "Decisions reversed": "appeals.upheld + reviews.upheld - reviews.upheld_for_complainants",
    "Median time": "appeals.median_hours_to_decide",
}
"""A respondent's: appeals, and reviews of what a lapse decided against it."""

BY_INDICATOR: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("7_appeals_and_recidivism", "Number of complaints submitted to the internal-complaints mechanism"): {
        "Total number": "appeals.opened + reviews.requested",
        "Decisions upheld": "appeals.rejected + appeals.not_accepted + reviews.rejected",
        "Decisions partially reversed": "0",
        "Decisions reversed": "appeals.upheld + reviews.upheld",
        "Median time": "appeals.median_hours_to_decide",
        "Decision omitted": "appeals.moot",
    },
    ("7_appeals_and_recidivism", "Number of restrictions newly imposed as a result of an internal complaint"): {
        "Total number": "reviews.upheld_for_complainants"
    },
    (
        "7_appeals_and_recidivism",
        "Complaint regarding a decision not to take action on a notice submitted in accordance with Article 16",
    ): {
        "Total number": "reviews.requested_by_complainants",
        "Decisions upheld": "reviews.rejected_to_complainants",
        "Decisions partially reversed": "0",
        "Decisions reversed": "reviews.upheld_for_complainants",
    },
    (
        "7_appeals_and_recidivism",
        "Complaint regarding a decision to remove or disable access to or restrict visibility of information",
    ): _APPEALS,
    ("7_appeals_and_recidivism", "Number of disputes submitted to out-of-court dispute settlement bodies"): {
        "Total number": "bodies.recorded",
        "Decisions upheld": "bodies.rejected",
        "Decisions partially reversed": "0",
        "Decisions reversed": "bodies.upheld",
        "Median time": "bodies.median_hours_to_outcome",
        "Percentage of outcomes implemented": "endings.lifted_by_body / bodies.upheld",
    },
    ("7_appeals_and_recidivism", "Number of suspensions enacted for the provision of manifestly unfounded notices"): {
        "Total number": "misuse.suspensions_of_complaints"
    },
    ("7_appeals_and_recidivism", "Number of suspensions enacted for the provision of manifestly unfounded complaints"): {
        "Total number": "misuse.suspensions_of_appeals"
    },
    ("8_automated_means", "Number of measures solely taken by automated means "): {
        "Total number": "penalties.imposed_by_lapse",
        "Own-initiative ": "0",
    },
    ("8_automated_means", "Number of measures not taken by automated means"): {
        "Total number": "penalties.imposed - penalties.imposed_by_lapse + misuse.services_terminated",
        "Own-initiative ": "misuse.services_terminated",
    },
    ("8_automated_means", "Number of notices solely processed by automated means "): {
        "NAM Total": "complaints.taken_up_by_lapse + complaints.declined_by_lapse"
    },
    ("8_automated_means", "Number of notices not processed by automated means"): {
        "NAM Total": "complaints.taken_up + complaints.declined - complaints.taken_up_by_lapse - complaints.declined_by_lapse"
    },
}
"""Part and indicator -> scope -> figures."""


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """What a report says of its service that no log knows: names, dates of publication, and texts by the names in TEXTS."""

    provider: str = ""
    service: str = ""
    published: date | None = None
    previous: date | None = None
    texts: dict[str, str] = {}


class NumberSource(NamedTuple):
    """Where a number of the report stands, what it is, and the figures of which it is made."""

    part: str
    row: str
    column: str
    value: str
    figures: str


class FilledTemplate(NamedTuple):
    """The parts and where their numbers come from."""

    parts: list[Part]
    sources: list[NumberSource]


def read_about(path: Path) -> About:
    """Read it from TOML. Raises msgspec.ValidationError, msgspec.DecodeError or OSError."""
    about = msgspec.toml.decode(path.read_bytes(), type=About)
    if unknown := set(about.texts) - set(TEXTS):
        raise msgspec.ValidationError(f"no report tells of {', '.join(sorted(unknown))}; it tells of {', '.join(TEXTS)}")
    return about


def fill(report: TransparencyReport, about: About) -> FilledTemplate:
    """The parts of a period."""
    parts, sources = blank(), list[NumberSource]()
    for part in parts:
        part.rows = [row for row in part.rows if row.get("Scope") not in _NOT_EVERYBODYS]
        for row in part.rows:
            _name(part, row, about, report.period)
            for column, figures in _asked(part, row):
                row[column] = number(report.figures, figures)
                sources.append(NumberSource(part.name, _row_of(part, row), column, row[column], figures))
    _identify(parts[0], about, report.period)
    _tell(parts[-1], about)
    _explain(parts, report.figures)
    return FilledTemplate(parts, sources)


def _asked(part: Part, row: Row) -> Iterator[tuple[str, str]]:
    """The columns of a row that figures fill, with them."""
    if part.name in BY_CATEGORY and row[part.category] in COPYRIGHT:
        yield from BY_CATEGORY[part.name].items()
    figures = BY_INDICATOR.get((part.name, row.get("Indicator", "")), {}).get(row.get("Scope", ""))
    if figures is not None:
        yield "Value", figures


def number(figures: Figures, formula: str) -> str:
    """The number that figures make, added and taken away, or a share; a median of nothing is no number, and no share of it."""
    if formula.isdigit():
        return formula
    part, _, whole = formula.partition(" / ")
    if whole:
        return str(round(float(number(figures, part)) / of, 4)) if (of := float(number(figures, whole))) else ""
    total: float = 0
    for term in f"+ {formula}".replace("+ ", "+").replace("- ", "-").split():
        section, _, name = term[1:].partition(".")
        value = figures[section][name]
        if value is None:
            return ""
        total += value if term[0] == "+" else -value
    return str(total)


def _name(part: Part, row: Row, about: About, period: Period) -> None:
    if "Service" in part.columns:
        row["Service"] = about.service
    if row.get("Reporting period") == PERIOD:
        row["Reporting period"] = f"{period.begins.date()}/{_last_day(period)}"
    for column, value in row.items():
        if value == OTHER:
            row[column] = ""


def _last_day(period: Period) -> date:
    """The last day that the period holds; its end is exclusive."""
    return (period.ends - timedelta(microseconds=1)).date()


def _row_of(part: Part, row: Row) -> str:
    return row[part.category] if part.name in BY_CATEGORY else f"{row['Indicator'].strip()}, {row['Scope'].strip()}"


def _identify(part: Part, about: About, period: Period) -> None:
    values: tuple[Any, ...] = (about.provider, about.published or "", about.previous or "", period.begins.date(), _last_day(period))
    for row, value in zip(part.rows, values, strict=True):
        row["Value"] = str(value)


def _tell(part: Part, about: About) -> None:
    for number, row in enumerate(part.rows):
        row["Value"] = about.texts.get(TEXTS[number], "") if number < len(TEXTS) else ""


def _explain(parts: list[Part], figures: Figures) -> None:
    """What a reader has to know of the numbers, in the columns that are there for it."""
    named = {part.name: part for part in parts}
    by_name = {column.lower(): column for part in parts for column in part.columns}
    total = named["3_member_states_orders"].rows[0]
    column = by_name["contextual information on number of orders to provide information"]
    total[column] = (
        f"{figures['disclosures']['made']} disclosures of identities are on record; whose orders they followed is not told apart."
    )
    for row in named["4_notices"].rows[:1]:
        row["Contextual information on Number of notices received from Trusted flaggers"] = "Trusted flaggers are not told apart."
        row["Contextual information on Number of actions taken on the basis of the law"] = _BY_TERMS
    for row in named["8_automated_means"].rows:
        if row["Indicator"].startswith("Number of notices") and row["Scope"] == "NAM Total":
            row["Contextual Information"] = _BY_ITEM


def sources_csv(sources: list[NumberSource]) -> bytes:
    """A line a number: where it stands, what it is, of which figures; `originals transparency --trace` leads from those to events."""
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows([NumberSource._fields, *sources])
    return lines.getvalue().encode()
