"""Misuse in a running house: warned, suspended, refused by name, heard at the desk; and nothing at all while it is off (rule H5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.store.opening import open_store
from application import decide
from application.index import Misdeeds
from application.misuse import conduct_stream, lift_suspension
from application.misuse_preview import misdeeds_in
from application.publish_rules import Known, publish_rulebook
from application.refusals import NotFound
from domain.refusal import Refusal
from tests.application.world import START, World
from tests.domain.tale import instant

pytestmark = pytest.mark.rule("H5")

ON = {
    "enabled": True,
    "declined_complaints": {"warn_at": 1, "suspend_at": 2},
    "rejected_appeals": {"warn_at": 1, "suspend_at": 2},
    "suspend_days": 10,
}

Strict = Callable[[dict[str, Any]], World]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(open_store(str(tmp_path)))
    yield world
    world.stores.close()


def strict(world: World) -> None:
    """From 2026-03-03 on misuse is counted."""
    document = {"name": "strict", "version": "1", "effective_from": "2026-03-03T00:00:00Z", "misuse": ON}
    world.act("rulebook", "root", lambda act: publish_rulebook(act, document, Known({"Asia/Shanghai"}, {"CN"})))
    world.go("2026-03-03 09:00")


def declined(world: World, *keys: str) -> None:
    owner, seller = world.member("olga"), world.member("rene")
    for key in keys:
        case = world.lodge(owner, world.filing(owner, key), world.listing(seller, key)).cases[0]
        world.act("refusal", "desk-1", lambda act, case_id=case.id: decide.decline(act, case_id, ["not the same"]))  # type: ignore[misc]


def test_off_in_the_built_in_rulebook_nothing_is_counted(world: World) -> None:
    declined(world, *"abcdefgh")
    owner = world.member("olga")
    assert world.stores.store.ask(Misdeeds(owner.member_id, instant("2000-01-01 00:00"))) == ()
    assert world.stream(conduct_stream(owner.member_id)) == ()
    assert world.lodge(owner, world.filing(owner, "z"), world.listing(world.member("rene"), "z")).cases


def test_a_complainant_is_warned_then_suspended_then_heard(world: World) -> None:
    strict(world)
    owner, seller = world.member("olga"), world.member("rene")
    stream = conduct_stream(owner.member_id)
    declined(world, "a")
    assert world.names(stream) == ["MisuseWarned"]
    world.go("2026-03-03 10:00")
    declined(world, "b")
    assert world.names(stream) == ["MisuseWarned", "MemberSuspended"]
    filing, link = world.filing(owner, "c"), world.listing(seller, "c")
    with pytest.raises(Refusal, match="suspended") as refused:
        world.lodge(owner, filing, link)
    assert refused.value.facts == {"until": instant("2026-03-13 10:00")}
    with pytest.raises(NotFound):
        world.act("suspension_lift", "desk-1", lambda act: lift_suspension(act, "nobody", ["sorry"]))
    world.act("suspension_lift", "desk-1", lambda act: lift_suspension(act, owner.member_id, ["sorry"]))
    assert world.names(stream)[-1] == "SuspensionLifted"
    assert world.lodge(owner, filing, link).cases
    with pytest.raises(Refusal, match="not_suspended"):
        world.act("suspension_lift", "desk-1", lambda act: lift_suspension(act, owner.member_id, ["sorry"]))


def test_a_suspension_ends_at_its_date(world: World) -> None:
    strict(world)
    declined(world, "a")
    world.go("2026-03-03 10:00")
    declined(world, "b")
    owner, seller = world.member("olga"), world.member("rene")
    world.go("2026-03-13 10:00")
    assert world.lodge(owner, world.filing(owner, "c"), world.listing(seller, "c")).cases


def test_a_respondent_is_suspended_from_new_appeals(world: World) -> None:
    strict(world)
    owner, seller = world.member("olga"), world.member("rene")
    cases = [world.lodge(owner, world.filing(owner, key), world.listing(seller, key)).cases[0] for key in "abc"]
    notices = [world.accept(case.id).notice_id for case in cases]
    for hour, notice in enumerate(notices[:2], start=10):
        world.decide(world.appeal(seller, notice).id, "rejected")
        world.go(f"2026-03-03 {hour}:00")
    assert world.names(conduct_stream(seller.member_id)) == ["MisuseWarned", "MemberSuspended"]
    with pytest.raises(Refusal, match="suspended"):
        world.appeal(seller, notices[2])
    assert world.names(conduct_stream(owner.member_id)) == []


def test_several_outcomes_of_one_act_are_all_counted(world: World) -> None:
    strict(world)
    owner, seller = world.member("olga"), world.member("rene")
    cases = [world.lodge(owner, world.filing(owner, key), world.listing(seller, key)).cases[0] for key in "ab"]
    world.act("refusal", "desk-1", lambda act: [decide.decline(act, case.id, ["no"]) for case in cases])
    record = world.stores.store.ask(Misdeeds(owner.member_id, START))
    assert sorted(row.about for row in record) == sorted(case.id for case in cases)
    assert world.names(conduct_stream(owner.member_id)) == ["MisuseWarned"]


@pytest.mark.rule("H3")
def test_nobody_lifts_its_own_suspension(world: World) -> None:
    strict(world)
    declined(world, "a")
    owner = world.member("olga")
    with pytest.raises(Refusal, match="forbidden"):
        world.act("suspension_lift", "olga", lambda act: lift_suspension(act, owner.member_id, ["sorry"]))


@pytest.mark.rule("H10")
def test_what_counts_is_found_in_the_history_though_nobody_counted_it_then(world: World) -> None:
    declined(world, "a", "b")
    owner = world.member("olga").member_id
    found = list(misdeeds_in(world.stores.store))
    assert {(one.member, one.kind, one.at) for one in found} == {(owner, "declined_complaints", START)}
    assert len(found) == len({one.about for one in found}) == 2
