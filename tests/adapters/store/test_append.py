"""One act is saved whole or not at all, and only while what it read is still so."""

from __future__ import annotations

import pytest

from adapters.store.log import EventLog
from adapters.store.opening import Stores
from application import index
from application.acting import Answer, Conflict, IdempotencyKey
from tests.adapters.store.acts import DONE, NOON, append, batch, event, new_id
from tests.conftest import Place

KEY = IdempotencyKey("member /v1/complaints", "key-1", "print")
CASE = index.PutCase("c1", "f1", "l1", "owner", "seller", "open", NOON, None)


def test_events_come_back_as_they_were(store: EventLog) -> None:
    saved = [event("a", 1), event("a", 2, "ünïcode ✓"), event("b", 1)]
    append(store, *saved)
    assert store.load("a") == tuple(saved[:2])
    assert store.load("b") == (saved[2],)
    assert store.load("c") == ()


def test_a_taken_version_is_a_conflict_and_leaves_nothing(store: EventLog) -> None:
    append(store, event("a", 1))
    before = store.head(), store.log_head()
    with pytest.raises(Conflict):
        append(store, event("b", 1), event("a", 1), entries=[CASE])
    assert (store.head(), store.log_head()) == before
    assert store.load("b") == ()
    assert store.ask(index.CaseById("c1")) is None


def test_a_stream_that_was_read_and_has_grown_is_a_conflict(store: EventLog) -> None:
    head = store.head()
    append(store, event("read", 1))
    with pytest.raises(Conflict):
        store.append(batch(head, event("mine", 1), versions={"read": 0, "mine": 0}))
    store.append(batch(head, event("mine", 1), versions={"read": 1, "mine": 0}))
    assert len(store.load("mine")) == 1


def test_a_lookup_that_answers_differently_is_a_conflict(store: EventLog) -> None:
    head = store.head()
    append(store, entries=[CASE])
    with pytest.raises(Conflict):
        store.append(batch(head, event("mine", 1), lookups={index.CaseById("c1"): None}))
    assert store.load("mine") == ()


def test_what_others_wrote_elsewhere_disturbs_nobody(store: EventLog) -> None:
    head = store.head()
    append(store, event("other", 1), entries=[CASE])
    store.append(batch(head, event("mine", 1), versions={"mine": 0}, lookups={index.CaseById("c2"): None}))
    assert len(store.load("mine")) == 1


def test_entries_without_events_move_the_head_but_not_the_log(store: EventLog) -> None:
    head, log_head = store.head(), store.log_head()
    append(store, entries=[index.CountAttempt("m", "2026-03-02")])
    assert store.head() > head
    assert store.log_head() == log_head


@pytest.mark.rule("D5")
def test_attempts_are_counted_by_actor_and_day(store: EventLog) -> None:
    for day in ("2026-03-02", "2026-03-02", "2026-03-03"):
        append(store, entries=[index.CountAttempt("m", day)])
    assert store.ask(index.AttemptsToday("m", "2026-03-02")) == 2
    assert store.ask(index.AttemptsToday("m", "2026-03-03")) == 1
    assert store.ask(index.AttemptsToday("n", "2026-03-02")) == 0


@pytest.mark.rule("B7")
def test_an_act_may_be_large(store: EventLog) -> None:
    """Several times what a connection's buffers hold, so that neither side may wait for the other to read."""
    append(
        store, *[event(f"s{n}", 1, "x" * 1000) for n in range(3000)], entries=[index.PutDue("cascade", f"{n}", NOON) for n in range(500)]
    )
    append(store, *[event(f"t{n}", 1, "x" * 1000) for n in range(1000)], answer=None)
    assert len(store.read_log(0, 10_000)) == 4000


def test_a_batch_that_writes_nothing_is_not_even_compared(store: EventLog) -> None:
    append(store, event("a", 1))
    head = store.head()
    store.append(batch(0, versions={"a": 0}))
    assert store.head() == head


def test_an_answer_is_kept_under_its_key_with_its_effect(store: EventLog) -> None:
    append(store, event("a", 1), key=KEY)
    assert store.answer(KEY) == ("print", DONE)
    assert store.answer(KEY._replace(fingerprint="other")) == ("print", DONE)
    assert store.answer(KEY._replace(key="key-2")) is None
    assert store.answer(KEY._replace(scope="another")) is None


@pytest.mark.rule("H6")
def test_a_kept_answer_is_opened_by_its_key_alone(stores: Stores) -> None:
    key = IdempotencyKey("scope", "a key of one's own", "print")
    append(stores.store, event("a", 1), key=key, answer=Answer(201, b"Ann's own words"))
    database = stores.databases[0]
    rows = database.read(lambda s, _: s.rows("SELECT key, body FROM answer WHERE key IS NOT NULL"), None)
    assert "own" not in str([(name, bytes(body)) for name, body in rows])
    assert stores.store.answer(key) == ("print", Answer(201, b"Ann's own words"))
    database.write(lambda s: s.run("UPDATE answer SET key = ?, body = ?, sealed = 0", (key.key, b"of the first release")))
    assert stores.store.answer(key) == ("print", Answer(201, b"of the first release"))


def test_a_duplicate_in_flight_is_a_conflict_without_effect(store: EventLog) -> None:
    append(store, event("a", 1), key=KEY)
    with pytest.raises(Conflict):
        append(store, event("b", 1), entries=[CASE], key=KEY)
    assert store.load("b") == ()
    assert store.ask(index.CaseById("c1")) is None


@pytest.mark.parametrize(("status", "kept"), [(200, True), (201, True), (204, True), (409, True), (422, True), (403, False), (404, False)])
def test_which_answers_are_kept_under_a_key(store: EventLog, status: int, kept: bool) -> None:
    append(store, key=KEY, answer=Answer(status, b"{}"))
    assert (store.answer(KEY) is not None) is kept


def test_the_answer_of_every_command_that_wrote_can_be_found_again(store: EventLog) -> None:
    refused = append(store, event("attempts", 1), key=KEY, answer=Answer(403, b"no"))
    counted = append(store, entries=[index.CountAttempt("m", "2026-03-02")])
    assert store.saved_answer(refused) == Answer(403, b"no")
    assert store.saved_answer(counted) == DONE
    assert store.saved_answer(new_id()) is None


def test_a_command_is_saved_once(store: EventLog) -> None:
    command = append(store, event("a", 1))
    with pytest.raises(Conflict):
        append(store, event("b", 1), command=command)
    assert store.load("b") == ()


def test_keys_live_thirty_days_of_wall_time(place: Place) -> None:
    now = [1_800_000_000.0]
    stores = place.open(wall=lambda: now[0])
    append(stores.store, event("a", 1), key=KEY)
    now[0] += 30 * 86_400 - 1
    assert stores.store.answer(KEY) is not None
    now[0] += 1
    assert stores.store.answer(KEY) is None
    append(stores.store, event("b", 1), key=KEY, answer=Answer(201, b"new"))
    assert stores.store.answer(KEY) == ("print", Answer(201, b"new"))
    stores.close()


def test_answers_without_a_key_go_after_ten_minutes_also_where_nobody_writes(place: Place) -> None:
    now = [1_800_000_000.0]
    stores = place.open(wall=lambda: now[0])
    several = [append(stores.store, entries=[index.CountAttempt("m", "d")]) for _ in range(3)]
    now[0] += 599
    stores.store.purge()
    assert stores.store.saved_answer(several[0]) == DONE
    now[0] += 1
    stores.store.purge()
    assert [stores.store.saved_answer(one) for one in several] == [None] * 3
    stores.close()


def test_answers_past_their_time_are_purged_while_others_are_saved(place: Place) -> None:
    now = [1_800_000_000.0]
    stores = place.open(wall=lambda: now[0])
    first = append(stores.store, entries=[index.CountAttempt("m", "d")])
    now[0] += 2 * 86_400
    for _ in range(256):
        append(stores.store, entries=[index.CountAttempt("m", "d")])
    assert stores.store.saved_answer(first) is None
    stores.close()


def test_a_store_is_as_it_was_when_it_is_opened_again(place: Place) -> None:
    stores = place.open()
    append(stores.store, event("a", 1), entries=[CASE], key=KEY)
    head, at = stores.store.head(), stores.last_recorded_at()
    stores.close()
    again = place.open()
    assert again.store.head() == head
    assert again.last_recorded_at() == at == NOON
    assert len(again.store.load("a")) == 1
    assert again.store.ask(index.CaseById("c1")) is not None
    assert again.store.answer(KEY) == ("print", DONE)
    again.close()
