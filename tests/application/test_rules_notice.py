"""The gate before publishing, and the notice of other rules to whom they govern (rules T5, G8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.calendars.holidays_source import known_countries
from adapters.calendars.zones import known_zones
from adapters.store.opening import Stores
from application import rules_notice
from application.acting import run
from application.publish_rules import Gate, Known, PublishedRulebook, publish_rulebook
from application.sealed_replays import read, seal
from application.settle_due import SETTLE, Settling
from domain.events.member import RuleChange, RulesNoticeGiven
from domain.events.replay import ReplaySealed
from domain.refusal import Refusal
from domain.rulebook import parse_rulebook
from tests.application.world import START, World

KNOWN = Known(known_zones(), known_countries())
DRAFT = {
    "name": "rules",
    "version": "summer",
    "effective_from": "2026-04-01T00:00:00Z",
    "appeal": {"rounds": 3},
    "complaint": {"take_up_within": {"days": 5}},
}


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


def publish(world: World, gate: Gate, document: dict[str, Any] = DRAFT) -> PublishedRulebook:
    return world.act("rulebook", "root", lambda act: publish_rulebook(act, document, KNOWN, gate))


def refused(world: World, gate: Gate) -> Refusal:
    with pytest.raises(Refusal) as caught:
        publish(world, gate)
    return caught.value


@pytest.mark.rule("T5", "G8")
def test_a_rulebook_is_published_once_an_admin_has_read_a_sealed_replay_under_it(world: World) -> None:
    gate, draft = Gate(replay=True), parse_rulebook(DRAFT)
    assert (refused(world, gate).code, refused(world, gate).facts) == ("replay_missing", {"digest": draft.digest})
    found = ReplaySealed("report", 1, 1, "root", START, (), "0.1.0", draft.ref, {})
    world.act("seal", "aud", lambda act: seal(act, "replay", found))
    assert refused(world, gate).code == "replay_missing"  # nobody has read it
    world.act("reading", "root", lambda act: read(act, "replay"))
    assert publish(world, gate).new
    assert not publish(world, gate).new
    other = DRAFT | {"version": "autumn", "effective_from": "2026-09-01T00:00:00Z"}
    with pytest.raises(Refusal, match="replay_missing"):
        publish(world, gate, other)


@pytest.mark.rule("T5")
def test_notice_has_to_be_given_so_many_days_before(world: World) -> None:
    until = parse_rulebook(DRAFT).effective_from - START
    assert refused(world, Gate(notice_days=until.days + 1)).code == "too_soon"
    assert refused(world, Gate(True, until.days + 1)).facts["earliest"] == START + timedelta(days=until.days + 1)
    assert publish(world, Gate(notice_days=until.days)).new


@pytest.mark.rule("T5")
def test_whom_the_rules_govern_is_told_once_however_often_it_stops(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_notice, "AT_ONCE", 2)
    owners = [world.member(f"owner-{number}") for number in range(4)]
    for owner in owners:
        filing = world.filing(owner, owner.subject)
    seller = world.member("seller")
    world.member("nobody")
    world.lodge(owners[-1], filing, world.listing(seller, "L1"))
    stream = publish(world, Gate(notice_days=1)) and rules_notice.stream_of("rulebook", "rules\nsummer")
    world.stores.identities.forget(owners[0].member_id, ())

    settling = Settling(world.platform, {"rules_notice": rules_notice.step})
    for _ in range(2):  # as whoever did the same step at the same time, and found it done
        run(world.platform, SETTLE, lambda act: rules_notice.step(act, f"{stream}/"))
    settling.everything_due()
    assert settling.everything_due() == 0

    given = [one.event for _, one in world.stores.store.read_log(0, 1_000) if isinstance(one.event, RulesNoticeGiven)]
    assert sorted(one.member for one in given) == sorted(one.member_id for one in (*owners[1:], seller))
    assert given[0].changes == (
        RuleChange("complaint.take_up_within.days", "3", "5"),
        RuleChange("appeal.rounds", "2", "3"),
    )
    assert (given[0].rulebook, given[0].replaces) == ("rules summer", "original-protection 2026-01")
    assert given[0].effective_from == parse_rulebook(DRAFT).effective_from


@pytest.mark.rule("T5")
def test_where_there_is_nobody_yet_nobody_is_told(world: World) -> None:
    publish(world, Gate(notice_days=1))
    Settling(world.platform, {"rules_notice": rules_notice.step}).everything_due()
    assert not [one for _, one in world.stores.store.read_log(0, 1_000) if isinstance(one.event, RulesNoticeGiven)]
