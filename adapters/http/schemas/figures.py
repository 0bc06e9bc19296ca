"""The figures of a period."""

from __future__ import annotations

from adapters.http.schemas.fields import Instant, Received, Shown, each, flag, free, instant, whole, word


class PeriodQuery(Received):
    """From an instant, inclusive, to another, exclusive."""

    begins = Instant(required=True, data_key="from", metadata={"examples": ["2026-03-01T00:00:00Z"], "description": "Inclusive."})
    ends = Instant(required=True, data_key="to", metadata={"examples": ["2026-04-01T00:00:00Z"], "description": "Exclusive."})


class WeekOfDesk(Shown):
    """What came to the desk in a week and what left it."""

    week = word("2026-03-02", "Its Monday, in UTC.")
    complaints_lodged = whole(0, example=12)
    complaints_decided = whole(0, example=10)
    appeals_opened = whole(0, example=4)
    appeals_decided = whole(0, example=3)


class WaitingTime(Shown):
    """How many waited so long."""

    under_hours = whole(0, example=24, allow_none=True, meaning="Less than this and no less than the one before; null: any longer time.")
    cases = whole(0, example=8)
    late = whole(0, example=1, meaning="Of these, past the time that the rulebook gives.")


class PeriodFigures(Shown):
    """The figures of a period, the desk's load by week, and how long it took."""

    period_from = instant("2026-03-01T00:00:00Z", data_key="from")
    to = instant("2026-04-01T00:00:00Z")
    at_rest = flag(True, "Whether they can change no more.")
    figures = free({"complaints": {"lodged": 12}}, "By section; a median of nothing is null.")
    weeks = each(WeekOfDesk)
    to_take_up = each(WaitingTime, "From a complaint's lodging to its acceptance or refusal.")
    to_decide = each(WaitingTime, "From an appeal's opening to its decision; special cases are never late.")
