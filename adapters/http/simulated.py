"""The test clock, there only with a simulated clock: an integrator plays a whole case in seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.audit import TestClock, TestClockBody
from adapters.wording.instants import instant


class MovableClock(Protocol):
    """A simulated clock that stands still until it is moved."""

    def now(self) -> datetime:
        """Its reading."""
        ...

    def move(self, to: datetime, run_deadlines: bool) -> datetime:
        """Move it forwards and, if so asked, settle what is due on the way. Raises Refusal(clock_backwards)."""
        ...


SIMULATED: Router[MovableClock] = Router("test clock", roles=("admin",))


def clock_now(clock: MovableClock, request: ApiRequest) -> dict[str, Any]:
    """The body of the clock's own GET."""
    return {"now": instant(clock.now())}


@SIMULATED.get("/test-clock", TestClock)
def read_test_clock(clock: MovableClock, request: ApiRequest) -> Answered:
    """Read the simulated clock."""
    return clock_now(clock, request)


@SIMULATED.put("/test-clock", TestClock, body=TestClockBody, also=(), codes=("clock_backwards",), current=clock_now)
def move_test_clock(clock: MovableClock, request: ApiRequest) -> Answered:
    """Move the simulated clock.

    With `run_deadlines` every deadline due by then has been settled, and the views have caught up, before it answers.
    """
    request.precondition()
    return {"now": instant(clock.move(request.body["now"], request.body["run_deadlines"]))}
