"""What the desk does beside deciding: notes, claims that an admin releases, what may be done to a case just now (rules H2, H3, H7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.replay.checking import assert_replays
from adapters.store.opening import open_store
from application import appeals, decide
from application.acting import Command, run
from application.allowed import allowed
from application.audit import case_history
from application.cases import live_case
from application.command import Batch, Conflict
from application.misuse import conduct_of
from application.ports import Identity
from application.refusals import NotFound
from domain.case.events import DESK_ONLY, NoteAdded
from domain.case.state import Case
from domain.refusal import Refusal
from tests.application.world import START, World
from tests.domain.tale import instant


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(open_store(str(tmp_path)))
    yield world
    assert_replays(world.stores.store)
    world.stores.close()


def lodged(world: World, key: str = "L1") -> tuple[Case, Identity, Identity]:
    owner, seller = world.member("alice"), world.member("mallory")
    return world.lodge(owner, world.filing(owner, key), world.listing(seller, key)).cases[0], owner, seller


def now(world: World, case: Case) -> Case:
    return world.act("look", "desk-1", lambda act: live_case(act, case.id))


@pytest.mark.rule("H3", "H7")
def test_a_note_changes_nothing_and_is_read_by_the_desk_alone(world: World) -> None:
    case, owner, seller = lodged(world)
    accepted = world.accept(case.id, show_original=True)
    world.appeal(seller, accepted.notice_id)
    before = now(world, case)
    noted = world.act("note", "desk-1", lambda act: decide.add_note(act, case.id, "Look at the licence."))
    assert isinstance(noted.event, NoteAdded)
    assert world.platform.sealer.open(noted.event.text) == "Look at the licence."
    assert now(world, case) == before
    assert decide.notes(world.platform, case.id, "desk-2") == [noted]
    for party in (owner, seller):
        with pytest.raises(Refusal, match="forbidden"):
            decide.notes(world.platform, case.id, party.subject)
        with pytest.raises(Refusal, match="forbidden"):
            world.act("note", party.subject, lambda act: decide.add_note(act, case.id, "mine"))
    with pytest.raises(NotFound):
        decide.notes(world.platform, "nothing", "desk-1")
    history = case_history(world.platform, world.stores.store, case.id)
    assert [noted] == [line.fact for line in history.lines if isinstance(line.fact.event, NoteAdded)]
    assert len(history.without(DESK_ONLY).lines) == len(history.lines) - 1


@pytest.mark.rule("H3")
def test_an_admin_releases_whoevers_claim_and_of_a_case_that_nobody_has_nothing_is_recorded(world: World) -> None:
    case, _, _ = lodged(world)
    world.act("claim", "desk-1", lambda act: decide.claim(act, case.id))
    with pytest.raises(Refusal, match="claimed"):
        world.act("release", "desk-2", lambda act: decide.release_claim(act, case.id))
    for _ in range(2):
        assert world.act("release", "root", lambda act: decide.release_anybodys_claim(act, case.id)).claim is None
    assert world.names(case.id) == ["ComplaintLodged", "Claimed", "ClaimReleased"]


@pytest.mark.rule("C3", "D2", "D4", "H2", "H3")
def test_what_may_be_done_to_a_case_is_what_each_decider_says(world: World) -> None:
    case, owner, seller = lodged(world)

    def told(by: str = "desk-1", terminated: bool = False) -> dict[str, str | None]:
        return allowed(world.platform, now(world, case), by, decide.as_member(world.platform, by), terminated)

    assert {name for name, why in told().items() if why is None} == {"acceptance", "refusal", "claim", "release"}
    assert told()["decision"] == told()["special"] == "appeal_not_open"
    assert told()["lift"] == "nothing_to_lift"
    world.act("claim", "desk-2", lambda act: decide.claim(act, case.id))
    assert told()["claim"] == told()["acceptance"] == "claimed"
    assert {why for by in (owner, seller) for why in told(by.subject).values()} == {"forbidden"}
    accepted = world.accept(case.id, by="desk-2")
    appeal = world.appeal(seller, accepted.notice_id)
    assert {name for name, why in told("desk-2").items() if why is None} >= {"decision", "special", "lift"}
    world.decide(appeal.id, "rejected", "desk-2")
    assert told()["reopening"] is not None
    world.go("2026-03-20 09:00")
    assert now(world, case).status == "final"
    assert (told()["reopening"], told(terminated=True)["reopening"]) == ("not_reopenable", None)


@pytest.mark.rule("C3", "D4")
def test_the_desk_is_late_from_the_instant_by_which_it_was_to_act(world: World) -> None:
    case, _, seller = lodged(world)
    taken_up_by = case.accept_by.closes_at
    assert (case.desk_due_at, case.last_deadline) == (taken_up_by, case.accept_by)
    assert (case.overdue(START), case.overdue(taken_up_by)) == (False, True)
    accepted = world.accept(case.id)
    assert accepted.window is not None
    assert (accepted.desk_due_at, accepted.last_deadline) == (None, accepted.window.closes)
    assert not accepted.overdue(instant("2027-01-01 00:00"))
    appeal = world.appeal(seller, accepted.notice_id)
    appealed = now(world, case)
    assert (appealed.desk_due_at, appealed.last_deadline.closes_at) == (appeal.decide_by.closes_at, appeal.decide_by.closes_at)
    special = world.act("special", "desk-1", lambda act: decide.mark_special(act, appeal.id, "A court decides."))
    assert special.case.desk_due_at is None


class Cut:
    """A store whose connection drops once after it has saved: it believes that another was first."""

    def __init__(self, store: Any) -> None:
        self._store, self.dropped = store, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, batch: Batch) -> None:
        self._store.append(batch)
        if not self.dropped:
            self.dropped = True
            raise Conflict


def test_what_was_saved_before_the_connection_dropped_is_not_done_again(world: World) -> None:
    case, _, _ = lodged(world)
    platform = world.platform._replace(store=Cut(world.stores.store))
    assert run(platform, Command("note", "desk-1"), lambda act: decide.add_note(act, case.id, "Once.").by) == "desk-1"
    assert world.names(case.id) == ["ComplaintLodged", "NoteAdded"]


@pytest.mark.rule("D2")
def test_evidence_is_its_members_alone_and_who_never_misused_anything_has_a_clean_record(world: World) -> None:
    owner = world.member("alice")
    with pytest.raises(NotFound):
        appeals.open_evidence(world.platform, owner, "nothing")
    assert conduct_of(world.platform, owner.member_id).clean(world.clock.now())
