"""The days of a deadline's proof as sheets of a calendar: weeks from Monday to Sunday, a sheet a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct


class Month(Struct, frozen=True):
    """A month with its weeks; a day that is not in the proof, or in another month, is None."""

    year: int
    month: int
    weeks: list[list[Mapping[str, Any] | None]]


def sheets(proof: Iterable[Mapping[str, Any]]) -> list[Month]:
    """The months that the proof touches."""
    months: list[Month] = []
    monday = None
    for line in proof:
        day = date.fromisoformat(line["date"])
        if not months or (months[-1].year, months[-1].month) != (day.year, day.month):
            months.append(Month(day.year, day.month, []))
            monday = None
        week = day.toordinal() - day.weekday()
        if week != monday:
            months[-1].weeks.append([None] * 7)
            monday = week
        months[-1].weeks[-1][day.weekday()] = {**line, "number": day.day}
    return months
