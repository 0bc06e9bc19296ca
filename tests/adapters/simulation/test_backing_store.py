"""The store behind a simulation, in this process or in one of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe

import pytest

from adapters.simulation import backing_store
from adapters.simulation.backing_store import StoreLocation, StoreProcess
from adapters.simulation.running import simulate
from application import index
from application.acting import Batch, Conflict, IdempotencyKey
from tests.adapters.store.acts import NOON, event
from tests.conftest import Place

ALL = 10**9
CASE = index.PutCase("c1", "f1", "l1", "owner", "seller", "open", NOON, None)


@contextmanager
def written_by_a_thread(place: Place) -> Iterator[StoreProcess]:
    """The other side at work where a test can see it."""
    here, there = Pipe()
    writer = threading.Thread(target=backing_store._write, args=(there, StoreLocation(place.store, place.vault)))
    writer.start()
    yield StoreProcess(here)
    here.close()
    writer.join()


def test_the_history_is_the_same_to_the_byte_whoever_writes_it(place: Place, tmp_path_factory: pytest.TempPathFactory) -> None:
    def states(place: Place, apart: StoreLocation | None) -> list[bytes]:
        stores = place.open()
        summary = simulate(stores, 60, 4, place=apart)
        rows = stores.store.read_raw(0, ALL)
        assert summary.events == len(rows)
        stores.close()
        return [row.state for row in rows]

    other = tmp_path_factory.mktemp("here")
    in_this_process = states(Place(str(other / "store"), str(other / "vault")), None)
    assert states(place, StoreLocation(place.store, place.vault)) == in_this_process


def test_it_answers_as_the_store_does(place: Place) -> None:
    saved = [event("a", 1), event("a", 2, "ünïcode ✓"), event("b", 1)]
    with written_by_a_thread(place) as store:
        store.fill(saved[:2], [CASE])
        store.append(Batch("command", (saved[2],), (), store.begin(None).head, (("b", 0),), (), None, None))
        assert store.load("a") == tuple(saved[:2])
        row = store.ask(index.CaseById("c1"))
        assert row is not None
        assert row.due_at == NOON
        assert store.begin(None).head == 2
        assert store.saved_answer("command") is None
        with pytest.raises(LookupError):
            store.answer(IdempotencyKey("scope", "key", "print"))
        store.close()
    stores = place.open()
    assert [one for _, one in stores.store.read_log(0, 10)] == saved
    stores.close()


def test_a_refused_act_is_told_and_the_next_one_goes_on(place: Place) -> None:
    with written_by_a_thread(place) as store:
        store.fill([event("a", 1)], [])
        with pytest.raises(Conflict):
            store.append(Batch("command", (event("a", 1),), (), store.begin(None).head, (), (), None, None))
        store.fill([event("a", 2)], [])
        assert len(store.load("a")) == 2
        store.close()


def test_what_went_wrong_with_a_filling_is_told_at_the_next_question(place: Place) -> None:
    with pytest.raises(Conflict), backing_store.store_process(StoreLocation(place.store, place.vault)) as store:
        store.fill([event("a", 1)], [])
        store.fill([event("a", 1)], [])
        for _ in range(10_000):  # until the pipe is closed at its other end, at the latest
            store.fill([event("b", 1)], [])
        store.begin(None)
