"""Windows of hours (rule E1): so many times 3,600 elapsed seconds after the instant itself, whatever calendars and clocks on walls say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from domain.durations import Duration, ProofLine
from domain.local_days import DAY, TOO_LATE, end_of, last_day_of, local_day

MAX_HOURS = 87_840
"""The longest window of hours: as many days as the longest one of days has."""

_HOUR = timedelta(hours=1)


def hours_after(start: datetime, duration: Duration) -> datetime:
    """The instant (UTC) so many hours after `start`, its fraction of a second kept.

    Raises ValueError: a naive start, an end past the year 9999, more than `MAX_HOURS`, or a duration that rolls.
    """
    if start.tzinfo is None:
        raise ValueError("an instant needs an offset from UTC")
    if duration.roll is not None:
        raise ValueError("a window of hours does not roll: it ends within a day")
    if duration.days > MAX_HOURS:
        raise ValueError(f"a window has at most {MAX_HOURS} hours")
    try:
        return start.astimezone(UTC) + duration.days * _HOUR
    except OverflowError:
        raise ValueError(TOO_LATE) from None


def hours_day_by_day(start: datetime, duration: Duration, zone: tzinfo) -> tuple[ProofLine, ...]:
    """How many of the hours lie on each local date that the window touches, and how many whole ones are over by its end (rule C4).

    No date is asked whether it works: all are the event's. A date on which clocks change has 23 or 25 hours. Errors as `hours_after`.
    """
    closes_at = hours_after(start, duration)
    day, last = local_day(start, zone), last_day_of(closes_at, zone)
    lines: list[ProofLine] = []
    since = start.astimezone(UTC)
    while day <= last:
        until = closes_at if day == last else end_of(day, zone)
        over = (until - start) // _HOUR
        if until > since:  # a zone that moved across the date line has left out a whole date
            lines.append(ProofLine(day, "event", f"{_clock(until - since)} hours elapse, {over} of {duration.days}", True))
        since, day = until, day + DAY
    return tuple(lines)


def _clock(elapsed: timedelta) -> str:
    """Hours and minutes, with seconds and their fraction only where there are any."""
    minutes, rest = divmod(elapsed, timedelta(minutes=1))
    seconds = f"{rest.total_seconds():09.6f}".rstrip("0").rstrip(".")
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds}" if rest else "")
