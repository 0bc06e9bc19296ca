"""The log as views, exports and the library itself read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.log import EventLog
from adapters.store.opening import Stores
from tests.adapters.store.acts import NOON, append, event


def test_the_log_is_read_in_order_and_in_pieces(store: EventLog) -> None:
    saved = [event("a", 1), event("b", 1), event("a", 2), event("c", 1)]
    append(store, *saved[:2])
    append(store, *saved[2:])
    read: list[object] = []
    after = 0
    while rows := store.read_log(after, 3):
        read += [recorded for _, recorded in rows]
        after = rows[-1][0]
    assert read == saved
    assert after == store.log_head()


def test_positions_ascend(store: EventLog) -> None:
    append(store, event("a", 1), event("b", 1))
    positions = [row.notification_id for row in store.read_raw(0, 10)]
    assert positions == sorted(set(positions))
    assert positions[0] > 0


def test_a_fresh_log_has_no_head(stores: Stores) -> None:
    assert stores.store.log_head() == 0
    assert stores.store.head() == 0
    assert stores.store.read_log(0, 10) == []
    assert stores.last_recorded_at() is None


@pytest.mark.parametrize("damaged", ["", "2026-03-02T12:00:00", "soon"])
def test_an_event_whose_instant_was_damaged_keeps_nobody_from_opening_the_store(stores: Stores, damaged: str) -> None:
    append(stores.store, event("a", 1))
    last = stores.last_recorded_at()
    rows = stores.store.mapper.to_stored_event(event("b", 1))
    state = rows.state.replace(b'"recorded_at":"2026-03-02T12:00:00Z"', f'"recorded_at":"{damaged}"'.encode())
    assert state != rows.state
    stores.store.fill_rows([StoredEvent("b", 1, rows.topic, state)], ())
    assert stores.last_recorded_at() == last == NOON


def test_rows_are_the_stored_bytes(store: EventLog) -> None:
    saved = event("a", 1)
    append(store, saved)
    (row,) = store.read_raw(0, 10)
    assert (row.originator_id, row.originator_version, row.topic) == ("a", 1, "ListingTakenDown")
    assert row.state == store.mapper.state(saved)
    assert store.mapper.read(*row[1:]) == saved


def test_several_streams_are_read_in_the_order_of_the_log(store: EventLog) -> None:
    saved = [event("b", 1), event("a", 1), event("x", 1), event("b", 2)]
    append(store, *saved)
    assert [recorded for _, recorded in store.events_of(["a", "b"])] == [saved[0], saved[1], saved[3]]
    assert store.events_of([]) == []


def test_an_event_is_found_by_its_id(store: EventLog) -> None:
    saved = [event("a", version) for version in range(1, 8)]
    append(store, *saved[:4])
    rows = store.read_raw(0, 100)
    assert store.position_of_event(saved[2].id) == rows[2].notification_id
    append(store, *saved[4:])
    assert store.position_of_event(saved[6].id) == store.log_head()
    assert store.position_of_event("nothing") is None


def test_the_last_record_is_the_latest_of_the_last(stores: Stores) -> None:
    later = NOON + timedelta(seconds=5)
    append(stores.store, event("a", 1, at=later), event("b", 1, at=NOON))
    assert stores.last_recorded_at() == later


def test_the_library_reads_the_same_log(store: EventLog) -> None:
    saved = [event("a", 1), event("a", 2)]
    append(store, *saved)
    assert list(store.events.get("a")) == saved
    notifications = store.events.recorder.select_notifications(None, 10)
    assert [n.state for n in notifications] == [row.state for row in store.read_raw(0, 10)]
    assert store.events.recorder.max_notification_id() == store.log_head()


def test_the_library_writes_the_same_log(store: EventLog) -> None:
    """What is written past the acts is still seen by them: their own versions are compared by the primary key."""
    saved = event("a", 1)
    store.events.put([saved])
    assert store.load("a") == (saved,)
    with pytest.raises(TypeError):
        store.mapper.to_stored_event(StoredEvent("a", 1, "t", b""))  # type: ignore[arg-type]
