"""The clock against the log, and the calendars that deadlines are counted by (rules T2, T6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from adapters.checkup.result import CheckResult
from adapters.wiring.deployment import Deployment
from adapters.wording.instants import instant

AHEAD = timedelta(seconds=2)
SOON = timedelta(days=30)
"""How long before the year's end the next year's calendar is asked for: windows reach into it."""


def clock(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether the machine's clock is behind what was recorded: then time stands still here until it has caught up."""
    last, now = deployment.stores.last_recorded_at(), datetime.now(UTC)
    if last is not None and last > now + AHEAD:
        ahead = f"{instant(now)}, yet the log was written at {instant(last)}"
        yield CheckResult("warn", f"the clock shows {ahead} (on a simulated clock, or this one was set back); time stands still until then")
    else:
        yield CheckResult("ok", "the clock is not behind the log")


def calendars(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether the years are official that deadlines given now are counted in."""
    now = deployment.clock.now()
    law = deployment.platform.library.law(deployment.platform.store)
    rules = law.in_force(now)
    calendar = law.calendar(rules.calendar, now)
    for year in dict.fromkeys((now + reach).year for reach in (timedelta(0), SOON)):
        if not calendar.has(year):
            wanted = f"{rules.calendar} {year}"
            yield CheckResult(
                "warn", f"no official calendar {wanted}: deadlines in it are provisional; `originals calendars publish {wanted}`"
            )
            return
    yield CheckResult("ok", f"the calendar {rules.calendar} in force has every year that is near")
