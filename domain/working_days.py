"""Working days and deadlines (rules E1, E2, T3, T6): a calendar is data, a deadline is one exact instant.

The day of the event is never counted. A window ends at 24:00 local time of its last day, kept as that UTC instant, exclusive; hours
alone run from the instant itself. Nothing here knows a country or reads a file: calendars and time zones are handed in.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, tzinfo

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from domain.durations import CalendarRef, Count, Deadline, Duration, ProofLine
from domain.elapsed_hours import hours_after, hours_day_by_day
from domain.local_days import DAY, TOO_LATE, end_of, last_day_of, local_day

__all__ = [
    "Calendar",
    "CalendarRef",
    "CalendarYear",
    "Count",
    "Deadline",
    "Duration",
    "ProofLine",
    "deadline",
    "proof",
    "reminder_before",
]

_LAST_ORDINAL = date.max.toordinal() - 1  # its 24:00 must still be a date
_SATURDAY_SUNDAY = (5, 6)


class CalendarYear(Struct, frozen=True, forbid_unknown_fields=True):
    """One country's published year: a day works if it is in `work_days`, or is neither on the weekend nor in `days_off`.

    `weekend` holds weekdays, Monday being 0. Dates are kept sorted and once each; a date of another year or one that both
    works and rests is refused (ValueError).
    """

    country: str
    year: int
    days_off: tuple[date, ...] = ()
    work_days: tuple[date, ...] = ()
    weekend: tuple[int, ...] = _SATURDAY_SUNDAY

    def __post_init__(self) -> None:
        for name in ("days_off", "work_days", "weekend"):
            force_setattr(self, name, tuple(sorted(set(getattr(self, name)))))
        if not date.min.year <= self.year <= date.max.year:
            raise ValueError(f"there is no year {self.year}")
        strangers = [day for day in (*self.days_off, *self.work_days) if day.year != self.year]
        if strangers:
            raise ValueError(f"{strangers[0]} is not in {self.year}")
        both = sorted(set(self.days_off) & set(self.work_days))
        if both:
            raise ValueError(f"{both[0]} is both a day off and a working day")
        if len(self.weekend) > 6 or not all(0 <= weekday <= 6 for weekday in self.weekend):
            raise ValueError("a weekend is at most six weekdays from 0 (Monday) to 6 (Sunday)")

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of the canonical JSON of this year (rule E2)."""
        return _digest(self)

    def working_ordinals(self) -> list[int]:
        """The proleptic ordinals of the working days of this year, ascending."""
        return _working_ordinals(self.year, self.weekend, self.days_off, self.work_days)


class Calendar:
    """A country's working days, composed of its published years; immutable, so safe to share.

    A year that was not published follows the weekend of the nearest published year (the earlier of two), Saturday and Sunday
    where there is none; deadlines that touch it are provisional.
    """

    __slots__ = ("_guessed", "_ordinals", "_span", "_years", "digest", "name", "ref")

    def __init__(self, name: str, years: Mapping[int, CalendarYear]) -> None:
        self.name = name
        self._years = dict(sorted(years.items()))
        self._guessed: dict[int, CalendarYear] = {}
        self.digest = _digest([name, [year.digest for year in self._years.values()]])
        self.ref = CalendarRef(name, self.digest)
        self._span = range(min(years), max(years) + 1) if years else range(0)
        self._ordinals = [ordinal for year in self._span for ordinal in self._year(year).working_ordinals()]

    def has(self, year: int) -> bool:
        """Whether the year is published, rather than guessed from weekdays."""
        return year in self._years

    def is_working(self, day: date) -> bool:
        """Whether the day is a working day (rule E1)."""
        year = self._year(day.year)
        return day in year.work_days or (day.weekday() not in year.weekend and day not in year.days_off)

    def is_weekend(self, day: date) -> bool:
        """Whether the day falls on a weekend by its weekday, adjusted or not."""
        return day.weekday() in self._year(day.year).weekend

    def touches_unpublished(self, first: date, last: date) -> bool:
        """Whether a year between the two days is not published (rule T6)."""
        if first.year == last.year:
            return first.year not in self._years
        return any(year not in self._years for year in range(first.year, last.year + 1))

    def nth_working_after(self, day: date, number: int) -> date:
        """The number-th working day after the day, which is not counted itself. Raises ValueError past the year 9999."""
        ordinal, year, ordinals = day.toordinal(), day.year, self._ordinals
        if year in self._span:
            index = bisect_right(ordinals, ordinal) + number - 1
            if index < len(ordinals):
                return _day_of(ordinals[index])
            number, year = index + 1 - len(ordinals), self._span[-1] + 1
        while year <= date.max.year:
            ordinals = self._year(year).working_ordinals()
            index = bisect_right(ordinals, ordinal) + number - 1
            if index < len(ordinals):
                return _day_of(ordinals[index])
            number, year = index + 1 - len(ordinals), year + 1
        raise ValueError(TOO_LATE)

    def last_working_before(self, day: date) -> date:
        """The last working day before the day. Raises ValueError where there is none."""
        if day.year in self._span:
            index = bisect_left(self._ordinals, day.toordinal())
            if index:
                return date.fromordinal(self._ordinals[index - 1])
        while day > date.min:
            day -= DAY
            if self.is_working(day):
                return day
        raise ValueError("there is no working day before that")

    def _year(self, year: int) -> CalendarYear:
        known = self._years.get(year) or self._guessed.get(year)
        if known is None:
            nearest = min(self._years, key=lambda known: (abs(known - year), known), default=None)
            weekend = _SATURDAY_SUNDAY if nearest is None else self._years[nearest].weekend
            known = self._guessed[year] = CalendarYear(self.name, year, weekend=weekend)  # a long proof asks for it day by day
        return known


def deadline(start: datetime, duration: Duration, calendar: Calendar, zone: tzinfo) -> Deadline:
    """When a window that begins at `start` closes (rules E1, T3, T6).

    `start` is aware; its local day is not counted. The answer is 24:00 local time of the last day as a UTC instant, exclusive; of
    hours, so many after `start`, whatever the calendar says. Raises ValueError: a naive start, an end past the year 9999, more than
    `MAX_HOURS` hours, or hours that roll.
    """
    if duration.count is Count.HOURS:
        return Deadline(hours_after(start, duration), calendar.ref, provisional=False)
    event, _, last = _span(start, duration, calendar, zone)
    return Deadline(end_of(last, zone), calendar.ref, calendar.touches_unpublished(event, last))


def proof(start: datetime, duration: Duration, calendar: Calendar, zone: tzinfo) -> tuple[ProofLine, ...]:
    """The same deadline day by day (rule C4): the day of the event first, the window's last day last. Errors as `deadline`."""
    if duration.count is Count.HOURS:
        return hours_day_by_day(start, duration, zone)
    event, end, last = _span(start, duration, calendar, zone)
    days = [ProofLine(event, "event", "the day of the event is not counted", False)]
    counted = 0
    for ordinal in range(event.toordinal() + 1, last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        working = calendar.is_working(day)
        counts = day == last if day > end else working or duration.count is not Count.WORKING
        counted += counts
        why = _kind(day, calendar) + _count(counts, counted, day > end, duration)
        days.append(ProofLine(day, "working" if working else "rest", why, counts))
    return tuple(days)


def reminder_before(closes_at: datetime, calendar: Calendar, zone: tzinfo) -> datetime:
    """One working day before a window closes (rule H4): 24:00 local of the last working day before the window's last day."""
    last = last_day_of(closes_at, zone)
    return end_of(calendar.last_working_before(last), zone)


def _span(start: datetime, duration: Duration, calendar: Calendar, zone: tzinfo) -> tuple[date, date, date]:
    """The day of the event, the day on which the count ends, and the window's last day (later only where the end rolls)."""
    event = local_day(start, zone)
    match duration.count:
        case Count.WORKING:
            end = calendar.nth_working_after(event, duration.days)
        case Count.CALENDAR:
            end = _day_of(event.toordinal() + duration.days)
        case _:
            end = _months_after(event, duration.days)
    if duration.roll and not calendar.is_working(end):
        return event, end, calendar.nth_working_after(end, 1)
    return event, end, end


def _months_after(day: date, months: int) -> date:
    """The day of the same number, or the month's last day (rule E1)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise ValueError(TOO_LATE)
    return _day_of(date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])).toordinal())


def _day_of(ordinal: int) -> date:
    if ordinal > _LAST_ORDINAL:
        raise ValueError(TOO_LATE)
    return date.fromordinal(ordinal)


def _kind(day: date, calendar: Calendar) -> str:
    match calendar.is_working(day), calendar.is_weekend(day):
        case True, True:
            kind = "adjusted working day"
        case True, False:
            kind = "working day"
        case False, True:
            kind = "weekend"
        case _:
            kind = "public holiday"
    return kind if calendar.has(day.year) else f"{kind} (no official calendar of {day.year})"


def _count(counts: bool, number: int, rolled: bool, duration: Duration) -> str:
    if not counts:
        return ""
    if rolled:
        return ", to which the end rolls"
    return "" if duration.count is Count.MONTHS else f", {number} of {duration.days}"


def _working_ordinals(year: int, weekend: tuple[int, ...], days_off: tuple[date, ...], work_days: tuple[date, ...]) -> list[int]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    rest = {day.toordinal() for day in days_off}
    work = {day.toordinal() for day in work_days}
    # An ordinal of 1 is a Monday, so (ordinal + 6) % 7 is the weekday.
    return [day for day in range(first, last + 1) if day in work or ((day + 6) % 7 not in weekend and day not in rest)]


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
