"""The figures of a period: each thing counted once, where it took effect; the same whenever and however it is asked (T8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.store.opening import open_store
from application import decide, findings
from application.figures import NAMES, is_known
from application.index import CasesOfMember
from application.settle_due import Settling
from application.tally import ContributingEvent, Period
from application.transparency import TransparencyReport, report, trace
from domain.refusal import Refusal
from tests.application.world import World
from tests.domain.tale import instant

MARCH = Period(instant("2026-03-01 00:00"), instant("2026-04-01 00:00"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(open_store(str(tmp_path)))
    yield world
    world.stores.close()


def of(world: World, period: Period = MARCH) -> TransparencyReport:
    return report(world.stores.store, world.platform.library.law(world.stores.store), period)


def traced(world: World, figure: str) -> list[ContributingEvent]:
    return trace(world.stores.store, world.platform.library.law(world.stores.store), MARCH, figure)


def lodged(world: World, *keys: str) -> list[str]:
    owner, seller = world.member("olga"), world.member("rene")
    return [world.lodge(owner, world.filing(owner, key), world.listing(seller, key)).cases[0].id for key in keys]


def story(world: World) -> None:
    """Six complaints of 2026-03-02 09:00: one declined, one withdrawn, one lifted on appeal, one final, one appealed, one forgotten."""
    declined, withdrawn, lifted, _, appealed, _ = cases = lodged(world, *"abcdef")
    seller, owner = world.member("rene"), world.member("olga")
    world.go("2026-03-02 13:00")
    world.act("refusal", "desk-1", lambda act: decide.decline(act, declined, ["no"]))
    notices = {case: world.accept(case).notice_id for case in cases[1:5]}
    world.withdraw(owner, withdrawn)
    world.go("2026-03-03 09:00")
    world.decide(world.appeal(seller, notices[lifted]).id, "upheld")
    world.appeal(seller, notices[appealed])
    with pytest.raises(Refusal):
        world.withdraw(owner, lifted)


def test_a_story_is_counted_once(world: World) -> None:
    story(world)
    figures = of(world).figures
    assert figures["complaints"] == {
        "requests": 6,
        "lodged": 6,
        "taken_up": 4,
        "taken_up_by_lapse": 0,
        "declined": 1,
        "declined_by_lapse": 0,
        "withdrawn": 1,
        "overdue_at_the_end": 1,
        "median_hours_to_take_up": 4.0,
        "median_hours_to_penalty": 4.0,
    }
    assert figures["appeals"] == {
        "opened": 2,
        "upheld": 1,
        "rejected": 0,
        "not_accepted": 0,
        "moot": 0,
        "lapsed": 0,
        "overdue_at_the_end": 1,
        "median_hours_to_decide": 0.0,
    }
    assert figures["penalties"] == {"imposed": 4, "imposed_by_lapse": 0, "revoked": 2, "standing_at_the_end": 2}
    assert figures["endings"]["lifted_by_appeal"] == 1
    assert figures["endings"]["no_appeal"] == 1
    assert figures["filings"]["filed"] == 6
    assert figures["refusals"]["attempts"] == 1
    assert {section: tuple(counted) for section, counted in figures.items()} == NAMES


def test_each_figure_is_made_of_as_many_events_as_it_counts(world: World) -> None:
    story(world)
    figures = of(world).figures
    for section, counted in figures.items():
        for name, value in counted.items():
            events = traced(world, f"{section}.{name}")
            if "median" not in name:
                assert len(events) == value, name
            assert events == sorted(events, key=lambda one: one.at)
    assert not is_known("complaints.of_all_kinds")
    assert is_known("complaints.lodged")


def test_a_trace_leads_to_events_of_the_log_and_says_what_nobody_has_written_down_yet(world: World) -> None:
    story(world)
    ids = {one.id for one in traced(world, "penalties.imposed")}
    assert ids <= {one.id for _, one in world.stores.store.read_log(0, 1_000)}
    standing = traced(world, "penalties.standing_at_the_end")
    assert {one.id for one in standing} < ids
    assert [one.hours for one in traced(world, "complaints.median_hours_to_take_up")] == [4.0] * 5
    lapsed = traced(world, "endings.no_appeal")
    assert [(one.event, one.id, one.hours) for one in lapsed] == [("Finalized", None, None)]
    world.go("2026-05-01 00:00")
    Settling(world.platform, {}).everything_due()
    assert [one.at for one in traced(world, "endings.no_appeal")] == [lapsed[0].at]
    assert traced(world, "endings.no_appeal")[0].id is not None


@pytest.mark.rule("T3")
def test_the_desks_load_is_told_by_week_and_its_time_by_classes_with_what_was_late(world: World) -> None:
    assert (of(world).weeks, [one.cases for one in of(world).to_decide]) == ((), [0] * 6)
    first, second = lodged(world, "a", "b")
    world.go("2026-03-04 09:00")
    appeal = world.appeal(world.member("rene"), world.accept(first).notice_id)
    world.go("2026-03-17 09:00")
    world.decide(appeal.id, "rejected")
    world.act("refusal", "desk-1", lambda act: decide.decline(act, second, ["too late"]))
    told = of(world)
    assert [(str(one.week), *one[1:]) for one in told.weeks] == [
        ("2026-03-02", 2, 1, 1, 0),
        ("2026-03-09", 0, 0, 0, 0),
        ("2026-03-16", 0, 1, 0, 1),
    ]
    assert [(one.under_hours, one.cases, one.late) for one in told.to_take_up] == [
        (24, 0, 0),
        (48, 0, 0),
        (72, 1, 0),
        (120, 0, 0),
        (240, 0, 0),
        (None, 1, 1),
    ]
    assert [one.late for one in told.to_decide] == [0, 0, 0, 0, 0, 1]


def test_a_request_of_many_links_is_one_notice_of_many_items(world: World) -> None:
    owner, seller = world.member("olga"), world.member("rene")
    filing = world.filing(owner, "a")
    listings = [world.listing(seller, key) for key in "ab"]
    world.lodge(owner, filing, *listings)
    complaints = of(world).figures["complaints"]
    assert (complaints["requests"], complaints["lodged"]) == (1, 2)
    assert len(traced(world, "complaints.requests")) == 1


@pytest.mark.rule("T8")
@pytest.mark.rule("T4")
def test_the_same_period_is_the_same_before_and_after_a_worker_wrote_down_what_was_due(world: World) -> None:
    story(world)
    unwritten = of(world)
    world.go("2026-05-01 00:00")
    assert of(world) == unwritten
    assert Settling(world.platform, {}).everything_due() > 0
    assert of(world) == unwritten
    lodged(world, "g")
    world.withdraw(world.member("olga"), lodged(world, "h")[0])
    assert of(world) == unwritten


@pytest.mark.rule("T8")
def test_periods_that_follow_one_another_neither_overlap_nor_leave_anything_out(world: World) -> None:
    story(world)
    world.go("2026-03-20 00:00")
    cut = instant("2026-03-02 13:00")
    whole = of(world).figures
    parts = [of(world, Period(MARCH.begins, cut)).figures, of(world, Period(cut, MARCH.ends)).figures]
    for section, names in NAMES.items():
        for name in names:
            if "at_the_end" not in name and "median" not in name:
                assert whole[section][name] == sum(part[section][name] or 0 for part in parts), name
    assert parts[0]["complaints"]["lodged"] == 6
    assert parts[0]["complaints"]["taken_up"] == 0
    assert parts[0]["complaints"]["median_hours_to_take_up"] is None


@pytest.mark.rule("C5")
def test_each_penalty_has_a_statement_as_of_the_end_that_names_nobody(world: World) -> None:
    story(world)
    statements = of(world).statements
    assert len(statements) == 4
    assert sorted(str(one["end_date_visibility_restriction"]) for one in statements) == ["2026-03-02", "2026-03-03", "None", "None"]
    assert [one["puid"] for one in statements] == sorted(one["puid"] for one in statements)
    owner = world.member("olga")
    cases = world.stores.store.ask(CasesOfMember(owner.member_id))
    assert len(cases) == 6
    for secret in (owner.member_id, "olga", *(row.case_id for row in cases), *(row.filing_id for row in cases)):
        assert secret not in str(statements)


@pytest.mark.rule("B7")
def test_cases_that_fell_with_a_finding_are_counted_at_its_instant_though_written_down_later(world: World) -> None:
    owner = world.member("olga")
    case = lodged(world, "a")[0]
    world.accept(case)
    filing_id = world.stream(case)[0].event.filing_id  # type: ignore[union-attr]
    world.go("2026-03-03 09:00")
    listed = world.act("preview", "desk-1", lambda act: findings.preview(act, owner.member_id, filing_id))
    world.act(
        "finding", "desk-1", lambda act: findings.find_non_original(act, owner.member_id, filing_id, ["a stock photo"], listed.digest)
    )
    figures = of(world).figures
    assert (figures["endings"]["voided"], figures["misuse"]["services_terminated"]) == (1, 1)
    assert figures["penalties"] == {"imposed": 1, "imposed_by_lapse": 0, "revoked": 1, "standing_at_the_end": 0}
    assert of(world, Period(MARCH.begins, instant("2026-03-03 09:00"))).figures["endings"]["voided"] == 0
