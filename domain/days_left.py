"""How many working days are left until a deadline (rules E1, C4): what people ask of an instant that they were given."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from domain.working_days import Calendar

MOST = 400
"""More days than these are not counted: whoever has so long has no need of a number."""


def working_days_left(now: datetime, closes_at: datetime, calendar: Calendar, zone: tzinfo) -> int | None:
    """The working days after today up to the window's last day, by its calendar and zone: 0 on the last one, and once it is over.

    None where that is further away than `MOST` days.
    """
    today, last = now.astimezone(zone).date(), (closes_at - timedelta(microseconds=1)).astimezone(zone).date()
    if (last - today).days > MOST:
        return None
    return sum(calendar.is_working(today + timedelta(days=ahead)) for ahead in range(1, (last - today).days + 1))
