"""Figures: the transparency report of a period, the desk's load, and how long it took against the time it had."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from flask import g, request

from adapters.console.charts import bars, lines
from adapters.console.figure_words import sections, waited
from adapters.console.visit import Answer, Pages, Visit, page

PAGES: Final = Pages("auditor", "admin")
QUEUES: Final = (("complaints", "lodged"), ("appeals", "opened"))
"""What comes to the desk, by the name that a week of it counts it under."""


@PAGES.get("/figures")
def period(visit: Visit) -> Answer:
    """A period's figures, each section drawn and as a table; without a period those of this month."""
    first = g.console_now.astimezone(UTC).date().replace(day=1)
    begins, ends = request.args.get("from") or str(first), request.args.get("to") or str(_month_after(first))
    outcome = visit.attempt("read_figures", **{"from": _midnight(begins), "to": _midnight(ends)})
    shown: dict[str, Any] = {"begins": begins, "ends": ends, "choices": _choices(first), "outcome": outcome}
    if not outcome.well:
        return page("figures", outcome.status, **shown)
    told = outcome.body
    weeks = told["weeks"]
    return page(
        "figures",
        **shown,
        told=told,
        parts=[(key, title, rows, _drawn(rows)) for key, title, rows in sections(told["figures"])],
        load={
            queue: lines([one[f"{queue}_{came}"] for one in weeks], [one[f"{queue}_decided"] for one in weeks]) for queue, came in QUEUES
        },
        waits={name: _waits(told[name]) for name in ("to_take_up", "to_decide")},
    )


def _drawn(rows: list[tuple[str, Any]]) -> Any:
    """Bars of what is counted; medians, which are hours, are in the table alone."""
    counted = [(name, value) for name, value in rows if isinstance(value, int)]
    return bars(counted) if any(value for _, value in counted) else []


def _waits(classes: list[dict[str, Any]]) -> Any:
    named, before = [], 0
    for one in classes:
        named.append((waited(one["under_hours"], before), one))
        before = one["under_hours"] or before
    late = {name: one["late"] for name, one in named}
    return {"rows": [(name, one["cases"], one["late"]) for name, one in named], "bars": bars([(n, one["cases"]) for n, one in named], late)}


def _choices(first: date) -> list[tuple[str, date, date]]:
    """Periods to choose by one press: this month, the one before it, this year, the one before it."""
    before = (first.replace(year=first.year - 1, month=12)) if first.month == 1 else first.replace(month=first.month - 1)
    year = first.replace(month=1)
    return [
        ("this_month", first, _month_after(first)),
        ("last_month", before, first),
        ("this_year", year, year.replace(year=year.year + 1)),
        ("last_year", year.replace(year=year.year - 1), year),
    ]


def _month_after(first: date) -> date:
    return first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)


def _midnight(day: str) -> str:
    """A day's beginning in UTC; anything else is the interface's to refuse."""
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if len(day) == 10 else day
    except ValueError:
        return day
