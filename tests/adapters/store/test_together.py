"""Group commit: who waits is saved with the others, who fails fails alone, and who is too many is told so."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.store.log import EventLog
from adapters.store.opening import Stores, open_store
from adapters.store.together import GroupCommit, Pending
from application import index
from application.acting import Batch, Conflict
from application.command import Busy, TooManyWaiting
from tests.adapters.store.acts import batch, event
from tests.conftest import Place

NOTHING: Any = None
SOON = 0.01


class Disk:
    """Commits that take until they are let go, and whom they were for."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.free = threading.Semaphore(0)
        self.failure: BaseException | None = None

    def commit(self, group: Sequence[Pending]) -> None:
        self.groups.append([len(one.events) for one in group])
        self.free.acquire()
        if self.failure is not None:
            raise self.failure
        for one in group:
            if len(one.events) == 13:
                one.failure = Conflict("thirteen")


def until(so: Callable[[], bool]) -> None:
    """A generous deadline: a busy machine proves nothing."""
    last = time.monotonic() + 120
    while not so():
        assert time.monotonic() < last
        time.sleep(0.001)


def in_order(pool: ThreadPoolExecutor, queue: GroupCommit, sizes: Sequence[int]) -> list[Future[None]]:
    """One act of each size, told apart by it; each begins once the former stands in the queue."""
    saved = []
    for size in sizes:
        before = queue.waiting()
        saved.append(pool.submit(queue.save, [NOTHING] * size, NOTHING))
        until(lambda before=before: queue.waiting() > before)  # type: ignore[misc]
    return saved


@contextmanager
def one_at_the_disk(disk: Disk, queue: GroupCommit) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        first = pool.submit(queue.save, [], NOTHING)
        until(lambda: disk.groups == [[0]])
        yield pool
        disk.free.release(16)
        first.exception()


def test_who_waits_is_saved_together_in_the_order_of_coming_and_one_fails_alone() -> None:
    disk = Disk()
    queue = GroupCommit(disk.commit, 60)
    with one_at_the_disk(disk, queue) as pool:
        saved = in_order(pool, queue, [1, 2, 13, 3])
        disk.free.release(2)
        assert [type(one.exception()) for one in saved] == [type(None), type(None), Conflict, type(None)]
    assert disk.groups == [[0], [1, 2, 13, 3]]
    assert queue.waiting() == 0


@pytest.mark.parametrize(("failure", "of_others"), [(OSError(28, "full"), OSError), (KeyboardInterrupt(), Conflict)])
def test_what_befalls_the_transaction_befalls_all_of_it_and_the_next_go_on(failure: BaseException, of_others: type) -> None:
    """A thread that was ended does not know what became of the others: each looks for its own answer."""
    disk = Disk()
    queue = GroupCommit(disk.commit, 60)
    with one_at_the_disk(disk, queue) as pool:
        leader, other = in_order(pool, queue, [1, 2])
        disk.failure = failure
        disk.free.release(2)
        assert type(leader.exception()) is type(failure)
        told = other.exception()
        assert type(told) is of_others and told is not failure
        disk.failure = None
        disk.free.release(16)
        queue.save([NOTHING] * 3, NOTHING)
    assert disk.groups == [[0], [1, 2], [3]]


def test_the_queue_has_an_end_and_who_waits_too_long_is_told_so() -> None:
    disk = Disk()
    queue = GroupCommit(disk.commit, SOON, room=1)
    with one_at_the_disk(disk, queue) as pool:
        patient = GroupCommit(disk.commit, 60, room=1)
        assert isinstance(pool.submit(queue.save, [], NOTHING).exception(), Busy)
        assert queue.waiting() == 0
        leading = pool.submit(patient.save, [NOTHING], NOTHING)
        until(lambda: disk.groups == [[0], [1]])
        (waiting,) = in_order(pool, patient, [2])
        with pytest.raises(TooManyWaiting):
            patient.save([], NOTHING)
        disk.free.release(16)
        assert (leading.exception(), waiting.exception()) == (None, None)


@contextmanager
def held(place: Place) -> Iterator[None]:
    """The write lock in another process's hands."""
    if place.store.startswith("postgresql"):
        with psycopg.connect(place.store) as connection:
            connection.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
            yield
    else:
        with sqlite3.connect(Path(place.store) / "log.sqlite", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


def together(place: Place, stores: Stores, acts: Sequence[Batch]) -> list[BaseException | None]:
    """What became of acts that all waited, in this order, while the lock was held."""
    queue: GroupCommit = stores.databases[0]._together  # type: ignore[attr-defined]
    with ThreadPoolExecutor(len(acts) + 1) as pool:
        with held(place):
            first = pool.submit(stores.store.append, batch(0, event("first", 1)))
            until(lambda: queue._busy)
            saved = []
            for number, act in enumerate(acts, start=1):
                saved.append(pool.submit(stores.store.append, act))
                until(lambda number=number: queue.waiting() == number)  # type: ignore[misc]
        assert first.exception() is None
        return [one.exception() for one in saved]


def streams(store: EventLog) -> list[str]:
    return [recorded.originator_id for _, recorded in store.read_log(0, 100)]


def test_acts_that_wait_are_in_the_log_in_the_order_of_their_coming(place: Place, stores: Stores) -> None:
    failures = together(place, stores, [batch(0, event(f"s{number}", 1)) for number in range(9)])
    assert failures == [None] * 9
    assert streams(stores.store) == ["first", *(f"s{number}" for number in range(9))]
    assert stores.store.head() == 10


def test_of_acts_that_wait_only_those_fail_that_are_in_each_others_way(place: Place, stores: Stores) -> None:
    counted = index.AttemptsToday("m", "today")
    folder = index.PutFolder("o1", "owner", "name")
    alone = batch(1, event("alone", 1))._replace(alone=True)
    acts = [
        batch(0, event("a", 1), versions={"a": 0}),
        batch(0, event("a", 1), versions={"a": 0}),  # its stream has grown
        batch(0, event("b", 1), entries=[index.CountAttempt("m", "today")], lookups={counted: 0}),
        batch(0, event("c", 1), lookups={counted: 0}),  # its lookup has another answer
        batch(0, event("d", 1), entries=[folder]),
        batch(0, event("e", 1), entries=[folder]),  # its name is taken
        batch(0, event("f", 2), event("f", 2)),  # it makes no sense in itself
        alone,  # it gives way to all others
        batch(0, event("g", 1), versions={"a": 1, "g": 0}, lookups={counted: 1}),
    ]
    failures = together(place, stores, acts)
    assert [type(failure) for failure in failures] == [
        *(type(None), Conflict, type(None), Conflict, type(None), Conflict, Conflict, Conflict, type(None)),
    ]
    assert streams(stores.store) == ["first", "a", "b", "d", "g"]
    assert [stores.store.saved_answer(act.command) is not None for act in acts] == [failure is None for failure in failures]


def test_a_writer_that_finds_the_lock_taken_for_too_long_is_told_so_and_so_are_those_behind_it(place: Place) -> None:
    stores = open_store(place.store, place.vault, patience=0.2)
    with held(place), ThreadPoolExecutor(3) as pool:
        saved = [pool.submit(stores.store.append, batch(0, event(f"s{number}", 1))) for number in range(3)]
        assert [type(one.exception()) for one in saved] == [Busy] * 3
    assert streams(stores.store) == []
    stores.close()
