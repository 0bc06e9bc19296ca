"""The draft that runs beside the live rules: one at a time, begun and ended on record; and what is kept of a case (rule G7)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from adapters.store.opening import Stores
from application.alternatives import Alternative
from application.falls import Falls
from application.refusals import NotFound
from application.replaying import History, Plan, Tally, compare_case, replay_cases
from application.shadow import SHADOW, Shadow, begin, end, running
from domain.case.compared import ComparedCase
from domain.case.comparison import Sums
from domain.rulebook import DEFAULT, Rulebook
from tests.application.test_replaying import history, lapsed
from tests.application.world import START, World
from tests.domain.chronicle import Chronicle
from tests.domain.tale import instant, law
from tests.domain.test_counterfactual import HORIZON, under

OTHER = replace(DEFAULT, version="other", effective_from=START)


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


@pytest.mark.rule("G7")
def test_one_runs_at_a_time_from_its_begin_to_its_end(world: World) -> None:
    def put(rulebook: Rulebook, since: datetime | None = None) -> Shadow:
        return world.act("shadow", "root", lambda act: begin(act, rulebook, since))

    def now() -> Shadow | None:
        return running(world.stream(SHADOW))

    assert now() is None
    with pytest.raises(NotFound):
        world.act("shadow", "root", end)
    first = put(DEFAULT)
    assert (first.new, first.since, first.rulebook, first.by) == (True, START, DEFAULT, "root")
    assert now() == first._replace(new=False)
    world.go("2026-03-03 09:00")
    assert put(DEFAULT) == put(DEFAULT, START) == now()
    other = put(OTHER, START)
    assert other.new
    assert now() == other._replace(new=False)
    assert put(OTHER, START - timedelta(days=1)).new
    world.act("shadow", "root", end)
    assert now() is None
    names = world.names(SHADOW)
    assert names == ["ShadowBegun", "ShadowEnded", "ShadowBegun", "ShadowEnded", "ShadowBegun", "ShadowEnded"]


def plan(until: datetime = HORIZON, since: datetime | None = None) -> Plan:
    alternative = Alternative("one day", under(appeal={"windows": [{"days": 1}]}))
    return Plan(law(), until, Falls(), (alternative,), since=since)


def told(case: Chronicle, until: datetime = HORIZON, since: datetime | None = None) -> ComparedCase | None:
    return compare_case(history(case), plan(until, since))


@pytest.mark.rule("G7", "G3")
def test_a_case_that_has_ended_in_both_is_told_the_same_later_but_for_the_days_of_penalties() -> None:
    later = HORIZON + timedelta(days=30)
    stands = told(lapsed())
    assert stands is not None
    assert stands.settled
    assert stands.at(later) == told(lapsed(), later) != stands
    lifted = Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("lift")
    over = told(lifted)
    assert over is not None
    assert over.at(later) == over == told(lifted, later)
    declined = told(Chronicle().at("2026-03-02 09:00").do("decline"))
    assert declined is not None
    assert declined.settled
    assert declined.at(later).comparison == declined.comparison


@pytest.mark.rule("G7", "G3")
def test_a_case_that_goes_on_is_told_anew() -> None:
    waiting = told(Chronicle())
    appealed = told(Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-04 09:00").do("appeal"))
    assert waiting is not None
    assert appealed is not None
    assert not waiting.settled
    assert not appealed.settled
    due = told(Chronicle().at("2026-03-02 09:00").do("accept"))  # final at the horizon, and not written yet
    assert due is not None
    assert (due.ending, due.settled) == ("final", False)


@pytest.mark.rule("G7", "G2")
def test_of_a_case_that_is_too_far_from_the_rules_only_its_ending_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr("application.alternatives.counterfactual", broken)
    one = told(lapsed())
    assert one is not None
    assert (one.comparison, one.settled, one.at(HORIZON)) == (None, False, one)
    sums = Sums()
    one.count(sums)
    assert (sums.cases, sums.undetermined, sums.endings) == (1, 1, {"final": {"undetermined": 1}})


@pytest.mark.rule("G7")
def test_told_are_the_cases_that_were_lodged_since() -> None:
    lodged = history(lapsed()).recorded[0].at
    assert told(lapsed(), since=lodged) is not None
    assert told(lapsed(), since=lodged + timedelta.resolution) is None
    assert compare_case(History("bad", (), (), why="event 2 is missing"), plan()) is None
    tally = Tally(alternatives=[Sums()])
    replay_cases([history(lapsed())], plan(since=instant("2030-01-01 00:00")), tally)
    assert (tally.verified.cases, tally.alternatives[0].cases) == (1, 0)
