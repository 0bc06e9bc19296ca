"""A state machine drives members, clocks, staff, rulebooks and calendars at random on two real stores at once.

On the one a worker settles every deadline at its instant, on the other nobody does; both must give the answer of the model,
at every step, and at the end each history must replay without a difference.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from adapters.calendars.holidays_source import known_countries
from adapters.calendars.zones import known_zones
from adapters.store.opening import open_store
from application import appeals, cascade, decide, findings
from application.acting import stream_of
from application.publish_rules import Known, calendar_year, publish_calendar, publish_rulebook
from application.settle_due import Settling
from domain import listing
from domain.case import events as happened
from domain.case.folding import fold
from domain.case.replay import verify
from domain.case.state import Case
from domain.refusal import Refusal
from domain.working_days import deadline
from tests.application.world import START, World
from tests.domain.chronicle import fall_as_recorded
from tests.properties.model import SHANGHAI, ModelCase, Rules

KNOWN = Known(known_zones(), known_countries())
REVIEWERS = ("desk-1", "desk-2", "desk-3")
OWNERS = ("alice", "bob")
LISTINGS = ("L1", "L2", "L3")


class Side:
    """One of the two stores, with its own ids for the same cases."""

    def __init__(self) -> None:
        self.directory = tempfile.mkdtemp()
        self.stores = open_store(self.directory)
        self.world = World(self.stores)
        self.settling = Settling(self.world.platform, {"cascade": cascade.step})
        self.members = {name: self.world.member(name) for name in (*OWNERS, "mallory")}
        self.links = {key: self.world.listing(self.members["mallory"], key) for key in LISTINGS}
        self.cases: list[str] = []

    def case(self, number: int) -> Case:
        row = self.cases[number]
        return self.world.act("look", "desk-1", lambda act: decide.live_case(act, row))

    def appeal_id(self, number: int) -> str:
        state = self.case(number)
        return state.rounds[-1].appeal_id if state.rounds else "nothing"

    def close(self) -> None:
        self.stores.close()
        shutil.rmtree(self.directory)


class Machine(RuleBasedStateMachine):
    """The model, and the two sides."""

    def __init__(self) -> None:
        super().__init__()
        self.worked, self.idle = Side(), Side()
        self.now = START
        self.rules = Rules()
        self.pending: tuple[datetime, Rules] | None = None
        self.days_off: set[date] = {date(2026, 10, 1)}
        self.calendars: list[tuple[datetime, set[date]]] = [(START, set(self.days_off))]
        self.cases: list[ModelCase] = []
        self.owners: list[tuple[str, str]] = []
        self.filings: dict[str, list[str]] = {}
        self.terminated: set[str] = set()
        self.versions = 0

    # -- the world ---------------------------------------------------------------------------------------------------

    def _rests(self) -> Callable[[date], bool]:
        off = set(self.days_off)
        return lambda day: day.weekday() >= 5 or day in off

    def _rests_at(self, at: datetime) -> Callable[[date], bool]:
        off = [days for since, days in self.calendars if since <= at][-1]
        return lambda day: day.weekday() >= 5 or day in off

    def _settle(self) -> None:
        for case in self.cases:
            case.settle(self.now, self._rests_at(case.closes or self.now))

    @initialize(count=st.integers(1, 2))
    def begin(self, count: int) -> None:
        for owner in OWNERS:
            self.filings[owner] = [f"{owner}-{n}" for n in range(count)]
            for side in (self.worked, self.idle):
                side.filings = getattr(side, "filings", {})  # type: ignore[attr-defined]
                for label in self.filings[owner]:
                    side.filings[label] = side.world.filing(side.members[owner], label)  # type: ignore[attr-defined]

    @rule(hours=st.integers(1, 150))
    def time_passes(self, hours: int) -> None:
        self._move(self.now + timedelta(hours=hours))

    @precondition(lambda self: any(case.closes for case in self.cases))
    @rule(data=st.data(), before=st.booleans())
    def time_reaches_a_deadline(self, data: Any, before: bool) -> None:
        closes = data.draw(st.sampled_from(sorted(case.closes for case in self.cases if case.closes)))
        at = closes - timedelta(seconds=1) if before else closes
        if at > self.now:
            self._move(at)

    def _move(self, to: datetime) -> None:
        side = self.worked
        while (due := side.settling.next_due()) is not None and due <= to:
            side.world.go(max(due, side.world.clock.now()))
            side.settling.everything_due()
        side.world.go(to)
        self.idle.world.go(to)
        if self.pending is not None and self.pending[0] <= to:
            self.rules, self.pending = self.pending[1], None
        self.now = to
        self._settle()

    @precondition(lambda self: self.pending is None)
    @rule(
        rules=st.builds(
            Rules,
            rounds=st.integers(1, 3),
            days=st.integers(1, 5),
            working=st.booleans(),
            take_up_lapse=st.sampled_from(["escalate", "decline"]),
            appeal_lapse=st.sampled_from(["escalate", "release"]),
            lapse_ends=st.sampled_from(["case", "round"]),
            until=st.sampled_from(["final", "first_appeal_decided"]),
            when=st.sampled_from(["acceptance", "final"]),
            fresh=st.sampled_from(["appeals", "all", "none"]),
        ),
        hours=st.integers(1, 50),
    )
    def a_rulebook_is_published(self, rules: Rules, hours: int) -> None:
        self.versions += 1
        effective = self.now + timedelta(hours=hours)
        count = "working" if rules.working else "calendar"
        document = {
            "name": "t",
            "version": str(self.versions),
            "effective_from": effective.isoformat(),
            "complaint": {"on_lapse": rules.take_up_lapse},
            "penalty": {"when": rules.when},
            "appeal": {
                "rounds": rules.rounds,
                "windows": [
                    {"days": rules.days, "count": count, "from": "notice"},
                    {"days": rules.days, "count": count, "from": "previous_decision"},
                ],
                "lapse_ends": rules.lapse_ends,
                "on_lapse": rules.appeal_lapse,
                "fresh_reviewer": rules.fresh,
            },
            "withdrawal": {"until": rules.until},
        }
        for side in (self.worked, self.idle):
            side.world.act("rulebook", "root", lambda act: publish_rulebook(act, document, KNOWN))
        self.pending = (effective, rules)

    @rule(ahead=st.integers(1, 20))
    def a_calendar_is_published(self, ahead: int) -> None:
        day = self.now.astimezone(SHANGHAI).date() + timedelta(days=ahead)
        if day.year != 2026 or day in self.days_off:
            return
        self.days_off.add(day)
        days = sorted(self.days_off)
        for side in (self.worked, self.idle):
            side.world.act("calendar", "root", lambda act: publish_calendar(act, calendar_year("CN", 2026, days, [], KNOWN), "test"))
        self.calendars.append((self.now, set(self.days_off)))

    # -- people ------------------------------------------------------------------------------------------------------

    def _both(self, name: str, call: Callable[[Side], Any]) -> str | None:
        """Do the same on both sides; both must answer alike. The code of the refusal, None where it was carried out."""
        answers: list[str | None] = []
        for side in (self.worked, self.idle):
            try:
                call(side)
                answers.append(None)
            except Refusal as refusal:
                answers.append(refusal.code)
        assert answers[0] == answers[1], (name, answers)
        return answers[0]

    @rule(owner=st.sampled_from(OWNERS), key=st.sampled_from(LISTINGS), data=st.data())
    def somebody_complains(self, owner: str, key: str, data: Any) -> None:
        label = data.draw(st.sampled_from(self.filings[owner]))
        former = [case for case, pair in zip(self.cases, self.owners, strict=True) if pair == (label, key)]
        futile = sum(case.status in ("declined", "withdrawn") for case in former)
        want: str | None = None
        if owner in self.terminated:
            want = "terminated"
        elif any(case.status in ("lodged", "noticed", "penalized", "appealed") for case in former):
            want = "case_open"
        elif futile >= 2 or any(case.status in ("lifted", "final") for case in former):
            want = "already_decided"
        made: list[str | None] = []

        def lodge(side: Side) -> None:
            member, filing = side.members[owner], side.filings[label]  # type: ignore[attr-defined]
            done = side.world.lodge(member, filing, side.links[key])
            made.append(done.refused[0].code if done.refused else None)
            side.cases += [case.id for case in done.cases]

        code = self._both("lodging", lodge)
        assert (code or made[0]) == want
        if want is None:
            self.cases.append(ModelCase(self.now, self.rules, self._rests()))
            self.owners.append((label, key))

    def _pick(self, data: Any) -> int:
        return int(data.draw(st.integers(0, len(self.cases) - 1)))

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), by=st.sampled_from(REVIEWERS))
    def the_desk_accepts(self, data: Any, by: str) -> None:
        n = self._pick(data)
        code = self._both("acceptance", lambda side: side.world.accept(side.cases[n], by))
        assert code == self.cases[n].accept(self.now, self.rules, by, self._rests())

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def the_desk_declines(self, data: Any) -> None:
        n = self._pick(data)
        code = self._both(
            "refusal", lambda side: side.world.act("refusal", "desk-1", lambda act: decide.decline(act, side.cases[n], ["no"]))
        )
        assert code == self.cases[n].decline()

    @precondition(lambda self: any(case.rules and case.opens for case in self.cases))
    @rule(data=st.data())
    def the_respondent_appeals(self, data: Any) -> None:
        n = data.draw(st.sampled_from([n for n, case in enumerate(self.cases) if case.opens]))

        def appeal(side: Side) -> None:
            seller, notice = side.members["mallory"], side.case(n).notice_id or ""
            side.world.act("appeal", seller.member_id, lambda act: appeals.open_appeal(act, seller, notice, "mine"))

        assert self._both("appeal", appeal) == self.cases[n].appeal(self.now, self._rests())

    @precondition(lambda self: any(case.appeal_by_desk for case in self.cases))
    @rule(data=st.data(), outcome=st.sampled_from(["upheld", "rejected", "not_accepted"]), by=st.sampled_from(REVIEWERS))
    def the_desk_decides(self, data: Any, outcome: str, by: str) -> None:
        n = data.draw(st.sampled_from([n for n, case in enumerate(self.cases) if case.appeal_by_desk]))
        code = self._both("decision", lambda side: side.world.decide(side.appeal_id(n), outcome, by))
        assert code == self.cases[n].decide(self.now, outcome, by, self._rests())

    @precondition(lambda self: any(case.appeal_by_desk for case in self.cases))
    @rule(data=st.data())
    def the_desk_marks_special(self, data: Any) -> None:
        n = data.draw(st.sampled_from([n for n, case in enumerate(self.cases) if case.appeal_by_desk]))
        code = self._both(
            "special",
            lambda side: side.world.act("special", "desk-1", lambda act: decide.mark_special(act, side.appeal_id(n), "a court")),
        )
        assert code == self.cases[n].mark_special()

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def the_complainant_withdraws(self, data: Any) -> None:
        n = self._pick(data)
        owner = self.owners[n][0].partition("-")[0]
        code = self._both("withdrawal", lambda side: side.world.withdraw(side.members[owner], side.cases[n]))
        assert code == self.cases[n].withdraw()

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def the_desk_lifts(self, data: Any) -> None:
        n = self._pick(data)
        code = self._both("lift", lambda side: side.world.act("lift", "desk-1", lambda act: decide.lift(act, side.cases[n], ["x"])))
        assert code == self.cases[n].lift()

    @precondition(lambda self: len(self.cases) > 3 and not self.terminated)
    @rule(owner=st.sampled_from(OWNERS))
    def a_picture_is_found_not_original(self, owner: str) -> None:
        def find(side: Side) -> None:
            member, filing = side.members[owner].member_id, side.filings[self.filings[owner][0]]  # type: ignore[attr-defined]
            listed = side.world.act("preview", "desk-1", lambda act: findings.preview(act, member, filing))
            side.world.act("finding", "desk-1", lambda act: findings.find_non_original(act, member, filing, ["stock"], listed.digest))

        assert self._both("finding", find) is None
        self.terminated.add(owner)
        for case, (label, _) in zip(self.cases, self.owners, strict=True):
            if label.startswith(owner):
                case.void()

    # -- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def both_stand_as_the_model_says(self) -> None:
        for n, model in enumerate(self.cases):
            for side in (self.worked, self.idle):
                case = side.case(n)
                assert case.status == model.status, (n, side is self.worked, case, model)
                assert (case.final_because or case.lifted_because) == model.because
                assert case.appeals_left == model.appeals_left
                assert (case.window.closes.closes_at if case.window else None) == model.closes
                assert case.penalty_stands == model.penalty
                assert len(case.rounds) <= model.rules.rounds

        self._listings_are_down_exactly_while_a_penalty_stands()

    def _listings_are_down_exactly_while_a_penalty_stands(self) -> None:
        """Read after the cases, whose reading settles them (rule T4)."""
        for key in LISTINGS:
            stands = any(case.penalty for case, (_, at) in zip(self.cases, self.owners, strict=True) if at == key)
            for side in (self.worked, self.idle):
                stream = stream_of("listing", key)
                assert listing.fold(key, side.world.stream(stream)).down == stands

    def teardown(self) -> None:
        try:
            for side in (self.worked, self.idle):
                for case_id in side.cases:
                    self._check_history(side, case_id)
        finally:
            self.worked.close()
            self.idle.close()

    def _check_history(self, side: Side, case_id: str) -> None:
        law = side.world.platform.library.law(side.stores.store)
        recorded = side.world.stream(case_id)
        told = verify(recorded, law, self.now, fall_as_recorded(recorded))
        assert told.differences == ()
        windows = [one.event.round for one in recorded if isinstance(one.event, happened.WindowClosed)]
        assert len(windows) == len(set(windows))
        for one in recorded:
            if isinstance(one.event, happened.WindowOpened):
                case = fold(case_id, recorded)
                assert case is not None and case.case_rules is not None and one.rules == case.case_rules
                rules = law.rulebook(case.case_rules)
                window = rules.appeal.window(one.event.round)
                anchor = one.at if window.anchor == "previous_decision" else case.accepted_at or one.at
                calendar = law.as_recorded([one.event.closes.calendar.digest]).calendar("CN", one.at)
                assert one.event.closes.calendar.digest == calendar.digest
                wanted = deadline(anchor, window.duration, calendar, law.zone("Asia/Shanghai")).closes_at
                assert one.event.closes.closes_at == max(wanted, one.at)


RULES = ("T2", "T3", "T4", "T5", "T6", "C1", "C3", "C4", "C6", "D1", "D2", "D3", "D4", "D6", "E1", "B7", "H2", "G2")


@pytest.mark.rule(*RULES)
def test_whatever_people_do_the_answers_are_the_models_with_a_worker_or_without() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine,
        settings=settings(max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)),
    )


@pytest.mark.slow
@pytest.mark.rule(*RULES)
def test_the_same_for_long() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine,
        settings=settings(max_examples=200, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)),
    )
