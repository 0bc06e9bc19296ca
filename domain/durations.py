"""How long a window is and when it ends: the values that rulebooks and events keep (rules E1, T3, T6, C4)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct


class Count(StrEnum):
    """What a duration counts."""

    WORKING = "working"
    CALENDAR = "calendar"
    MONTHS = "months"
    HOURS = "hours"


class Duration(Struct, frozen=True, cache_hash=True, forbid_unknown_fields=True):
    """A number (`days`) of working days, calendar days, months or hours (rule E1).

    `roll` moves an end on a rest day to the next working day; hours do not roll.
    """

    days: Annotated[int, Meta(ge=1)]
    count: Count = Count.WORKING
    roll: Literal["next_working_day"] | None = None

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"days must be at least 1, not {self.days}")


class CalendarRef(Struct, frozen=True, gc=False):
    """Which calendar a deadline was computed with (rule T6)."""

    name: str
    digest: str


class Deadline(Struct, frozen=True, gc=False):
    """A window's end: acts before `closes_at` (UTC) are in time (rule T3); `provisional` where a year had no published calendar."""

    closes_at: datetime
    calendar: CalendarRef
    provisional: bool


class ProofLine(Struct, frozen=True, gc=False):
    """One day of a deadline's proof (rule C4): what it is, why, and whether it counts.

    Of a window of hours every date is the event's own, for its hours run through all of them and no calendar is asked.
    """

    date: date
    day: Literal["event", "working", "rest"]
    why: str
    counted: bool
