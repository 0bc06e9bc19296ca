"""Working days and deadlines, counted by hand from the State Council's notices (rules E1, E2, T3, T6, C4, H4)."""

from __future__ import annotations

import csv
import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.calendars.zones import load_zone
from domain.working_days import Calendar, CalendarYear, Count, Duration, deadline, proof, reminder_before
from tests.domain.chinese_years import CHINA

SHANGHAI = load_zone("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def closes(start: str, days: int, count: Count = Count.WORKING, roll: bool = False) -> str:
    duration = Duration(days, count, "next_working_day" if roll else None)
    return deadline(at(start), duration, CHINA, SHANGHAI).closes_at.isoformat().replace("+00:00", "Z")


# 24:00 in Shanghai is 16:00Z of the same date. Each line: the instant, N, the last day, and how it was counted.
BY_HAND = [
    ("2026-03-02T01:00:00Z", 3, "2026-03-05", "an ordinary Monday: Tuesday, Wednesday, Thursday"),
    ("2026-03-06T01:00:00Z", 1, "2026-03-09", "a Friday: Monday"),
    ("2026-03-06T15:59:59Z", 1, "2026-03-09", "a second before midnight it is still Friday in Shanghai"),
    ("2026-03-05T16:00:00Z", 1, "2026-03-09", "midnight itself is Friday already, not Thursday"),
    ("2026-03-06T16:00:00Z", 1, "2026-03-09", "a Saturday: Monday"),
    # Spring Festival 2026: 15 to 23 February off; Saturdays 14 and 28 February worked.
    ("2026-02-12T02:00:00Z", 1, "2026-02-13", "Thursday: Friday"),
    ("2026-02-12T02:00:00Z", 2, "2026-02-14", "then the working Saturday"),
    ("2026-02-12T02:00:00Z", 3, "2026-02-24", "then nothing until the Tuesday after the holiday"),
    ("2026-02-18T02:00:00Z", 3, "2026-02-26", "given in the holiday: 24, 25, 26"),
    ("2026-02-25T02:00:00Z", 3, "2026-02-28", "Thursday, Friday and the working Saturday"),
    ("2026-02-27T02:00:00Z", 1, "2026-02-28", "a Friday before a working Saturday"),
    # New Year 2026: 1 to 3 January off, Sunday 4 January worked; across the year's end.
    ("2025-12-31T02:00:00Z", 1, "2026-01-04", "the working Sunday"),
    ("2025-12-30T02:00:00Z", 3, "2026-01-05", "31 December, Sunday 4, Monday 5"),
    # National Day 2026: 1 to 7 October off; Sunday 20 September and Saturday 10 October worked.
    ("2026-09-18T02:00:00Z", 1, "2026-09-20", "Friday: the working Sunday"),
    ("2026-09-30T02:00:00Z", 3, "2026-10-10", "8, 9 and the working Saturday 10"),
    # National Day and Mid-Autumn 2025: 1 to 8 October off; Sunday 28 September and Saturday 11 October worked.
    ("2025-09-26T02:00:00Z", 3, "2025-09-30", "Sunday 28, Monday 29, Tuesday 30"),
    ("2025-09-30T02:00:00Z", 3, "2025-10-11", "9, 10 and the working Saturday 11"),
    # Spring Festival 2025: 28 January to 4 February off; Sunday 26 January and Saturday 8 February worked.
    ("2025-01-24T02:00:00Z", 2, "2025-01-27", "the working Sunday, then Monday"),
    ("2025-01-27T02:00:00Z", 4, "2025-02-08", "5, 6, 7 and the working Saturday"),
    ("2026-09-01T02:00:00Z", 30, "2026-10-19", "21 in September (Sunday 20 too, not Friday 25), 8, 9, 10, 12 to 16 and 19 October"),
]


@pytest.mark.rule("E1", "T3")
@pytest.mark.parametrize(("start", "days", "last", "how"), BY_HAND)
def test_a_window_closes_at_the_end_of_its_last_working_day(start: str, days: int, last: str, how: str) -> None:
    assert closes(start, days) == f"{last}T16:00:00Z", how


@pytest.mark.rule("E1")
def test_every_reference_deadline_agrees() -> None:
    folder = os.environ.get("ORIGINALS_CALENDARS")
    if not folder:
        pytest.skip("ORIGINALS_CALENDARS names no folder with cn_deadlines.csv")
    with (Path(folder) / "cn_deadlines.csv").open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    assert cases
    wrong = [case for case in cases if closes(case["notified_at"], int(case["working_days"])) != case["closes_at"]]
    assert wrong == []


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("start", "days", "count", "roll", "last"),
    [
        ("2026-02-12T02:00:00Z", 3, Count.CALENDAR, False, "2026-02-15"),
        ("2026-02-12T02:00:00Z", 3, Count.CALENDAR, True, "2026-02-24"),
        ("2026-02-12T02:00:00Z", 2, Count.CALENDAR, True, "2026-02-14"),
        ("2026-01-15T02:00:00Z", 1, Count.MONTHS, False, "2026-02-15"),
        ("2026-01-31T02:00:00Z", 1, Count.MONTHS, False, "2026-02-28"),
        ("2024-01-31T02:00:00Z", 1, Count.MONTHS, False, "2024-02-29"),
        ("2025-10-31T02:00:00Z", 6, Count.MONTHS, False, "2026-04-30"),
        ("2025-12-31T16:00:00Z", 12, Count.MONTHS, False, "2027-01-01"),
        ("2025-12-15T02:00:00Z", 2, Count.MONTHS, True, "2026-02-24"),
        ("2026-03-02T01:00:00Z", 3, Count.WORKING, True, "2026-03-05"),
    ],
)
def test_calendar_days_and_months_end_the_same_way_and_can_roll(start: str, days: int, count: Count, roll: bool, last: str) -> None:
    assert closes(start, days, count, roll) == f"{last}T16:00:00Z"


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("start", "days", "provisional"),
    [
        ("2026-12-25T02:00:00Z", 3, False),
        ("2026-12-30T02:00:00Z", 3, True),
        ("2027-06-01T02:00:00Z", 1, True),
        ("2023-12-28T02:00:00Z", 3, True),
    ],
)
def test_a_deadline_is_provisional_where_it_touches_a_year_that_is_not_published(start: str, days: int, provisional: bool) -> None:
    given_at = deadline(at(start), Duration(days), CHINA, SHANGHAI)
    assert given_at.provisional is provisional
    assert given_at.calendar == CHINA.ref


@pytest.mark.rule("E1")
def test_an_unpublished_year_follows_the_weekend_of_the_nearest_published_one() -> None:
    friday_saturday, sunday_alone = (4, 5), (6,)
    years = {2020: CalendarYear("XX", 2020, weekend=friday_saturday), 2024: CalendarYear("XX", 2024, weekend=sunday_alone)}
    calendar = Calendar("XX", years)
    assert not calendar.is_working(date(2022, 7, 1)), "2022 lies between both: the earlier one's Friday"
    assert calendar.is_working(date(2022, 7, 3)), "and its working Sunday"
    assert not calendar.is_working(date(2023, 7, 2)), "2023 is nearer to 2024, where Sunday rests"
    assert calendar.is_working(date(2023, 7, 7))
    assert (calendar.has(2020), calendar.has(2022)) == (True, False)
    nothing = Calendar("XX", {})
    assert [nothing.is_working(date(2026, 8, day)) for day in range(3, 10)] == [True] * 5 + [False] * 2


@pytest.mark.rule("E1")
def test_days_before_between_and_after_the_published_years_are_counted_alike() -> None:
    calendar = Calendar("XX", {2020: CalendarYear("XX", 2020, days_off=(date(2020, 1, 1),)), 2022: CalendarYear("XX", 2022)})
    assert calendar.nth_working_after(date(2019, 12, 30), 2) == date(2020, 1, 2), "from before, over the day off"
    assert calendar.nth_working_after(date(2020, 12, 31), 261) == date(2021, 12, 31), "through the gap"
    assert calendar.nth_working_after(date(2022, 12, 29), 3) == date(2023, 1, 3), "Friday 30, Monday 2, Tuesday 3"
    assert calendar.nth_working_after(date(2023, 12, 28), 2) == date(2024, 1, 1), "years after them all"
    assert calendar.last_working_before(date(2020, 1, 2)) == date(2019, 12, 31)
    assert calendar.last_working_before(date(2023, 1, 2)) == date(2022, 12, 30)
    assert calendar.last_working_before(date(2022, 6, 6)) == date(2022, 6, 3)


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("zone", "start", "last_midnight"),
    [
        ("America/New_York", "2026-03-06T17:00:00Z", "2026-03-10T04:00:00+00:00"),  # clocks go forward on Sunday the 8th
        ("America/New_York", "2026-10-30T17:00:00Z", "2026-11-03T05:00:00+00:00"),  # and back on Sunday the 1st of November
        ("Africa/Cairo", "2026-04-22T09:00:00Z", "2026-04-23T22:00:00+00:00"),  # Friday the 24th has no midnight: 00:00 becomes 01:00
        ("Pacific/Apia", "2011-12-28T20:00:00Z", "2011-12-30T10:00:00+00:00"),  # the 30th was skipped: its end is the 29th's
    ],
)
def test_24_hours_local_is_exact_where_clocks_change(zone: str, start: str, last_midnight: str) -> None:
    assert deadline(at(start), Duration(1), Calendar("XX", {}), load_zone(zone)).closes_at == at(last_midnight)


@pytest.mark.rule("E1")
def test_a_day_that_is_taken_up_again_ends_at_its_second_midnight() -> None:
    # In St. John's, in 2010, clocks went back at 00:01 on Sunday 7 November to 23:01 of Saturday the 6th (offset -2:30 to -3:30).
    saturday_works = Calendar("XX", {2010: CalendarYear("XX", 2010, work_days=(date(2010, 11, 6),))})
    closing = deadline(at("2010-11-05T12:00:00Z"), Duration(1), saturday_works, load_zone("America/St_Johns")).closes_at
    assert closing == at("2010-11-07T03:30:00Z")
    # In Havana, in 2025, they went back at 01:00 on Sunday 2 November to 00:00 of the same day: Saturday had ended at the first midnight.
    works = Calendar("XX", {2025: CalendarYear("XX", 2025, work_days=(date(2025, 11, 1),))})
    closing = deadline(at("2025-10-31T12:00:00Z"), Duration(1), works, load_zone("America/Havana")).closes_at
    assert closing == at("2025-11-02T04:00:00Z")


@pytest.mark.rule("T3")
def test_the_offset_of_the_start_does_not_matter_only_its_instant() -> None:
    instant = at("2026-02-14T15:59:59Z")
    elsewhere = instant.astimezone(timezone(timedelta(hours=-11)))
    assert deadline(elsewhere, Duration(3), CHINA, SHANGHAI) == deadline(instant, Duration(3), CHINA, SHANGHAI)
    assert deadline(instant, Duration(3), CHINA, SHANGHAI).closes_at.tzinfo is UTC


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("start", "days", "count", "why"),
    [
        ("2026-02-13T08:00:00", 3, Count.WORKING, "offset"),
        ("2026-02-13T08:00:00Z", 10**12, Count.WORKING, "9999"),
        ("2026-02-13T08:00:00Z", 10**12, Count.CALENDAR, "9999"),
        ("2026-02-13T08:00:00Z", 10**12, Count.MONTHS, "9999"),
        ("9999-11-30T08:00:00Z", 1, Count.MONTHS, None),
        ("9999-11-30T16:00:00Z", 31, Count.CALENDAR, "9999"),
        ("9999-12-30T08:00:00Z", 1, Count.WORKING, "9999"),
        ("9999-12-31T20:00:00Z", 1, Count.WORKING, "local time"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_words(start: str, days: int, count: Count, why: str | None) -> None:
    if why is None:
        assert deadline(at(start), Duration(days, count), CHINA, SHANGHAI).closes_at == at("9999-12-30T16:00:00Z")
        return
    with pytest.raises(ValueError, match=why):
        deadline(at(start), Duration(days, count), CHINA, SHANGHAI)


def test_the_last_day_of_time_in_a_published_year_has_no_end() -> None:
    calendar = Calendar("XX", {9999: CalendarYear("XX", 9999)})
    with pytest.raises(ValueError, match="9999"):
        deadline(at("9999-12-30T08:00:00Z"), Duration(1), calendar, UTC)
    with pytest.raises(ValueError, match="9999"):
        deadline(at("9999-12-30T08:00:00Z"), Duration(2), calendar, UTC)


def test_a_duration_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Duration(0)


@pytest.mark.rule("E2")
def test_a_calendar_year_is_the_same_however_it_is_written() -> None:
    days = (date(2026, 1, 2), date(2026, 1, 1), date(2026, 1, 2))
    year = CalendarYear("CN", 2026, days, (date(2026, 1, 4),), (6, 5))
    assert year.days_off == (date(2026, 1, 1), date(2026, 1, 2))
    assert year.digest == CalendarYear("CN", 2026, days[:2], (date(2026, 1, 4),)).digest
    assert year.digest != CalendarYear("CN", 2026, days[:1], (date(2026, 1, 4),)).digest
    assert len(year.digest) == 64
    assert Calendar("CN", {2026: year}).digest != CHINA.digest


SIX = "^a weekend is at most six weekdays from 0 \\(Monday\\) to 6 \\(Sunday\\)$"


def test_a_weekend_may_leave_one_day_to_work() -> None:
    assert CalendarYear("XX", 2026, weekend=(5, 4, 3, 2, 1, 0)).weekend == (0, 1, 2, 3, 4, 5)
    assert Calendar("XX", {}).name == "XX"


@pytest.mark.rule("E2")
@pytest.mark.parametrize(
    ("year", "off", "work", "weekend", "why"),
    [
        (2026, (date(2025, 1, 1),), (), (5, 6), "2025-01-01 is not in 2026"),
        (2026, (), (date(2027, 1, 1),), (5, 6), "2027-01-01 is not in 2026"),
        (2026, (date(2026, 1, 1),), (date(2026, 1, 1),), (5, 6), "both"),
        (2026, (), (), (0, 1, 2, 3, 4, 5, 6), SIX),
        (2026, (), (), (7,), SIX),
        (0, (), (), (5, 6), "no year 0"),
    ],
)
def test_a_calendar_year_that_contradicts_itself_is_refused(
    year: int, off: tuple[date, ...], work: tuple[date, ...], weekend: tuple[int, ...], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        CalendarYear("CN", year, off, work, weekend)


@pytest.mark.rule("C4")
def test_the_proof_tells_each_day_and_why() -> None:
    told = [
        (f"{line.date:%m-%d}", line.day, line.why, line.counted) for line in proof(at("2026-02-13T08:00:00Z"), Duration(2), CHINA, SHANGHAI)
    ]
    assert told[:3] == [
        ("02-13", "event", "the day of the event is not counted", False),
        ("02-14", "working", "adjusted working day, 1 of 2", True),
        ("02-15", "rest", "weekend", False),
    ]
    assert told[3] == ("02-16", "rest", "public holiday", False)
    assert told[-1] == ("02-24", "working", "working day, 2 of 2", True)
    assert len(told) == 12


@pytest.mark.rule("C4")
def test_the_proof_of_calendar_days_months_and_a_rolled_end() -> None:
    rolled = proof(at("2026-02-12T02:00:00Z"), Duration(3, Count.CALENDAR, "next_working_day"), CHINA, SHANGHAI)
    assert [line.counted for line in rolled] == [False, True, True, True, *[False] * 8, True]
    assert rolled[3].why == "weekend, 3 of 3"
    assert rolled[-1].why == "working day, to which the end rolls"
    months = proof(at("2026-11-30T02:00:00Z"), Duration(2, Count.MONTHS), CHINA, SHANGHAI)
    assert (months[0].date, months[-1].date) == (date(2026, 11, 30), date(2027, 1, 30))
    assert months[-1].why == "weekend (no official calendar of 2027)"
    assert all(line.counted for line in months[1:])


@pytest.mark.rule("C4", "E1")
@given(
    start=st.datetimes(datetime(2023, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),
    days=st.integers(1, 40),
    count=st.sampled_from([Count.WORKING, Count.CALENDAR, Count.MONTHS]),
    roll=st.booleans(),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Apia", "UTC"]),
)
def test_the_proof_and_the_deadline_are_one_walk(start: datetime, days: int, count: Count, roll: bool, zone: str) -> None:
    duration, place = Duration(days, count, "next_working_day" if roll else None), load_zone(zone)
    given_at = deadline(start, duration, CHINA, place)
    lines = proof(start, duration, CHINA, place)
    assert lines[0].date == start.astimezone(place).date()
    assert [line.date for line in lines] == [lines[0].date + timedelta(days=n) for n in range(len(lines))]
    assert given_at.closes_at.astimezone(place).replace(tzinfo=None) == datetime.combine(
        lines[-1].date + timedelta(days=1), datetime.min.time()
    )
    assert lines[-1].counted
    assert given_at.closes_at > start
    if count is Count.WORKING:
        assert sum(line.counted for line in lines) == days
        assert all(line.day == "working" for line in lines if line.counted)
    if count is Count.CALENDAR and not roll:
        assert len(lines) == days + 1


@pytest.mark.rule("H4")
@pytest.mark.parametrize(
    ("closing", "reminder"),
    [
        ("2026-03-05T16:00:00Z", "2026-03-04T16:00:00Z"),  # Thursday's end: Wednesday's
        ("2026-03-09T16:00:00Z", "2026-03-06T16:00:00Z"),  # Monday's end: Friday's
        ("2026-02-24T16:00:00Z", "2026-02-14T16:00:00Z"),  # the first day after Spring Festival: the working Saturday before it
        ("2026-02-18T16:00:00Z", "2026-02-14T16:00:00Z"),  # an end on a holiday
        ("2026-03-05T10:00:00Z", "2026-03-04T16:00:00Z"),  # an end within a day belongs to that day
        ("2027-03-05T16:00:00Z", "2027-03-04T16:00:00Z"),  # a year that was not published
    ],
)
def test_the_reminder_comes_one_working_day_before(closing: str, reminder: str) -> None:
    assert reminder_before(at(closing), CHINA, SHANGHAI) == at(reminder)


@pytest.mark.rule("H4")
def test_the_last_day_of_a_window_is_the_zones_own() -> None:
    closes = at("2026-03-06T05:00:00Z")  # 24:00 on Thursday in New York, where it is Friday in Greenwich
    assert reminder_before(closes, Calendar("XX", {}), ZoneInfo("America/New_York")) == at("2026-03-05T05:00:00Z")


def test_before_all_time_there_is_no_reminder() -> None:
    with pytest.raises(ValueError, match="no working day"):
        reminder_before(datetime(1, 1, 2, tzinfo=UTC), Calendar("XX", {}), UTC)
    year_one = Calendar("XX", {1: CalendarYear("XX", 1)})
    with pytest.raises(ValueError, match="no working day"):
        reminder_before(datetime(1, 1, 2, tzinfo=UTC), year_one, UTC)


def test_a_zone_is_only_a_tzinfo() -> None:
    fixed = timezone(timedelta(hours=8))
    assert deadline(at("2026-02-13T16:30:05Z"), Duration(3), CHINA, fixed) == deadline(
        at("2026-02-13T16:30:05Z"), Duration(3), CHINA, ZoneInfo("Asia/Shanghai")
    )
