"""Official years from the library, held against hand-typed notices and a second library (rules E1, E2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.calendars.errors import CountryUnknown, YearNotOfficial
from adapters.calendars.holidays_source import known_countries, official_years, year_from_library
from domain.working_days import Calendar, CalendarYear, Duration, deadline
from tests.domain.chinese_years import YEARS


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def calendar(country: str, *years: int) -> Calendar:
    return Calendar(country, {year: year_from_library(country, year) for year in years})


@pytest.mark.rule("E2")
def test_the_official_years_of_china_are_those_with_a_notice() -> None:
    official = official_years("CN")
    assert official[0] == 2001
    assert official == tuple(range(2001, official[-1] + 1))
    assert official[-1] >= 2026


@pytest.mark.rule("E1")
@pytest.mark.parametrize("year", sorted(YEARS))
def test_every_day_agrees_with_the_state_councils_notice(year: int) -> None:
    by_hand, by_library = Calendar("CN", YEARS), calendar("CN", year)
    assert [day for day in days(year) if by_hand.is_working(day) != by_library.is_working(day)] == []


@pytest.mark.rule("E1")
def test_every_chinese_day_agrees_with_a_second_library() -> None:
    second = pytest.importorskip("chinese_calendar")
    first = calendar("CN", *range(2004, 2027))
    differ = {day for year in range(2004, 2027) for day in days(year) if first.is_working(day) != second.is_workday(day)}
    # The notice for 2006 moved the rest of Saturday, 31 December 2005, to 3 January; the second library overlooks it.
    assert differ <= {date(2005, 12, 31)}


@pytest.mark.rule("E2")
def test_a_guess_is_refused_and_says_which_years_are_official() -> None:
    last = official_years("CN")[-1]
    for year in (last + 1, 2000, 1, 9999):
        with pytest.raises(YearNotOfficial, match=f"CN {year} is not official, only a guess, .* official are 2001 to {last}"):
            year_from_library("CN", year)


@pytest.mark.rule("E2")
def test_a_year_whose_holidays_are_only_estimated_is_not_official() -> None:
    assert official_years("KW") == (), "the moon is sighted there"
    with pytest.raises(YearNotOfficial, match="no year of it is"):
        year_from_library("KW", 2026)


@pytest.mark.rule("E2")
@pytest.mark.parametrize("country", ["XX", "cn", "CHN", "", "China"])
def test_an_unknown_country_is_refused(country: str) -> None:
    assert country not in known_countries()
    with pytest.raises(CountryUnknown, match="two letters"):
        official_years(country)


@pytest.mark.rule("E1", "G5")
def test_american_business_days_know_observed_holidays() -> None:
    america = calendar("US", 2021, 2026)
    assert [day for day in days(2026) if not america.is_working(day) and day.weekday() < 5] == [
        date(2026, 1, 1),  # New Year
        date(2026, 1, 19),  # Martin Luther King
        date(2026, 2, 16),  # Washington
        date(2026, 5, 25),  # Memorial Day
        date(2026, 6, 19),  # Juneteenth
        date(2026, 7, 3),  # Independence Day, a Saturday, kept on Friday
        date(2026, 9, 7),  # Labor Day
        date(2026, 10, 12),  # Columbus Day
        date(2026, 11, 11),  # Veterans Day
        date(2026, 11, 26),  # Thanksgiving
        date(2026, 12, 25),  # Christmas
    ]
    assert not america.is_working(date(2021, 12, 31)), "New Year 2022 was a Saturday, kept on the last day of the year before"
    assert deadline(datetime(2026, 6, 25, 12, tzinfo=UTC), Duration(10), america, UTC).closes_at == datetime(2026, 7, 11, tzinfo=UTC)


@pytest.mark.rule("E1")
def test_other_weekends_and_working_weekends_are_kept() -> None:
    assert year_from_library("SA", 2026).weekend == (4, 5)
    old, new = calendar("AE", 2021), calendar("AE", 2022)
    assert [old.is_working(date(2021, 3, day)) for day in (5, 6, 7)] == [False, False, True], "Friday and Saturday until 2021"
    assert [new.is_working(date(2022, 3, day)) for day in (4, 5, 6)] == [True, False, False], "Saturday and Sunday since"
    hungary = calendar("HU", 2024)
    assert [hungary.is_working(date(2024, 8, day)) for day in (3, 19, 20)] == [True, False, False], (
        "Saturday the 3rd is worked for Monday the 19th"
    )


@pytest.mark.rule("E2")
@pytest.mark.parametrize("country", ["CN", "US", "DE", "SA", "TW", "NP", "RU"])
def test_a_published_year_says_nothing_twice(country: str) -> None:
    year = year_from_library(country, official_years(country)[-1])
    assert all(day.weekday() not in year.weekend for day in year.days_off)
    assert all(day.weekday() in year.weekend for day in year.work_days)
    assert year == CalendarYear(country, year.year, year.days_off, year.work_days, year.weekend)
