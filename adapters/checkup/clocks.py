"""The clock against the log, and the calendars that deadlines are counted by (rules T2, T6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from adapters.checkup.result import CheckResult
from adapters.wiring.deployment import Deployment
from adapters.wording.instants import instant

AHEAD = timedelta(seconds=2)
GAP = timedelta(days=1)
"""How long a store may have been left alone without a word."""
SOON = timedelta(days=30)
"""How long before the year's end the next year's calendar is asked for: windows reach into it."""


def clock(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether the clock is behind what was recorded: then time stands still until it has caught up; or far ahead of it.

    Where there is no database to ask, nobody can tell a store that was left alone from a clock that jumped before the start.
    """
    last, now = deployment.stores.last_recorded_at(), datetime.now(UTC)
    if deployment.clock.doubtful():
        yield CheckResult("bad", f"the machine's clock shows {instant(now)}, ahead of the database's: nothing is decided by it")
        return
    if last is not None and deployment.stores.clock_notes.simulated():
        told = f"a simulated clock tells the time of this store, and recorded last at {instant(last)}"
        ours = f"commands go by the machine's, which shows {instant(now.replace(microsecond=0))}"
        yield CheckResult("warn", f"{told}; {ours}: after what one records, no simulated clock starts any earlier")
        return
    if last is not None and now - last > GAP and not deployment.settings.on_postgres:
        gap = f"the last event was recorded at {instant(last)}, {(now - last).days} days before what the clock shows"
        yield CheckResult("warn", f"{gap}; where the store was not left alone for so long, the clock jumped")
        return
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
