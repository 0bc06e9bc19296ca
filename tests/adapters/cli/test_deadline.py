"""`originals deadline` and `originals calendars`, as a user types them (rules E1, E2, T6)."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime

import pytest

from adapters.calendars.holidays_source import year_from_library
from adapters.cli import calendars, deadline
from domain.law import PublishedYear
from domain.working_days import CalendarYear


def typed(*words: str) -> int:
    parser = ArgumentParser()
    deadline.add_arguments(parser)
    return deadline.run(parser.parse_args(words))


def typed_calendars(words: list[str], published: list[PublishedYear]) -> int:
    parser = ArgumentParser()
    calendars.add_arguments(parser)

    def publish(year: CalendarYear) -> bool:
        new = all(one.year.digest != year.digest for one in published)
        if new:
            published.append(PublishedYear(datetime(2026, 1, 1, tzinfo=UTC), year))
        return new

    return calendars.run(parser.parse_args(words), lambda: published, publish)


Printed = pytest.CaptureFixture[str]


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("words", "closes"),
    [
        (["--from", "2026-02-13T16:30:05Z", "--days", "3"], "2026-02-26T16:00:00Z"),
        (["--from", "2026-02-14T00:30:05+08:00", "--days", "3"], "2026-02-26T16:00:00Z"),
        (["--from", "2026-02-13t16:30:05.25z", "--days", "3", "--calendar", "CN"], "2026-02-26T16:00:00Z"),
        (["--from", "2026-02-12T02:00:00Z", "--days", "3", "--count", "calendar"], "2026-02-15T16:00:00Z"),
        (["--from", "2026-02-12T02:00:00Z", "--days", "3", "--count", "calendar", "--roll"], "2026-02-24T16:00:00Z"),
        (["--from", "2026-01-31T02:00:00Z", "--days", "1", "--count", "months"], "2026-02-28T16:00:00Z"),
        (["--from", "2026-06-25T12:00:00Z", "--days", "10", "--calendar", "US", "--zone", "America/New_York"], "2026-07-11T04:00:00Z"),
        (["--from", "2026-04-30T12:00:00Z", "--days", "1", "--calendar", "DE"], "2026-05-04T22:00:00Z"),
        (["--from", "2001-01-15T02:00:00Z", "--days", "300", "--count", "months"], "2026-01-15T16:00:00Z"),
        (["--from", "2030-02-13T10:00:00.25+08:00", "--days", "48", "--count", "hours"], "2030-02-15T02:00:00.250000Z"),
    ],
)
def test_the_closing_instant_is_all_that_is_printed(words: list[str], closes: str, capsys: Printed) -> None:
    assert typed(*words) == 0
    assert capsys.readouterr() == (f"{closes}\n", "")


@pytest.mark.rule("C4")
def test_the_explanation_tells_every_day_after_the_instant(capsys: Printed) -> None:
    assert typed("--from", "2026-02-13T08:00:00Z", "--days", "2", "--explain") == 0
    first, *days = capsys.readouterr().out.splitlines()
    assert first == "2026-02-24T16:00:00Z"
    assert len(days) == 12
    assert days[0] == "2026-02-13  Fri    event    the day of the event is not counted"
    assert days[1] == "2026-02-14  Sat  + working  adjusted working day, 1 of 2"
    assert days[4] == "2026-02-17  Tue    rest     public holiday"
    assert days[-1] == "2026-02-24  Tue  + working  working day, 2 of 2"


@pytest.mark.rule("T6")
@pytest.mark.parametrize("start", ["2199-12-30T02:00:00Z", "1999-12-30T02:00:00Z"])
def test_a_deadline_without_an_official_calendar_says_that_it_is_provisional(start: str, capsys: Printed) -> None:
    assert typed("--from", start, "--days", "3") == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1
    assert printed.err.startswith("originals deadline: provisional")
    assert len(printed.err.splitlines()) == 1


@pytest.mark.rule("T6")
def test_a_country_without_official_years_has_weekdays_only(capsys: Printed) -> None:
    assert typed("--from", "2026-07-02T12:00:00Z", "--days", "1", "--calendar", "KW") == 0
    printed = capsys.readouterr()
    assert (printed.out, "provisional" in printed.err) == ("2026-07-03T21:00:00Z\n", True)


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--from", "2026-02-13T16:30:05", "--days", "3"], "offset"),
        (["--from", "2026-02-13", "--days", "3"], "offset"),
        (["--from", "soon", "--days", "3"], "offset"),
        (["--from", "2026-02-30T16:30:05Z", "--days", "3"], "day is out of range"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "0"], "whole number from 1"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "-3"], "whole number from 1"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "3.5"], "whole number from 1"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "٣"], "whole number from 1"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "9" * 9], "after the year 9999"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "87841", "--count", "hours"], "at most 87840 hours"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "48", "--count", "hours", "--roll"], "does not roll"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "3", "--count", "weeks"], "none of working, calendar, months, hours"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "3", "--calendar", "XX"], "no calendar of 'XX'"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "3", "--calendar", "US"], "name one as the zone"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "3", "--zone", "Mars"], "no time zone 'Mars'"),
        (["--from", "2026-02-13T16:30:05Z", "--days", "3", "--zone", ""], "no time zone ''"),
    ],
)
def test_an_error_of_use_is_one_line_on_stderr(words: list[str], why: str, capsys: Printed) -> None:
    assert typed(*words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert why in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.mark.rule("E2")
def test_an_official_year_is_published_once_and_listed_with_its_digest(capsys: Printed) -> None:
    published: list[PublishedYear] = []
    assert typed_calendars(["publish", "CN", "2026"], published) == 0
    assert typed_calendars(["publish", "CN", "2026"], published) == 0
    assert typed_calendars(["publish", "CN", "2025"], published) == 0
    digest = year_from_library("CN", 2026).digest
    first, again, _ = capsys.readouterr().out.splitlines()
    assert (first, again) == (f"CN 2026  {digest}  published", f"CN 2026  {digest}  already in force")
    assert typed_calendars([], published) == 0
    earlier, later = capsys.readouterr().out.splitlines()
    assert earlier.startswith("CN 2025  ")
    assert later == f"CN 2026  {digest}   19 days off   6 working weekend days  since 2026-01-01T00:00:00Z"


@pytest.mark.rule("E2")
@pytest.mark.parametrize(
    ("country", "year", "why"),
    [
        ("CN", "2100", "CN 2100 is not official"),
        ("XX", "2026", "no calendar of 'XX'"),
        ("CN", "soon", "'soon' is not a year"),
        ("CN", "٢٠٢٦", "is not a year"),
    ],
)
def test_a_year_that_cannot_be_published_is_refused_in_one_line(country: str, year: str, why: str, capsys: Printed) -> None:
    published: list[PublishedYear] = []
    assert typed_calendars(["publish", country, year], published) == 2
    printed = capsys.readouterr()
    assert (printed.out, published) == ("", [])
    assert why in printed.err
    assert len(printed.err.splitlines()) == 1
