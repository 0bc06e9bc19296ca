"""Counting a period event by event, and, where it is asked for, which events make up one of its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from typing import NamedTuple

from application.falls import Falls
from application.figures import NAMES, STANDING, WEEKLY, Figures, names_beside_cases, names_of_case, stands
from domain.case import events as of_case
from domain.case.consequences.ending import Voiding
from domain.case.consequences.plan import NoticePlan
from domain.case.events import CASE_EVENTS
from domain.case.folding import begin, evolve
from domain.case.settling import settle
from domain.case.state import Case
from domain.events import Fact
from domain.law import Law
from domain.recorded import Recorded

TO_TAKE_UP = "complaints.median_hours_to_take_up"
TO_DECIDE = "appeals.median_hours_to_decide"


class Period(NamedTuple):
    """From an instant, inclusive, to another, exclusive."""

    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        """Whether something took effect in it."""
        return self.begins <= at < self.ends


class ContributingEvent(NamedTuple):
    """An event that adds to a figure; its id is None where it is due and nobody has written it down yet, its hours are a median's."""

    at: datetime
    event: str
    subject: str
    id: str | None
    hours: float | None = None


class Wait(NamedTuple):
    """How long something waited for the desk, and whether its time was over by then (rule T3)."""

    hours: float
    late: bool = False


class CountedCase(NamedTuple):
    """A case as far as the log was read, and the position at which it began."""

    position: int
    case: Case


class PeriodTally:
    """What was counted so far; of the figure `traced` also which events."""

    def __init__(self, period: Period, traced: str | None = None) -> None:
        self._period, self._traced = period, traced
        self._counted: Counter[str] = Counter()
        self.waits: dict[str, list[Wait]] = {}
        self.weeks: Counter[tuple[date, str]] = Counter()
        self._requests: set[str] = set()
        self._cases: dict[str, CountedCase] = {}
        self._falls = Falls()
        self._found: list[ContributingEvent] = []
        self._since: dict[str, ContributingEvent] = {}
        self._later: dict[tuple[datetime, str, str], str] = {}
        self.notices: dict[str, tuple[of_case.NoticeServed, datetime]] = {}

    def see(self, position: int, recorded: Recorded) -> None:
        """One event of the log."""
        subject = recorded.originator_id
        if not isinstance(recorded.event, CASE_EVENTS):
            self._count(recorded, subject, names_beside_cases(recorded.event))
            self._falls.see(position, recorded)
            return
        known = self._cases.get(subject)
        if known is None:
            self._cases[subject] = CountedCase(position, begin(subject, recorded))
            self._count(recorded, subject, self._names_of_lodging(recorded))
        else:
            self._cases[subject] = CountedCase(known.position, self._go_on(known.case, recorded))

    def see_later(self, recorded: Recorded) -> None:
        """One event that was written down after the period's end, though it took effect before: where a trace leads to it."""
        if self._traced is not None:
            self._later[recorded.at, type(recorded.event).__name__, recorded.originator_id] = recorded.id

    def settle(self, law: Law) -> None:
        """Go on with every case to the period's end: what was due before it, written down or not (rules T4, T8)."""
        ends = self._period.ends
        for case_id, known in self._cases.items():
            case = known.case
            if not case.ended:
                for h in settle(case, ends, law, partial(NoticePlan, "pending", case.link), self._fall_of(known)):
                    if h.at < ends:
                        case = self._go_on(case, h)
                self._cases[case_id] = CountedCase(known.position, case)

    @property
    def cases(self) -> Iterator[Case]:
        """Every case that was begun by the period's end."""
        return (known.case for known in self._cases.values())

    def figures(self) -> Figures:
        """Every figure, also those of nothing."""
        found: dict[str, int | float | None] = {**self._counted}
        for name in STANDING:
            found[name] = sum(stands(name, case, self._period.ends) for case in self.cases)
        found |= {name: round(median(one.hours for one in waited), 2) for name, waited in self.waits.items()}
        return {
            section: {one: found.get(f"{section}.{one}", None if one.startswith("median") else 0) for one in names}
            for section, names in NAMES.items()
        }

    def trace(self) -> list[ContributingEvent]:
        """The events of the traced figure, in the order in which they took effect."""
        if self._traced in STANDING:
            ends = self._period.ends
            found = [self._since[case.id] for case in self.cases if stands(str(self._traced), case, ends)]
        else:
            found = self._found
        return sorted((one._replace(id=one.id or self._later.get(one[:3])) for one in found), key=lambda one: one[:3])

    def _names_of_lodging(self, recorded: Recorded) -> list[str]:
        """A case, and with the first of a request's the request itself: one notice can name many links."""
        request = recorded.event.request if isinstance(recorded.event, of_case.ComplaintLodged) else recorded.command
        if request in self._requests:
            return ["complaints.lodged"]
        self._requests.add(request)
        return ["complaints.requests", "complaints.lodged"]

    def _fall_of(self, known: CountedCase) -> Voiding | None:
        """The first fall after the complaint was lodged."""
        fall = self._falls.first(known.case.complainant, known.case.filing_id, known.position)
        return None if fall is None else fall.voiding

    def _go_on(self, case: Case, fact: Fact) -> Case:
        after = evolve(case, fact)
        names = names_of_case(case, after, fact)
        self._count(fact, case.id, names)
        if "penalties.imposed" in names:
            self._wait(fact, case, "complaints.median_hours_to_penalty", case.lodged_at)
        match fact.event:
            case of_case.NoticeServed() as event:
                self.notices[case.id] = (event, fact.at)
            case of_case.Accepted(review_id=None) | of_case.Declined():
                self._wait(fact, case, TO_TAKE_UP, case.lodged_at, case.accept_by.closes_at)
            case of_case.RoundDecided():
                appeal = case.rounds[-1]
                self._wait(fact, case, TO_DECIDE, appeal.opened_at, None if appeal.special else appeal.decide_by.closes_at)
            case of_case.BodyDecided(record_id=record_id):
                self._wait(
                    fact, case, "bodies.median_hours_to_outcome", next(one.recorded_at for one in case.bodies if one.id == record_id)
                )
            case _:
                pass
        return after

    def _wait(self, fact: Fact, case: Case, name: str, since: datetime, until: datetime | None = None) -> None:
        if self._period.holds(fact.at):
            self.waits.setdefault(name, []).append(Wait(_hours(fact.at - since), until is not None and fact.at >= until))
            if name == self._traced:
                self._found.append(_counted(fact, case.id, round(_hours(fact.at - since), 2)))

    def _count(self, fact: Fact, subject: str, names: list[str]) -> None:
        if STANDING.get(str(self._traced)) in names:
            self._since[subject] = _counted(fact, subject)
        if self._period.holds(fact.at):
            self._counted.update(names)
            self.weeks.update((_monday(fact.at), name) for name in names if name in WEEKLY)
            if self._traced in names:
                self._found.append(_counted(fact, subject))


def _counted(fact: Fact, subject: str, hours: float | None = None) -> ContributingEvent:
    return ContributingEvent(fact.at, type(fact.event).__name__, subject, fact.id if isinstance(fact, Recorded) else None, hours)


def _monday(at: datetime) -> date:
    """The first day of the week, in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def _hours(waited: timedelta) -> float:
    return waited.total_seconds() / 3600
