"""While a server runs, nobody has to ask for a checkpoint: what is recorded is soon numbered, and signed within a minute."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.evidence import keeper
from adapters.evidence.evidence import NotYetSigned
from adapters.evidence.keeper import SECONDS, Keeper
from adapters.evidence.reading import Tampered
from tests.adapters.evidence.store import MemoryLog, event_id, evidence_in, sqlite, state, tree_in

pytestmark = pytest.mark.rule("G4")


class Wall:
    """Wall time in seconds, which passes when it is told to."""

    def __init__(self) -> None:
        self.now = 10.0

    def __call__(self) -> float:
        return self.now


def test_an_event_that_is_changed_after_a_look_is_found_though_nobody_had_asked(tmp_path: Path) -> None:
    log = MemoryLog([state(number) for number in range(9)])
    evidence = evidence_in(tmp_path, log)
    Keeper(lambda: evidence, wall=Wall()).look()
    log.change(3, state(3, "something else"))
    with pytest.raises(Tampered, match=f"event 3 .id {event_id(3)}.: is not the one that was recorded"):
        evidence.receipt(event_id(3))


def test_a_checkpoint_comes_with_its_interval_of_wall_time_if_anything_came(tmp_path: Path) -> None:
    log, wall = MemoryLog([state(0)]), Wall()
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, SECONDS, wall)

    def signed_at(now: float) -> list[int]:
        wall.now = now
        keeping.look()
        return list(tree_in(tmp_path).checkpoint_sizes(10))

    assert signed_at(1) == [1]
    log.append(state(1))
    assert signed_at(SECONDS - 1) == [1]
    assert signed_at(SECONDS) == [1, 2]
    assert signed_at(3 * SECONDS) == [1, 2]
    log.append(state(2))
    assert signed_at(3 * SECONDS + 1) == [1, 2, 3]
    log.append(state(3))
    assert signed_at(3 * SECONDS + 2) == [1, 2, 3]
    keeping.finish()
    keeping.finish()
    assert signed_at(3 * SECONDS + 3) == [1, 2, 3, 4]


@pytest.mark.rule("C5")
def test_a_receipt_rests_on_the_first_checkpoint_by_the_clock_whatever_others_make(tmp_path: Path) -> None:
    log, wall = MemoryLog([state(0)]), Wall()
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, SECONDS, wall)
    evidence.checkpoint()  # an auditor's, of now
    with pytest.raises(NotYetSigned):
        evidence.receipt(event_id(0))
    keeping.look()
    mine = evidence.receipt(event_id(0)).as_json()
    log.append(state(1))
    evidence.checkpoint()
    with pytest.raises(NotYetSigned):
        evidence.receipt(event_id(1))
    wall.now += SECONDS
    log.append(state(2))
    keeping.look()
    assert evidence.receipt(event_id(1)).size == evidence.receipt(event_id(2)).size == 3
    assert evidence.receipt(event_id(0)).as_json() == mine


def test_a_long_history_is_numbered_look_by_look_and_signed_when_all_of_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "AT_ONCE", 2000)
    log = MemoryLog([b"%d" % number for number in range(4500)])
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, wall=Wall())
    sizes = []
    for _ in range(3):
        keeping.look()
        sizes.append((evidence.size(), evidence.signed_size()))
    assert sizes == [(2000, 0), (4000, 0), (4500, 4500)]
    assert evidence.behind() == 0


def test_what_is_wrong_is_logged_once_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = MemoryLog([state(number) for number in range(9)])
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, wall=Wall())
    keeping.finish()
    with sqlite(tmp_path).begin() as connection:
        connection.execute(text("DELETE FROM evidence_leaf WHERE n = 4"))
    log.append(state(9))
    with caplog.at_level(logging.ERROR):
        keeping.finish()
        keeping.finish()
    assert [record.getMessage() for record in caplog.records] == [
        "the history is not kept signed: Tampered: event 4 (id unknown): its leaf was taken out of the tree"
    ]


def test_two_servers_on_one_store_keep_one_history(tmp_path: Path) -> None:
    log, wall = MemoryLog([state(0)]), Wall()
    first, second = evidence_in(tmp_path, log), evidence_in(tmp_path, log)
    keepers = [Keeper(lambda: first, SECONDS, wall), Keeper(lambda: second, SECONDS, wall)]
    for number in range(1, 7):
        log.append(state(number))
        keepers[number % 2].look()
        wall.now += SECONDS
        keepers[1 - number % 2].look()
    assert first.signed_size() == second.signed_size() == 7
