"""The figures of a period (EU 2022/2065, art. 15 and 24), and the statements of reasons for the penalties imposed in it.

The cut is that of rule T8: what was recorded by the period's end, settled to it. Everything is counted by the instant at which it
took effect, from the beginning (inclusive) to the end (exclusive). So the same period gives the same figures whenever it is asked
for, whether or not a worker had written the consequences down by then, and periods that follow one another neither overlap nor
leave anything out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from application.figures import NAMES, Figures, names_beside_cases, names_of_case
from domain.case import events as of_case
from domain.case.consequences.ending import Voiding
from domain.case.consequences.plan import NoticePlan
from domain.case.events import CASE_EVENTS
from domain.case.folding import begin, evolve
from domain.case.settling import settle
from domain.case.state import Case, Status
from domain.events import Fact
from domain.events.filing import FilingCancelled
from domain.events.member import MerchantTerminated
from domain.law import Law
from domain.recorded import Recorded
from domain.statement import PenaltyFacts, statement_of_reasons

PAGE = 5_000

Placed = tuple[int, Recorded]
"""An event and its position in the log."""


class LogPages(Protocol):
    """The log of events."""

    def read_log(self, after: int, limit: int) -> list[Placed]:
        """The next events after a position, at most `limit`, each with its position."""
        ...


class Period(NamedTuple):
    """From an instant, inclusive, to another, exclusive."""

    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        """Whether something took effect in it."""
        return self.begins <= at < self.ends


class TransparencyReport(Struct, frozen=True):
    """The figures by section, and the statements by their numbers."""

    period: Period
    figures: Figures
    statements: tuple[dict[str, Any], ...]


def report(log: LogPages, law: Law, period: Period) -> TransparencyReport:
    """Count the period. Where its end is still to come, the figures may grow until then."""
    tally = _Tally(period)
    for placed in _recorded_by(log, period.ends):
        tally.see(placed)
    tally.settle(law)
    return TransparencyReport(period, tally.figures(), tally.statements())


def _recorded_by(log: LogPages, ends: datetime) -> Iterator[Placed]:
    position = 0
    while page := log.read_log(position, PAGE):
        position = page[-1][0]
        yield from (placed for placed in page if placed[1].recorded_at <= ends and placed[1].at < ends)


class _Placed(NamedTuple):
    """A case as far as the log was read, and the position at which it began."""

    position: int
    case: Case


class _Tally:
    """What was counted so far."""

    def __init__(self, period: Period) -> None:
        self._period = period
        self._counted: Counter[str] = Counter()
        self._to_take_up: list[timedelta] = []
        self._to_decide: list[timedelta] = []
        self._cases: dict[str, _Placed] = {}
        self._falls: dict[str, list[tuple[int, Voiding]]] = {}
        self._notices: dict[str, tuple[of_case.NoticeServed, datetime]] = {}

    def see(self, placed: Placed) -> None:
        """One event of the log."""
        position, recorded = placed
        if not isinstance(recorded.event, CASE_EVENTS):
            self._count(recorded.at, names_beside_cases(recorded.event))
            self._see_fall(position, recorded)
            return
        known = self._cases.get(recorded.originator_id)
        if known is None:
            self._cases[recorded.originator_id] = _Placed(position, begin(recorded.originator_id, recorded))
            self._count(recorded.at, ("complaints.lodged",))
        else:
            self._cases[recorded.originator_id] = _Placed(known.position, self._go_on(known.case, recorded))

    def _see_fall(self, position: int, recorded: Recorded) -> None:
        """A member's or a filing's protection fell, and the cases with it (rules B7, H1), written down or not."""
        match recorded.event:
            case MerchantTerminated():
                self._falls.setdefault(recorded.originator_id, []).append((position, Voiding(recorded.at, "finding")))
            case FilingCancelled(because="dispute"):
                self._falls.setdefault(recorded.originator_id, []).append((position, Voiding(recorded.at, "dispute")))
            case _:
                pass

    def _fall_of(self, known: _Placed) -> Voiding | None:
        """The first fall after the complaint was lodged."""
        names = (known.case.complainant, known.case.filing_id)
        later = [fall for name in names for fall in self._falls.get(name, ()) if fall[0] > known.position]
        return min(later, key=lambda fall: fall[0])[1] if later else None

    def settle(self, law: Law) -> None:
        """Go on with every case to the period's end: what was due before it, written down or not (rules T4, T8)."""
        ends = self._period.ends
        for case_id, known in self._cases.items():
            case = known.case
            if not case.ended:
                for h in settle(case, ends, law, partial(NoticePlan, "pending", case.link), self._fall_of(known)):
                    if h.at < ends:
                        case = self._go_on(case, h)
                self._cases[case_id] = _Placed(known.position, case)

    def figures(self) -> Figures:
        """Every figure, also those of nothing."""
        ends = self._period.ends
        cases = [known.case for known in self._cases.values()]
        found: dict[str, int | float | None] = {
            **self._counted,
            "complaints.overdue_at_the_end": sum(case.status is Status.LODGED and case.accept_by.closes_at <= ends for case in cases),
            "complaints.median_hours_to_take_up": _median_hours(self._to_take_up),
            "appeals.overdue_at_the_end": sum(_appeal_overdue(case, ends) for case in cases),
            "appeals.median_hours_to_decide": _median_hours(self._to_decide),
            "penalties.standing_at_the_end": sum(case.penalty_stands for case in cases),
        }
        return {section: {name: found.get(f"{section}.{name}", 0) for name in names} for section, names in NAMES.items()}

    def statements(self) -> tuple[dict[str, Any], ...]:
        """The statements for the penalties imposed in the period, as of its end; their random numbers order and date nothing."""
        imposed = (known.case for known in self._cases.values())
        made = [self._statement(case) for case in imposed if case.penalized_at is not None and self._period.holds(case.penalized_at)]
        return tuple(sorted((one for one in made if one is not None), key=lambda one: str(one["puid"])))

    def _statement(self, case: Case) -> dict[str, Any] | None:
        notice, notified_at = self._notices[case.id]
        return statement_of_reasons(
            PenaltyFacts(
                notice_id=notice.notice_id,
                rule=notice.rule,
                reasons=notice.reasons,
                notified_at=notified_at,
                penalized_at=case.penalized_at,
                ended_at=None if case.penalty_stands else case.ended_at,
                matched=notice.region is not None,
            )
        )

    def _go_on(self, case: Case, fact: Fact) -> Case:
        after = evolve(case, fact)
        self._count(fact.at, names_of_case(case, after, fact))
        match fact.event:
            case of_case.NoticeServed() as event:
                self._notices[case.id] = (event, fact.at)
            case of_case.Accepted() | of_case.Declined() if self._period.holds(fact.at):
                self._to_take_up.append(fact.at - case.lodged_at)
            case of_case.RoundDecided() if self._period.holds(fact.at):
                self._to_decide.append(fact.at - case.rounds[-1].opened_at)
            case _:
                pass
        return after

    def _count(self, at: datetime, names: Iterable[str]) -> None:
        if self._period.holds(at):
            self._counted.update(names)


def _appeal_overdue(case: Case, at: datetime) -> bool:
    waits = case.open_round
    return waits is not None and not waits.special and waits.decide_by.closes_at <= at


def _median_hours(waited: list[timedelta]) -> float | None:
    return round(median(one.total_seconds() for one in waited) / 3600, 2) if waited else None
