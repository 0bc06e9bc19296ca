"""Official calendars from the `holidays` library (rule E2): read once, published as data, never looked up again.

Which years are official:
- A country that moves working days by a yearly notice (China and fourteen others): the years of which the library has the notice.
- Any other country: from 2001 to the year after China's newest notice in the library (how far its release looked ahead), without
  the years in which the library itself calls a holiday estimated, as it does where the moon is sighted.
Anything else is a guess of the library's, and is refused.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from adapters.calendars.errors import CountryUnknown, YearNotOfficial
from domain.working_days import CalendarYear

if TYPE_CHECKING:
    from holidays import HolidayBase

_FIRST_YEAR = 2001
_FIXED_BY_NOTICE = "substituted_date_format"


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    """The countries (ISO 3166 alpha-2) whose working days the library knows."""
    from holidays import list_supported_countries  # the library is loaded by who needs a year or the list: no start needs either

    return frozenset(list_supported_countries(include_aliases=False))


@cache
def official_years(country: str) -> tuple[int, ...]:
    """The years that can be published, ascending. Raises CountryUnknown."""
    holidays = _holidays(country)
    if hasattr(holidays, _FIXED_BY_NOTICE):
        return tuple(year for year in _noticed(holidays) if not _is_estimated(country, year))
    first, last = max(_FIRST_YEAR, holidays.start_year), min(_noticed(_holidays("CN"))[-1] + 1, holidays.end_year)
    return tuple(year for year in range(first, last + 1) if not _is_estimated(country, year))


@cache
def year_from_library(country: str, year: int) -> CalendarYear:
    """The country's official year: every weekday that rests and every weekend day that works. Raises CountryUnknown, YearNotOfficial."""
    official = official_years(country)
    if year not in official:
        raise YearNotOfficial(country, year, official)
    # The years beside it are loaded too: a holiday on a Saturday may be kept on the last day of the year before.
    holidays = _holidays(country, year - 1, year, year + 1)
    weekend = frozenset(holidays.weekend)
    days_off, work_days = [], []
    day = date(year, 1, 1)
    while day.year == year:
        match day.weekday() in weekend, holidays.is_working_day(day):
            case True, True:
                work_days.append(day)
            case False, False:
                days_off.append(day)
        day += timedelta(days=1)
    return CalendarYear(country, year, tuple(days_off), tuple(work_days), tuple(weekend))


def _noticed(holidays: HolidayBase) -> range:
    """From the first to the last year that the library has a notice of: a year between that moves nothing has no entry."""
    return range(min(holidays.special_public_holidays), max(holidays.special_public_holidays) + 1)


def _is_estimated(country: str, year: int) -> bool:
    return any("estimated" in name for name in _holidays(country, year, language="en_US").values())


def _holidays(country: str, *years: int, language: str | None = None) -> HolidayBase:
    from holidays import country_holidays

    if country not in known_countries():
        raise CountryUnknown(country)
    bare = country_holidays(country)
    if not years:
        return bare
    return country_holidays(country, years=years, language=language if language in bare.supported_languages else None)
