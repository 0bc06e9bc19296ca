"""The eleven parts of the EU's transparency report as they are while nothing is filled in (Implementing Regulation 2024/2835, Annex I)."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

PERIOD: Final = "YYYY-MM-DD/YYYY-MM-DD"
EACH_STATE: Final = "AT, […], SE"
OTHER: Final = 'Text to detail the "Other" keyword.'
COPYRIGHT: Final = ("TOTAL", "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS", "KEYWORD_COPYRIGHT_INFRINGEMENT")
"""The rows to which an infringement of copyright adds: the keyword's, its category's, and the sum of all."""

_HOSTING: Final = "Only for providers of hosting services, including online platforms"
_ONLY_TERMS: Final = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
_MISSING: Final = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"
"""Of the rows for each state the Commission's file lacks this one."""

_UNSPECIFIED: Final = ("STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER", "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE")

Row = dict[str, str]


class Part(Struct):
    """One sheet: its name, its columns, and its rows by column; what a row does not name is empty."""

    name: str
    columns: list[str]
    rows: list[Row]

    @property
    def category(self) -> str:
        """The column of the category, where the part is by category."""
        return self.columns[3]

    def as_csv(self, line_end: str = "\r\n") -> bytes:
        """UTF-8 and RFC 4180, as Annex II asks; the Commission's own empty files end their lines with a line feed alone."""
        lines = io.StringIO(newline="")
        writer = csv.DictWriter(lines, self.columns, restval="", lineterminator=line_end)
        writer.writeheader()
        writer.writerows(self.rows)
        return lines.getvalue().encode()


@cache
def _annex() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "annex_i.toml").read_text(encoding="utf-8"))


def blank() -> list[Part]:
    """All parts, in their order."""
    codes = [row[2] for row in _annex()["categories"]["rows"]]
    terms = codes[: codes.index(_UNSPECIFIED[0])]
    law = terms[: terms.index(_ONLY_TERMS)]
    orders = [*law, _UNSPECIFIED[0]]
    in_all, in_each = [(code, "TOTAL") for code in orders], [(code, EACH_STATE) for code in orders if code != _MISSING]
    return [
        _listed("1_report_identification", "part_1"),
        _named("2_categories_names", _annex()["categories"]),
        _by_category("3_member_states_orders", "part_3", "All", [*in_all, *in_each]),
        _by_category("4_notices", "part_4", _HOSTING, ((code, None) for code in (*law, _UNSPECIFIED[1]))),
        _by_category("5_own_initiative_illegal", "part_5", "All", ((code, None) for code in law)),
        _by_category("6_own_initiative_TC", "part_6", "All", ((code, None) for code in terms)),
        _listed("7_appeals_and_recidivism", "part_7"),
        _listed("8_automated_means", "part_8"),
        _listed("9_human_resources", "part_9"),
        _listed("10_AMAR", "part_10"),
        _listed("11_qualitative", "part_11"),
    ]


def _named(name: str, about: Mapping[str, Any]) -> Part:
    return Part(name, list(about["columns"]), [dict(zip(about["columns"], row, strict=False)) for row in about["rows"]])


def _listed(name: str, key: str) -> Part:
    """A part whose rows are listed one by one; service and period are every row's."""
    about = _annex()[key]
    listed = [column for column in about["columns"] if column not in ("Service", "Reporting period")]
    period = {"Reporting period": PERIOD} if "Reporting period" in about["columns"] else {}
    return Part(name, list(about["columns"]), [dict(zip(listed, row, strict=False)) | period for row in about["rows"]])


def _by_category(name: str, key: str, applies: str, rows: Iterable[tuple[str, str | None]]) -> Part:
    """A part with a row for each category and keyword, in one or many scopes."""
    columns: list[str] = list(_annex()[key]["columns"])
    made = []
    for code, scope in rows:
        row = {columns[0]: applies, "Reporting period": PERIOD, columns[3]: code}
        if code == "KEYWORD_OTHER":
            row[columns[4]] = OTHER
        made.append(row if scope is None else row | {"Scope": scope})
    return Part(name, columns, made)
