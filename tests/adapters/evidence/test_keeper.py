"""While a server runs, nobody has to ask for a checkpoint: what is recorded is soon numbered, and signed within a minute."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.evidence import keeper
from adapters.evidence.keeper import EVENTS, SECONDS, Keeper
from adapters.evidence.reading import Tampered
from tests.adapters.evidence.store import MemoryLog, event_id, evidence_in, sqlite, state, tree_in

pytestmark = pytest.mark.rule("G4")


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_event_that_is_changed_after_a_look_is_found_though_nobody_had_asked(tmp_path: Path) -> None:
    log = MemoryLog([state(number) for number in range(9)])
    evidence = evidence_in(tmp_path, log)
    Keeper(lambda: evidence).look()
    log.change(3, state(3, "something else"))
    with pytest.raises(Tampered, match=f"event 3 .id {event_id(3)}.: is not the one that was recorded"):
        evidence.receipt(event_id(3))


def test_a_checkpoint_is_signed_a_minute_after_something_came_and_not_otherwise(tmp_path: Path) -> None:
    log, clock = MemoryLog([state(0)]), Clock()
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, clock)

    def signed_at(now: float) -> list[int]:
        clock.now = now
        keeping.look()
        return list(tree_in(tmp_path).checkpoint_sizes(10))

    assert signed_at(1) == []
    assert signed_at(SECONDS) == [1]
    assert signed_at(3 * SECONDS) == [1]
    log.append(state(1))
    assert signed_at(3 * SECONDS + 1) == [1, 2]
    log.append(state(2))
    assert signed_at(3 * SECONDS + 2) == [1, 2]
    keeping.finish()
    keeping.finish()
    assert signed_at(3 * SECONDS + 2) == [1, 2, 3]


def test_many_events_are_signed_at_once(tmp_path: Path) -> None:
    log = MemoryLog([b"%d" % number for number in range(EVENTS - 1)])
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, Clock())
    keeping.look()
    assert evidence.signed_size() == 0
    log.append(b"one more")
    keeping.look()
    assert evidence.signed_size() == EVENTS


def test_a_long_history_is_numbered_look_by_look_and_signed_when_all_of_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "AT_ONCE", 2000)
    log = MemoryLog([b"%d" % number for number in range(4500)])
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, Clock())
    sizes = []
    for _ in range(3):
        keeping.look()
        sizes.append((evidence.size(), evidence.signed_size()))
    assert sizes == [(2000, 0), (4000, 0), (4500, 4500)]
    assert evidence.behind() == 0


def test_what_is_wrong_is_logged_once_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = MemoryLog([state(number) for number in range(9)])
    evidence = evidence_in(tmp_path, log)
    keeping = Keeper(lambda: evidence, Clock())
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
    log, clock = MemoryLog([state(0)]), Clock()
    first, second = evidence_in(tmp_path, log), evidence_in(tmp_path, log)
    keepers = [Keeper(lambda: first, clock), Keeper(lambda: second, clock)]
    for number in range(1, 7):
        log.append(state(number))
        keepers[number % 2].look()
        clock.now += SECONDS
        keepers[1 - number % 2].look()
    assert first.signed_size() == second.signed_size() == 7
