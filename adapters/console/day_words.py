"""Days in words: an exclusive end as the 24:00 of its last day, why a day is counted or not, the sheets of a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask_babel import format_date, format_datetime, get_locale, gettext, lazy_gettext
from markupsafe import Markup

from adapters.console.calendar_sheet import Month, sheets
from adapters.console.wording import zone

WHY: Final[Mapping[str, Any]] = {
    "the day of the event is not counted": lazy_gettext("the day of the event is not counted"),
    "working day": lazy_gettext("working day"),
    "adjusted working day": lazy_gettext("adjusted working day"),
    "weekend": lazy_gettext("weekend"),
    "public holiday": lazy_gettext("public holiday"),
    "calendar day": lazy_gettext("calendar day"),
}
_HOURS: Final = re.compile(r"(\S+) hours elapse, (\d+) of (\d+)")
_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)")
_COUNTED: Final = re.compile(r"(.+), (\d+) of (\d+)")


def end(text: str | None) -> Markup:
    """An exclusive end of a window: midnight is told as the 24:00 of the day that ends with it."""
    if not text:
        return Markup("<span class=quiet>–</span>")
    at = datetime.fromisoformat(text).astimezone(zone())
    chinese = str(get_locale()).startswith("zh")
    if (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0):
        shown = format_datetime(at - timedelta(minutes=1), "yyyy-MM-dd (E) 24:00" if chinese else "EEE d MMM yyyy 24:00", rebase=False)
    else:
        shown = format_datetime(at, "yyyy-MM-dd (E) HH:mm" if chinese else "EEE d MMM yyyy HH:mm", rebase=False)
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(text, shown)


def ends_in_words(text: str) -> Markup:
    """A text of the interface with each instant in it as the end of a window."""
    parts = _INSTANT.split(text)
    return Markup("").join(end(part) if number % 2 else part for number, part in enumerate(parts))


def why_counted(why: str) -> str:
    """Why a day of a proof is counted or not, in the reader's language; as it is where the words are not ours."""
    if hours := _HOURS.fullmatch(why):
        return str(gettext("%(hours)s hours elapse, %(n)s of %(all)s", hours=hours[1], n=hours[2], all=hours[3]))
    found = _COUNTED.fullmatch(why)
    if found is None:
        return str(WHY.get(why, why))
    told = str(WHY.get(found[1], found[1]))
    return str(gettext("%(day)s, %(n)s of %(all)s", day=told, n=found[2], all=found[3]))


def which_of(why: str) -> str:
    """The number of a counted day, short: `2/3`."""
    found = _COUNTED.fullmatch(why)
    return "" if found is None else f"{found[2]}/{found[3]}"


def calendar_sheets(proof: Iterable[Mapping[str, Any]]) -> list[Month]:
    """The months of a proof with their weeks."""
    return sheets(proof)


def month_title(month: Month) -> str:
    """The heading of a sheet."""
    pattern = "yyyy年M月" if str(get_locale()).startswith("zh") else "MMMM yyyy"
    return str(format_date(date(month.year, month.month, 1), pattern))


def weekdays() -> list[str]:
    """The days of the week from Monday, short."""
    return [str(format_date(date(2026, 3, 2 + number), "EEE")) for number in range(7)]


FILTERS: Final = (end, ends_in_words, why_counted, which_of, calendar_sheets, month_title)
"""What templates word days with."""
