"""Following the log for the shadow: each case that had an event is told anew under the draft, some at a time (rule G7).

Its report is that of a replay under the same document (rule G3) over the same cases, at the same position of the log and instant. What
is kept of a case that has ended both in fact and under the draft holds at every later instant; the others are told anew when asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from typing import Any, NamedTuple

from adapters.calendars.zones import Zones
from adapters.replay import as_json
from adapters.replay.jobs import LISTED
from adapters.replay.reading import LogReader, open_reader
from adapters.replay.running import Replayed, spare_years
from adapters.replay.shadow_table import CaseOf, ShadowedCase, ShadowRows, ShadowState, ShadowTable
from adapters.store.kinds import KIND_OF
from adapters.store.mapper import Unreadable
from adapters.store.session import Row
from adapters.store.upcasting import topics_of
from application.alternatives import Alternative
from application.falls import FALLS, Falls
from application.law import PUBLICATIONS
from application.replaying import History, Plan, Tally, compare_case
from application.shadow import SHADOW, Shadow, running
from domain.cached_law import CachedLaw
from domain.case.comparison import Sums
from domain.case.events import ComplaintLodged
from domain.counterfactual_law import CounterfactualLaw
from domain.events.filing import FilingCancelled
from domain.events.member import AttemptRefused
from domain.partial_law import PartialLaw
from domain.recorded import Recorded

_logger = logging.getLogger(__name__)

AT_ONCE = 5_000
"""Rows of the log that are looked at in one step."""
CASES_AT_ONCE = 100
"""Cases that are told in one step."""
FAR = 2_000
"""Cases to be told anew, or events of the log, behind which no report is waited for."""

_CASES = frozenset(topic for topic, kind in KIND_OF.items() if kind == "case")
_LODGED = frozenset(topics_of(ComplaintLodged.__name__))
_ATTEMPTS = frozenset(topics_of(AttemptRefused.__name__))
_FALLS = frozenset(topics_of(*(kind.__name__ for kind in FALLS)))
_PUBLICATIONS = frozenset(topics_of(*(kind.__name__ for kind in PUBLICATIONS)))
_READ = sorted(_CASES | _ATTEMPTS | _FALLS | _PUBLICATIONS)


class ShadowBehind(Exception):
    """So much is to be told yet that nobody waits for it."""


class ShadowStanding(NamedTuple):
    """How far the shadow is: the position that it has read, how many behind the log's head, cases to tell anew, cases not told."""

    position: int
    behind: int
    stale: int
    untold: int


class ShadowRun:
    """The shadow of one store. Any number of processes may have it; one at a time writes."""

    def __init__(self, store: str, table: ShadowTable) -> None:
        self._store, self._table = store, table
        self._planned: tuple[tuple[str, int], Plan] | None = None

    def running(self) -> Shadow | None:
        """The shadow that runs."""
        with closing(open_reader(self._store)) as reader:
            return running(reader.stream(SHADOW, reader.head()))

    def advance(self, shadow: Shadow) -> bool:
        """One step; whether something is left to be done. Raises ViewsBusy where another process is at it."""
        with self._table.turn() as rows, closing(open_reader(self._store)) as reader:
            head = reader.head()
            state = self._followed(rows, reader, shadow, head)
            if state.position < head:
                return True
            self._compare_some(rows, reader, shadow, state, reader.last_recorded_at(head) or shadow.at)
            return rows.stale() > 0

    def standing(self, shadow: Shadow) -> ShadowStanding:
        """How far it is."""
        with closing(open_reader(self._store)) as reader:
            head = reader.head()
        state, stale, untold = self._table.counts(shadow.id)
        position = 0 if state is None else state.position
        return ShadowStanding(position, head - position, stale, untold)

    def report(self, shadow: Shadow, now: datetime) -> dict[str, Any]:
        """The report as of the log's head and an instant, as a replay has it. Raises ShadowBehind, ViewsBusy."""
        with self._table.turn() as rows, closing(open_reader(self._store)) as reader:
            head = reader.head()
            state = self._followed(rows, reader, shadow, head)
            if head - state.position > FAR or rows.stale() > FAR:
                raise ShadowBehind
            while state.position < head:
                state = self._followed(rows, reader, shadow, head)
            until = max(now, reader.last_recorded_at(head) or now)
            while rows.stale():
                self._compare_some(rows, reader, shadow, state, until)
            plan = self._plan(rows, reader, shadow, state, until)
            moving = {one.case_id: one for some in _some(rows.moving()) for one in _compared(reader, plan, some, head)}
            return _report(shadow, head, until, (moving.get(one.case_id) or _later(one, until) for one in rows.every()))

    def _followed(self, rows: ShadowRows, reader: LogReader, shadow: Shadow, head: int) -> ShadowState:
        """Read on in the log; from its beginning where the rows are another shadow's, or of another history."""
        state = rows.state()
        if state is None or state.shadow != shadow.id or reader.id_at(state.position) != state.event_id:
            rows.clear()
            state = ShadowState(shadow.id, 0, "", 0)
        state = _follow(rows, reader, shadow, head, state)
        rows.reach(state)
        return state

    def _compare_some(self, rows: ShadowRows, reader: LogReader, shadow: Shadow, state: ShadowState, until: datetime) -> None:
        cases = rows.next_stale(CASES_AT_ONCE)
        if cases:
            for one in _compared(reader, self._plan(rows, reader, shadow, state, until), cases, state.position):
                rows.keep(one)

    def _plan(self, rows: ShadowRows, reader: LogReader, shadow: Shadow, state: ShadowState, until: datetime) -> Plan:
        """The plan of a replay under the draft; the law is read again only where something was published."""
        key = (shadow.id, state.law)
        if self._planned is None or self._planned[0] != key:
            published = reader.law(state.position)
            spare = spare_years(shadow.rulebook.calendar, published[1])
            stated = shadow.rulebook, *published, Zones(), spare
            alternative = Alternative(shadow.rulebook.title, CounterfactualLaw(*stated), PartialLaw(*stated))
            self._planned = key, Plan(CachedLaw(*published, Zones()), until, Falls(), (alternative,), since=shadow.since)
        return self._planned[1]._replace(until=until, falls=Falls(rows.falls()))


def _follow(rows: ShadowRows, reader: LogReader, shadow: Shadow, head: int, state: ShadowState) -> ShadowState:
    """Look at what is new in the log, a bounded number of rows: which cases it concerns."""
    new = reader.changes(_READ, state.position, head, AT_ONCE)
    reached, law = head if len(new) < AT_ONCE else new[-1][0], state.law
    rows.add(_case_of(one) for one in _events(reader, new, _LODGED) if one.at >= shadow.since)
    attempted = (one.event.subject for one in _events(reader, new, _ATTEMPTS) if isinstance(one.event, AttemptRefused))
    touched = {*(row[1] for row in new if row[3] in _CASES), *attempted}
    for some in _some(sorted(touched)):
        rows.touch(some)
    rows.fall((row[0], reader.read(row)) for row in new if row[3] in _FALLS and _falls(reader.read(row)))
    published = [row[0] for row in new if row[3] in _PUBLICATIONS]
    if published:
        law = published[-1]
        rows.touch_all()
    return ShadowState(shadow.id, reached, reader.id_at(reached), law)


def _events(reader: LogReader, rows: Sequence[Row], topics: frozenset[str]) -> Iterator[Recorded]:
    """Those that can be read: of a case that cannot, a replay tells nothing either."""
    for row in rows:
        if row[3] in topics:
            with suppress(Unreadable):
                yield reader.read(row)


def _falls(one: Recorded) -> bool:
    """Of cancelled filings, only those by a dispute: what a finding cancels was said by the finding."""
    return not isinstance(one.event, FilingCancelled) or one.event.because == "dispute"


def _case_of(one: Recorded) -> CaseOf:
    assert isinstance(one.event, ComplaintLodged)  # sought by its topic
    return CaseOf(one.originator_id, one.event.complainant, one.event.filing_id)


def _some(cases: Sequence[str]) -> Iterator[Sequence[str]]:
    return (cases[first : first + CASES_AT_ONCE] for first in range(0, len(cases), CASES_AT_ONCE))


def _compared(reader: LogReader, plan: Plan, cases: Sequence[str], position: int) -> Iterator[ShadowedCase]:
    """What the draft does of these cases."""
    found = {one.case_id: one for one in reader.histories(cases, position)}
    for case in cases:
        yield _compared_one(found.get(case) or History(case, (), (), why="its stream is gone"), plan)


def _compared_one(history: History, plan: Plan) -> ShadowedCase:
    used = plan.alternatives[0].law.used
    used.clear()
    if history.why is not None:
        return ShadowedCase(history.case_id, None, why=history.why)
    try:
        compared = compare_case(history, plan)
    except Exception as why:  # one case that cannot be told stops no other
        _logger.exception("the shadow cannot tell case %s", history.case_id)
        return ShadowedCase(history.case_id, None, why=f"{type(why).__name__}: {why}")
    return ShadowedCase(history.case_id, compared, sorted(used), None if compared is not None else "it does not follow from its rules")


def _later(one: ShadowedCase, until: datetime) -> ShadowedCase:
    return one if one.compared is None else one._replace(compared=one.compared.at(until))


def _report(shadow: Shadow, head: int, until: datetime, cases: Iterator[ShadowedCase]) -> dict[str, Any]:
    sums, listed = Sums(), list[dict[str, Any]]()
    used: set[tuple[str, str]] = set()
    for one in cases:
        if one.compared is None:
            continue
        one.compared.count(sums)
        used.update(one.used)
        comparison = one.compared.comparison
        if comparison is not None and comparison.changed and len(listed) < LISTED:
            listed.append(as_json.case(comparison))
    found = Replayed(head, until, Tally(alternatives=[sums]), [shadow.rulebook.title], [used])
    return as_json.summary(found, 0) | {"changed": listed, "changed_left_off": sums.changed - len(listed)}
