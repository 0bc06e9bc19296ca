"""Sealed replays on record, and who has read them (rule G8)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from adapters.store.opening import Stores
from application.index import ThingsAbout
from application.refusals import NotFound
from application.sealed_replays import ReplayReading, SealedReplay, read, seal, sealed_replay, was_read
from domain.events.replay import ReplaySealed
from domain.rulebook import DEFAULT
from tests.application.world import START, World

FOUND = ReplaySealed("digest", 12, 12, "root", START, (), "0.1.0", DEFAULT.ref, {"name": "draft"})


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


@pytest.mark.rule("G8")
def test_a_replay_is_sealed_once_and_read_by_each_admin_once(world: World) -> None:
    def found(by: str, name: str, of: ReplaySealed = FOUND) -> SealedReplay:
        return world.act("seal", by, lambda act: seal(act, name, of))

    def reading(by: str, name: str) -> SealedReplay:
        return world.act("reading", by, lambda act: read(act, name))

    def gate(digest: str) -> bool:
        return world.act("ask", "root", lambda act: was_read(act, digest))

    first = found("aud", "one")
    assert first == SealedReplay("one", FOUND, "aud", START, ()) == sealed_replay(world.stores.store, "one")
    assert found("another", "one", replace(FOUND, digest="forged")) == first
    with pytest.raises(NotFound):
        reading("root", "none")
    assert not gate(DEFAULT.digest)
    read_once = reading("root", "one")
    world.go("2026-03-03 09:00")
    assert reading("root", "one") == read_once
    assert read_once.readings == (ReplayReading("root", START),)
    assert [one.by for one in reading("boss", "one").readings] == ["root", "boss"]
    assert gate(DEFAULT.digest)
    assert world.names("one") == ["ReplaySealed", "SealedReplayRead", "SealedReplayRead"]
    assert [one.owner for one in world.stores.store.ask(ThingsAbout("sealed_replay", DEFAULT.digest))] == ["aud"]


@pytest.mark.rule("G8")
def test_a_verification_under_its_own_rules_opens_no_gate(world: World) -> None:
    own = replace(FOUND, rulebook=None, document=None)
    world.act("seal", "aud", lambda act: seal(act, "own", own))
    assert world.act("reading", "root", lambda act: read(act, "own")).sealed == own
    assert not world.act("ask", "root", lambda act: was_read(act, DEFAULT.digest))
    assert sealed_replay(world.stores.store, "none") is None
    assert sealed_replay(world.stores.store, world.member("alice").member_id) is None
