"""A fresh store that is filled by one writer alone: the same log and index, written many acts at a time."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from adapters.store import filling
from adapters.store.log import EventLog
from application import index
from application.acting import Conflict
from tests.adapters.store.acts import NOON, append, event
from tests.conftest import Place

CASE = index.PutCase("c1", "f1", "l1", "owner", "seller", "open", NOON, None)


def test_what_is_filled_in_is_read_at_once_and_is_there_afterwards(store: EventLog) -> None:
    saved = [event("a", 1), event("b", 1), event("a", 2)]
    with store.filling() as log:
        log.fill(saved[:2], [CASE])
        append(log, saved[2])
        assert log.load("a") == (saved[0], saved[2])
        assert log.ask(index.CaseById("c1")) is not None
        assert log.head() == 2
    assert [one for _, one in store.read_log(0, 10)] == saved
    assert store.ask(index.CaseById("c1")) is not None
    append(store, event("c", 1))
    assert store.head() == 3


def test_an_act_that_conflicts_leaves_nothing_and_takes_nothing_with_it(store: EventLog) -> None:
    with store.filling() as log:
        log.fill([event("a", 1)], [])
        with pytest.raises(Conflict):
            append(log, event("b", 1), event("a", 1), entries=[CASE])
        log.fill([event("a", 2)], [])
    assert [(one.originator_id, one.originator_version) for _, one in store.read_log(0, 10)] == [("a", 1), ("a", 2)]
    assert store.ask(index.CaseById("c1")) is None


def test_what_cannot_be_filled_in_ends_the_filling(store: EventLog) -> None:
    with pytest.raises(Conflict), store.filling() as log:
        log.fill([event("a", 1), event("a", 2)], [])
        log.fill([event("b", 1), event("a", 1)], [CASE])
    assert store.load("b") == ()
    assert store.ask(index.CaseById("c1")) is None


def test_it_is_committed_now_and_then(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "COMMIT_EVERY", 2)
    stores = place.open()
    with stores.store.filling() as log:
        log.fill([event("a", 1), event("a", 2)], [])
        assert stores.store.log_head() > 0
    stores.close()


def test_on_sqlite_a_failure_that_was_passed_over_is_raised_again(tmp_path: Path) -> None:
    stores = Place(str(tmp_path / "store"), str(tmp_path / "vault")).open()
    with pytest.raises(Conflict), stores.store.filling() as log:
        log.fill([event("a", 1)], [])
        with suppress(Conflict):
            log.fill([event("b", 1), event("a", 1)], [])
    assert stores.store.log_head() == 0
    stores.close()


def test_on_sqlite_what_was_not_committed_is_gone_after_a_failure(tmp_path: Path) -> None:
    stores = Place(str(tmp_path / "store"), str(tmp_path / "vault")).open()
    with pytest.raises(RuntimeError, match="the story broke off"), stores.store.filling() as log:
        log.fill([event("a", 1)], [])
        raise RuntimeError("the story broke off")
    assert stores.store.log_head() == 0
    append(stores.store, event("a", 1))
    assert stores.store.log_head() == 1
    stores.close()
