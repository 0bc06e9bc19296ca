"""A case as it happened and as it would have been, and sums over cases (rules G2, G3). Sums of parts add up, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct, field

from domain.case.causes import Causes
from domain.case.causes_in_sum import CauseSums
from domain.case.counterfactual import AffectedAct, Counterfactual
from domain.case.events import COMPARED, ComplaintLodged, ReviewRequested, RoundOpened, WindowOpened
from domain.case.state import Case
from domain.events import Event, Fact, Happened

_SECONDS_A_DAY = 86_400
_MICROSECONDS_A_DAY = _SECONDS_A_DAY * 1_000_000


class Divergence(NamedTuple):
    """The first event in which two histories of a case differ: its name and when it took effect."""

    event: str
    at: datetime


class Moved(NamedTuple):
    """A window to appeal that closes at another instant."""

    round: int
    closes_at: datetime
    would_close_at: datetime


class Comparison(NamedTuple):
    """A case as it happened and as it would have been; `ending` and `would_end` are statuses of the contract, or `undetermined`.

    Penalty days run to the horizon; those of an undetermined case to where it became so. `causes` are those of another ending,
    where they were asked for and found.
    """

    case: str
    ending: str
    would_end: str
    first_divergence: Divergence | None
    windows_moved: tuple[Moved, ...]
    penalty_days: float
    would_penalty_days: float
    acceptance_late: bool
    acceptance_would_be_late: bool
    undetermined_since: datetime | None
    unreached: tuple[AffectedAct, ...]
    refused: tuple[AffectedAct, ...]
    heard: tuple[AffectedAct, ...]
    causes: Causes | None = None

    @property
    def changed(self) -> bool:
        """Whether the ending is another."""
        return self.ending != self.would_end

    @property
    def appeals_refused(self) -> int:
        """Appeals that were heard and would have been refused, before the ending or because of it."""
        return sum(act.command == "appeal" for act in (*self.refused, *self.unreached))

    @property
    def appeals_heard(self) -> int:
        """Appeals that were refused and would have been heard."""
        return sum(act.command == "appeal" for act in self.heard)


def compare(actual: Case, history: Sequence[Fact], other: Counterfactual, horizon: datetime) -> Comparison:
    """A case settled to the horizon, all its events with what is pending among them, and what it would have been."""
    until = horizon if other.undetermined_since is None else min(horizon, other.undetermined_since)
    return Comparison(
        case=actual.id,
        ending=actual.status.value,
        would_end=other.ending,
        first_divergence=first_divergence(history, other.events),
        windows_moved=tuple(_moved(history, other.events)),
        penalty_days=penalty_days(actual, horizon),
        would_penalty_days=penalty_days(other.case, until),
        acceptance_late=_accepted_late(actual, actual),
        acceptance_would_be_late=_accepted_late(actual, other.case),
        undetermined_since=other.undetermined_since,
        unreached=other.unreached,
        refused=other.refused,
        heard=other.heard,
    )


class PenaltySpan(NamedTuple):
    """From when to when a penalty stands, to no end where it does, None where there is none; and days of an earlier one (rule H8)."""

    before: float
    since: datetime | None
    until: datetime | None

    def days(self, horizon: datetime) -> float:
        """For how many days in all, to its end or to the horizon."""
        if self.since is None:
            return self.before
        end = horizon if self.until is None else min(self.until, horizon)
        return self.before + max(0.0, (end - self.since).total_seconds() / _SECONDS_A_DAY)


def penalty_span(case: Case) -> PenaltySpan:
    """How the case's penalty stands."""
    before = case.penalized_before.total_seconds() / _SECONDS_A_DAY
    return PenaltySpan(before, case.penalized_at, None if case.penalty_stands else case.ended_at)


def penalty_days(case: Case, horizon: datetime) -> float:
    """Days for which the case's penalty stood, to its end or to the horizon."""
    return penalty_span(case).days(horizon)


def first_divergence(history: Sequence[Fact], other: Sequence[Happened]) -> Divergence | None:
    """The first event that the other history does not have in that place, or has with another deadline; None where all agree."""
    for one, would in zip(history, other, strict=False):
        if one.at != would.at or _substance(one.event) != _substance(would.event):
            return Divergence(type(one.event).__name__, one.at)
    longer = history if len(history) > len(other) else other
    rest = longer[min(len(history), len(other)) :]
    return Divergence(type(rest[0].event).__name__, rest[0].at) if rest else None


def _substance(event: Event) -> tuple[object, ...]:
    """What an event says, without by which version of which rulebook it says so."""
    kind = type(event)
    said = COMPARED.get(kind)
    return (kind,) if said is None else (kind, said(event))


def _moved(history: Sequence[Fact], other: Sequence[Happened]) -> Iterator[Moved]:
    """Of the rounds that both histories open."""
    would = {h.event.round: h.event.closes.closes_at for h in other if isinstance(h.event, WindowOpened)}
    for one in history:
        event = one.event
        if isinstance(event, WindowOpened):
            closes_at, would_close = event.closes.closes_at, would.get(event.round)
            if would_close is not None and would_close != closes_at:
                yield Moved(event.round, closes_at, would_close)


def _accepted_late(actual: Case, other: Case) -> bool:
    """Whether the desk's acceptance, which happened when it happened, comes after the other's time to take the complaint up."""
    if any(review.lapse == "decline" for review in actual.reviews):
        return False  # it was accepted after a review, for which there is no time to be late in
    return actual.accepted_by is not None and actual.accepted_at is not None and actual.accepted_at >= other.accept_by.closes_at


class Load(Struct):
    """Questions put to the desk in a week: complaints lodged and appeals opened, in fact and in the counterfactual."""

    actual: int = 0
    would: int = 0


class Sums(Struct):
    """Sums over cases; `add` one, or `join` the sums of others. Endings count every case, changed or not.

    How long penalties stood is in whole microseconds, so that the same cases give the same sum in whichever order they come.
    """

    cases: int = 0
    events: int = 0
    pending: int = 0
    differences: int = 0
    endings: dict[str, Counter[str]] = field(default_factory=dict)
    changed: int = 0
    undetermined: int = 0
    diverged: int = 0
    windows_moved: int = 0
    cases_with_moved_windows: int = 0
    appeals_refused: int = 0
    appeals_heard: int = 0
    acceptances_late: int = 0
    acceptances_would_be_late: int = 0
    penalty_time: int = 0
    would_penalty_time: int = 0
    penalty_time_more: int = 0
    penalty_time_less: int = 0
    unreached: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    weeks: dict[str, Load] = field(default_factory=dict)
    causes: CauseSums = field(default_factory=CauseSums)

    def end(self, ending: str, would_end: str) -> None:
        """Count a case's ending."""
        counts = self.endings.get(ending)
        if counts is None:
            counts = self.endings[ending] = Counter()
        counts[would_end] += 1

    def add(self, one: Comparison) -> None:
        """Count a comparison, its ending included."""
        self.end(one.ending, one.would_end)
        self.changed += one.changed
        self.undetermined += one.undetermined_since is not None
        self.diverged += one.first_divergence is not None
        self.windows_moved += len(one.windows_moved)
        self.cases_with_moved_windows += bool(one.windows_moved)
        self.appeals_refused += one.appeals_refused
        self.appeals_heard += one.appeals_heard
        self.acceptances_late += one.acceptance_late
        self.acceptances_would_be_late += one.acceptance_would_be_late
        self.unreached.update(act.command for act in one.unreached)
        self.refused.update(f"{act.command}: {act.code}" for act in one.refused)
        self.heard.update(act.command for act in one.heard)
        if one.undetermined_since is None:
            self._count_days(one.penalty_days, one.would_penalty_days)

    def _count_days(self, days: float, would: float) -> None:
        """Penalty days of determined cases only, so that fact and counterfactual are over the same cases."""
        stood, would_stand = round(days * _MICROSECONDS_A_DAY), round(would * _MICROSECONDS_A_DAY)
        self.penalty_time += stood
        self.would_penalty_time += would_stand
        self.penalty_time_more += max(0, would_stand - stood)
        self.penalty_time_less += max(0, stood - would_stand)

    @property
    def penalty_days(self) -> float:
        """Days for which penalties of determined cases stood."""
        return self.penalty_time / _MICROSECONDS_A_DAY

    @property
    def would_penalty_days(self) -> float:
        """Days for which they would have stood."""
        return self.would_penalty_time / _MICROSECONDS_A_DAY

    @property
    def penalty_days_more(self) -> float:
        """Days more, of the cases whose penalties would have stood longer."""
        return self.penalty_time_more / _MICROSECONDS_A_DAY

    @property
    def penalty_days_less(self) -> float:
        """Days less, of the cases whose penalties would have stood shorter."""
        return self.penalty_time_less / _MICROSECONDS_A_DAY

    def ask(self, asked: Iterable[str], would_ask: Iterable[str]) -> None:
        """Count the desk's load by week: the weeks in which it was asked something, and in which it would have been."""
        for week in asked:
            self.weeks.setdefault(week, Load()).actual += 1
        for week in would_ask:
            self.weeks.setdefault(week, Load()).would += 1

    def join(self, other: Sums) -> None:
        """Add the sums over other cases."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, int | float):
                setattr(self, name, mine + theirs)
            elif isinstance(mine, Counter):
                mine.update(theirs)
        self.causes.join(other.causes)
        for ending, counts in other.endings.items():
            self.endings.setdefault(ending, Counter()).update(counts)
        for week, load in other.weeks.items():
            known = self.weeks.setdefault(week, Load())
            known.actual += load.actual
            known.would += load.would


def weeks_asked(events: Sequence[Fact]) -> Iterator[str]:
    """The Mondays of the weeks (UTC) in which the desk was asked something."""
    for one in events:
        if isinstance(one.event, ComplaintLodged | RoundOpened | ReviewRequested):
            yield (one.at.date() - timedelta(days=one.at.weekday())).isoformat()
