"""Threads that write the same thing at once: unique keys decide, not a read before a write."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from adapters.store.answer_seals import AnswerSeals
from adapters.store.log import EventLog
from adapters.store.opening import Stores
from application import index
from application.acting import Act, Answer, Batch, Command, Conflict, perform, run, stream_of
from domain.case.events import ClaimReleased
from domain.events import Happened
from domain.events.listing import ListingTakenDown
from tests.adapters.store.acts import NOON, append, batch, event
from tests.conftest import Place, PostgresServer
from tests.faults.writer import Replies, key_of, listing_of, open_case, platform

THREADS = 8
T = TypeVar("T")


def at_once(work: Callable[[int], T]) -> list[T | Exception]:
    """What each of eight threads came to."""
    results: list[T | Exception] = [Conflict()] * THREADS
    start = threading.Barrier(THREADS)

    def one(number: int) -> None:
        start.wait()
        try:
            results[number] = work(number)
        except Exception as why:
            results[number] = why

    threads = [threading.Thread(target=one, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_duplicates_in_flight_have_one_effect_and_one_answer(stores: Stores) -> None:
    on = platform(stores)
    answers = at_once(lambda _: open_case(on, "the-same", 0))
    assert answers == [Answer(201, b"the-same")] * THREADS
    assert len(stores.store.load(stream_of("case", "the-same"))) == 1
    assert len(stores.store.load(listing_of(0))) == 1
    assert stores.store.ask(index.AttemptsToday("writer", "today")) == 1
    assert stores.store.answer(key_of("the-same")) is not None


def test_commands_on_one_stream_all_come_to_pass_in_some_order(stores: Stores) -> None:
    on = platform(stores)

    def add(act: Act) -> None:
        act.load("shared")
        act.append("shared", [Happened(act.now, ListingTakenDown("l"), "clock")])

    results = at_once(lambda _: [run(on, Command("add", "clock"), add) for _ in range(5)])
    assert results == [[None] * 5] * THREADS
    stream = stores.store.load("shared")
    assert [recorded.originator_version for recorded in stream] == list(range(1, 5 * THREADS + 1))
    assert len({recorded.command for recorded in stream}) == 5 * THREADS


@pytest.mark.rule("D5")
def test_what_was_looked_up_is_still_so_when_it_is_written(place: Place) -> None:
    """No unique key guards this limit: only the lookup that is repeated under the write lock. Each writer is a store of its own."""
    opened = [place.open() for _ in range(THREADS)]

    def count_to_three(act: Act) -> bool:
        if act.ask(index.AttemptsToday("m", "today")) >= 3:
            return False
        act.note(index.CountAttempt("m", "today"))
        return True

    results = at_once(lambda n: run(platform(opened[n]), Command("count", "m"), count_to_three))
    assert (results.count(True), results.count(False)) == (3, THREADS - 3)
    assert opened[0].store.ask(index.AttemptsToday("m", "today")) == 3
    for stores in opened:
        stores.close()


def case(number: int) -> index.Entry:
    return index.PutCase(f"c{number}", "filing", "listing", "owner", "seller", "open", NOON, None)


UNIQUE: dict[str, Callable[[int], index.Entry]] = {
    "open case of a filing and listing (C1)": case,
    "protected digest (B4)": lambda n: index.PutFiling(f"f{n}", f"m{n}", "digest", "protected"),
    "folder name (B1)": lambda n: index.PutFolder(f"o{n}", "owner", "name"),
    "appeal of a round (D1)": lambda n: index.PutAppeal(f"a{n}", "case", 1, "seller"),
    "dispute of a refused picture (H1)": lambda n: index.PutRefused("refused", "owner", "s", "d", None, f"x{n}"),
    "key of a thing (F2)": lambda n: index.PutThing("sighting", f"s{n}", "owner", "filing", "pair"),
    "effective instant (T5)": lambda n: index.PutPublication("rulebook", f"r{n}", f"k{n}", NOON),
}


@pytest.mark.parametrize("what", UNIQUE)
def test_a_unique_key_lets_one_of_eight_through(store: EventLog, what: str) -> None:
    entry = UNIQUE[what]
    results = at_once(lambda n: store.append(batch(0, event(f"stream-{n}", 1), entries=[entry(n)])))
    assert results.count(None) == 1
    assert sum(isinstance(result, Conflict) for result in results) == THREADS - 1
    assert len(store.read_log(0, 100)) == 1


def test_a_nickname_has_one_bearer_whoever_comes_last(stores: Stores) -> None:
    results = at_once(lambda n: [stores.identities.enrol(f"s{n}", "nick") for _ in range(5)])
    assert not [result for result in results if isinstance(result, Exception)]
    bearers = [n for n in range(THREADS) if (found := stores.identities.by_subject(f"s{n}")) and found.nickname == "nick"]
    assert len(bearers) == 1


def test_one_subject_is_one_member_however_many_requests_come_first(stores: Stores) -> None:
    results = at_once(lambda _: stores.identities.enrol("subject", "nick").member_id)
    assert len(set(map(str, results))) == 1
    assert stores.identities.by_id(str(results[0])) is not None


def test_one_key_a_member(stores: Stores) -> None:
    sealed = at_once(lambda n: stores.sealer.seal("member", f"text {n}"))
    assert [stores.sealer.open(text) for text in sealed if not isinstance(text, Exception)] == [f"text {n}" for n in range(THREADS)]


def test_a_reader_sees_an_act_whole_or_not_at_all(store: EventLog) -> None:
    done = threading.Event()
    torn: list[tuple[int, int]] = []

    def read() -> None:
        while not done.is_set():
            found = {recorded.originator_id for _, recorded in store.events_of(["left", "right"])}
            if len(found) == 1:
                torn.append((store.head(), len(found)))

    reader = threading.Thread(target=read)
    reader.start()
    for version in range(1, 60):
        append(store, event("left", version), event("right", version))
    done.set()
    reader.join()
    assert torn == []


class Unheard(EventLog):
    """A store whose first commit succeeds without its writer hearing of it, as when a connection breaks behind COMMIT."""

    heard = False

    def append(self, batch: Batch) -> None:
        super().append(batch)
        if not self.heard:
            self.heard = True
            raise Conflict("the connection was lost")


def test_a_commit_that_was_not_heard_of_is_not_done_again(stores: Stores) -> None:
    unheard = Unheard(stores.databases[0], AnswerSeals(lambda: b"s" * 32))  # type: ignore[arg-type]
    on = platform(stores)._replace(store=unheard)
    assert open_case(on, "once", 0) == Answer(201, b"once")
    assert unheard.heard
    assert len(stores.store.load(stream_of("case", "once"))) == 1
    assert stores.store.ask(index.AttemptsToday("writer", "today")) == 1


@pytest.fixture
def on_postgres(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Place]:
    with postgres_server.database() as url:
        yield Place(url, str(tmp_path))


def test_connections_that_break_lose_and_double_nothing(on_postgres: Place) -> None:
    """A commit whose answer was never heard of is found by the command's id, and not done again."""
    stores = on_postgres.open()
    on = platform(stores)
    chance, begun = random.Random(7), threading.Semaphore(0)

    def cut() -> None:
        """Once for each command, so that a slow machine is not cut more often than it can answer."""
        with psycopg.connect(on_postgres.store, autocommit=True) as connection:
            for _ in range(24):
                begun.acquire()
                time.sleep(chance.uniform(0.0, 0.02))
                connection.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
                )

    cutter = threading.Thread(target=cut)
    cutter.start()
    answered = []
    for name in (f"cut-{n}" for n in range(24)):
        begun.release()
        if answered_in_spite(lambda name=name: open_case(on, name, 0)):  # type: ignore[misc]
            answered.append(name)
    cutter.join()
    assert len(answered) == 24
    assert sum(answered_in_spite(stores.store.head) for _ in range(24)) == 24  # connections that were cut last are noticed when used
    opened = [case.case_id for case in stores.store.ask(index.CasesOfMember("writer"))]
    assert sorted(opened) == sorted(stream_of("case", name) for name in answered)
    assert len(stores.store.load(listing_of(0))) == 24
    stores.close()


def answered_in_spite(command: Callable[[], object], tries: int = 200) -> bool:
    """A client that sends its command again until it is answered."""
    for _ in range(tries):
        try:
            command()
        except Exception:
            continue
        return True
    return False


def test_a_commit_without_a_key_that_was_not_heard_of_is_not_done_again_either(stores: Stores) -> None:
    unheard = Unheard(stores.databases[0], AnswerSeals(lambda: b"s" * 32))  # type: ignore[arg-type]
    case = stream_of("case", "plain")

    def decide(act: Act) -> str:
        act.load(case)
        act.append(case, [Happened(act.now, ClaimReleased("plain"), "writer")])
        return "plain"

    assert perform(platform(stores)._replace(store=unheard), Command("open", "writer"), decide, Replies()) == Answer(201, b"plain")
    assert len(stores.store.load(case)) == 1
