"""Instants and the dates of a time zone: on which date an instant lies, and at which one a date is over (rule E1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

INSTANT = timedelta.resolution
DAY = timedelta(days=1)
TOO_LATE = "the window would end after the year 9999"


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The date of an instant where the zone is. Raises ValueError: a naive instant, or one before the year 1 or after 9999."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset from UTC")
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        raise ValueError("the instant has no local time between the years 1 and 9999") from None


def last_day_of(closes_at: datetime, zone: tzinfo) -> date:
    """The last date that a window touches, which ends at that instant, exclusive. Errors as `local_day`."""
    return local_day(closes_at - INSTANT, zone)


@lru_cache(maxsize=4096)  # a pure function, and two thirds of a deadline's cost; deadlines fall on few days
def end_of(day: date, zone: tzinfo) -> datetime:
    """24:00 local of the day, in UTC. Where clocks change at midnight: the instant at which the day is over for good."""
    after = day + DAY
    midnight = datetime(after.year, after.month, after.day, tzinfo=zone)
    end = midnight.astimezone(UTC)
    other = midnight.replace(fold=1)
    if other.utcoffset() == midnight.utcoffset():
        return end
    again = other.astimezone(UTC)
    # A clock set back just after midnight returns to the day that had ended; then the second midnight ends it.
    return again if again > end and (again - INSTANT).astimezone(zone).date() == day else end
