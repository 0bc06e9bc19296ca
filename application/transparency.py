"""The figures of a period (EU 2022/2065, art. 15 and 24), and the statements of reasons for the penalties imposed in it.

The cut is that of rule T8: what was recorded by the period's end, settled to it. Everything is counted by the instant at which it
took effect, from the beginning (inclusive) to the end (exclusive). So the same period gives the same figures whenever it is asked
for, whether or not a worker had written the consequences down by then, and periods that follow one another neither overlap nor
leave anything out.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from application.figures import Figures
from application.tally import TO_DECIDE, TO_TAKE_UP, ContributingEvent, Period, PeriodTally
from domain.case.lapse_reviews import stood_again
from domain.case.state import Case
from domain.law import Law
from domain.recorded import Recorded
from domain.statement import PenaltyFacts, statement_of_reasons

PAGE = 5_000
BOUNDS = (24, 48, 72, 120, 240)
"""Hours that part the classes of waiting."""


class LogPages(Protocol):
    """The log of events."""

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        """The next events after a position, at most `limit`, each with its position."""
        ...


class WeekAtDesk(NamedTuple):
    """A week from its Monday, in UTC: what came to the desk and what left it."""

    week: date
    complaints_lodged: int
    complaints_decided: int
    appeals_opened: int
    appeals_decided: int


class WaitClass(NamedTuple):
    """How many waited less than so many hours and no less than those of the class before; None has no bound. `late`: past their time."""

    under_hours: int | None
    cases: int
    late: int


class TransparencyReport(Struct, frozen=True):
    """The figures by section, the desk's load by week, how long it took, and the statements by their numbers."""

    period: Period
    figures: Figures
    statements: tuple[dict[str, Any], ...]
    weeks: tuple[WeekAtDesk, ...] = ()
    to_take_up: tuple[WaitClass, ...] = ()
    to_decide: tuple[WaitClass, ...] = ()


def report(log: LogPages, law: Law, period: Period) -> TransparencyReport:
    """Count the period. Where its end is still to come, the figures may grow until then."""
    tally = _tallied(log, law, PeriodTally(period), period)
    return TransparencyReport(
        period, tally.figures(), _statements(tally, period), _weeks(tally), _classes(tally, TO_TAKE_UP), _classes(tally, TO_DECIDE)
    )


def trace(log: LogPages, law: Law, period: Period, figure: str) -> list[ContributingEvent]:
    """The events that make up a figure, `section.name`: as many as it counts, or those whose hours its median is of."""
    return _tallied(log, law, PeriodTally(period, figure), period).trace()


def _tallied(log: LogPages, law: Law, tally: PeriodTally, period: Period) -> PeriodTally:
    position = 0
    while page := log.read_log(position, PAGE):
        position = page[-1][0]
        for place, recorded in page:
            if recorded.at >= period.ends:
                continue
            if recorded.recorded_at <= period.ends:
                tally.see(place, recorded)
            else:
                tally.see_later(recorded)
    tally.settle(law)
    return tally


def _weeks(tally: PeriodTally) -> tuple[WeekAtDesk, ...]:
    """Every week from the first to the last in which anything was counted."""
    mondays = sorted({week for week, _ in tally.weeks})
    count = 1 + (mondays[-1] - mondays[0]).days // 7 if mondays else 0

    def of(week: date, *names: str) -> int:
        """How often one of these was counted in a week."""
        return sum(tally.weeks[week, name] for name in names)

    return tuple(
        WeekAtDesk(
            week,
            of(week, "complaints.lodged"),
            of(week, "complaints.taken_up", "complaints.declined"),
            of(week, "appeals.opened"),
            of(week, "appeals.upheld", "appeals.rejected", "appeals.not_accepted"),
        )
        for week in (mondays[0] + timedelta(weeks=number) for number in range(count))
    )


def _classes(tally: PeriodTally, name: str) -> tuple[WaitClass, ...]:
    low, classes, waits = 0, [], tally.waits.get(name, [])
    for high in (*BOUNDS, None):
        within = [one for one in waits if low <= one.hours and (high is None or one.hours < high)]
        classes.append(WaitClass(high, len(within), sum(one.late for one in within)))
        low = high or low
    return tuple(classes)


def _statements(tally: PeriodTally, period: Period) -> tuple[dict[str, Any], ...]:
    """The statements for the penalties imposed in the period, as of its end; their random numbers order and date nothing."""
    made = [_statement(tally, case) for case in tally.cases if case.penalized_at is not None and period.holds(case.penalized_at)]
    return tuple(sorted((one for one in made if one is not None), key=lambda one: str(one["puid"])))


def _statement(tally: PeriodTally, case: Case) -> dict[str, Any] | None:
    notice, notified_at = tally.notices[case.id]
    return statement_of_reasons(
        PenaltyFacts(
            notice_id=notice.notice_id,
            rule=notice.rule,
            reasons=notice.reasons,
            notified_at=notified_at,
            penalized_at=case.penalized_at,
            ended_at=None if case.penalty_stands else case.ended_at,
            matched=notice.region is not None,
            again=stood_again(case),
        )
    )
