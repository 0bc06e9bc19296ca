"""China 2024 to 2026 as the State Council's notices have it, typed in by hand, for tests that must not lean on a library."""

from __future__ import annotations

from datetime import date, timedelta

from domain.working_days import Calendar, CalendarYear

# Per year: the holidays from and to (month, day), and the weekend days worked instead.
_NOTICES = {
    2024: (
        [
            ((1, 1), (1, 1)),
            ((2, 10), (2, 17)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 10), (6, 10)),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ],
        [(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)],
    ),
    2025: (
        [((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((5, 31), (6, 2)), ((10, 1), (10, 8))],
        [(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    ),
    2026: (
        [
            ((1, 1), (1, 3)),
            ((2, 15), (2, 23)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 19), (6, 21)),
            ((9, 25), (9, 27)),
            ((10, 1), (10, 7)),
        ],
        [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    ),
}


def _year(year: int) -> CalendarYear:
    holidays, worked = _NOTICES[year]
    days_off = []
    for first, last in holidays:
        day = date(year, *first)
        while day <= date(year, *last):
            days_off.append(day)
            day += timedelta(days=1)
    return CalendarYear("CN", year, tuple(days_off), tuple(date(year, *day) for day in worked))


YEARS = {year: _year(year) for year in _NOTICES}
CHINA = Calendar("CN", YEARS)
