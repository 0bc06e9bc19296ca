"""The deadline calculator: when a window closes, and why, with the calendar drawn day by day."""

from __future__ import annotations

from typing import Final

from flask import request

from adapters.console.visit import Answer, Pages, Visit, page
from adapters.console.whole_numbers import whole

PAGES: Final = Pages()


@PAGES.get("/deadlines")
def calculator(visit: Visit) -> Answer:
    """From an instant and a number of days to the instant at which the window closes."""
    given = {name: request.args.get(name, "").strip() for name in ("from", "days", "count", "calendar", "zone", "roll")}
    if not given["from"] or not visit.interface.knows("compute_deadline"):
        return page("deadlines", given=given, outcome=None)
    body = {
        **{name: value for name, value in given.items() if value and name != "roll"},
        "days": whole(given["days"]) or 0,
    }
    return page("deadlines", given=given, outcome=visit.send_apart("compute_deadline", body={**body, "roll": bool(given["roll"])}))
