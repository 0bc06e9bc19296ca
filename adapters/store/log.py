"""The store: the log in the library's recorder, the index beside it, and the log as views and exports read it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from eventsourcing.persistence import EventStore, StoredEvent

from adapters.store.answer_seals import AnswerSeals
from adapters.store.engine import Engine
from adapters.store.index.registry import LOOKUPS
from adapters.store.mapper import UNREADABLE, RecordedMapper
from adapters.store.saving import PURGE, PURGED_AT_ONCE, Filling, Saving, counted, writes_nothing
from adapters.store.session import Session, instant_or_none
from adapters.system.moment import once, present
from application.command import Answer, Batch, IdempotencyKey
from application.index import SEEKING, Entry, Lookup, NextDue, PublicationCount
from application.ports import Beginning
from domain.recorded import Recorded

T = TypeVar("T")

PURGE_EVERY = 256
POSITIONS_AT_ONCE = 5_000


class LogRow(NamedTuple):
    """A row of the log as stored; `state` is what the audit tree is made of."""

    notification_id: int
    originator_id: str
    originator_version: int
    topic: str
    state: bytes


class EventLog:
    """Fulfils `application.ports.Store`; safe to share between threads and processes.

    `wall` tells the present in seconds since 1970: idempotency keys live on wall time, whatever the clock of the cases says.
    """

    def __init__(self, engine: Engine, seals: AnswerSeals, wall: Callable[[], float] = time.time) -> None:
        self.mapper = RecordedMapper()
        self.events: EventStore[str] = EventStore(self.mapper, engine.recorder)
        self._engine = engine
        self._wall = wall
        self._seals = seals
        self._saved = 0

    # -- what a command needs --------------------------------------------------------------------------------------------

    def load(self, stream: str) -> tuple[Recorded, ...]:
        rows = self._engine.read(_stream, stream)
        read = self.mapper.read
        return tuple(read(stream, version, topic, state) for version, topic, state in rows)

    def head(self) -> int:
        """The count of changes: it moves with every append, also with one that writes nothing but index entries."""
        return self._engine.read(counted, None) or 0

    def begin(self, key: IdempotencyKey | None) -> Beginning:
        """Asked in one statement: to another machine it is the wait that counts."""
        wanted = ("", "", "") if key is None else (key.scope, self._seals.name(key), key.key)
        head, publications, *kept = self._engine.read(_beginning, wanted)
        return Beginning(head, publications, None if key is None or kept[0] is None else self._opened(key, *kept))

    def ask(self, lookup: Lookup[T]) -> T:
        def look() -> T:
            found: T = self._engine.read(LOOKUPS[type(lookup)], lookup)
            return found

        moment = present()
        if moment is not None and isinstance(lookup, NextDue):
            if not moment.knows(_BEGUN):
                moment.learn(self._engine.read(_begun, None))
            answer: T = moment.taken(lookup) if moment.knows(lookup) else look()
            return answer
        # what was published by a moment's beginning is what holds throughout it
        return once(lookup, look) if isinstance(lookup, PublicationCount) else look()

    def append(self, batch: Batch) -> None:
        """Raises Conflict; Busy where another process holds the database too long."""
        if writes_nothing(batch):
            return
        if (moment := present()) is not None:
            moment.forget(_HEAD)
        self._saved += 1
        saving = Saving(batch, self._now(), self._seals, purge=self._saved % PURGE_EVERY == 0)
        self._engine.save(list(map(self.mapper.to_stored_event, batch.events)), saving)

    def has_room(self) -> bool:
        """Whether the disk of the log has room for what commands write."""
        return self._engine.has_room()

    def answer(self, key: IdempotencyKey) -> tuple[str, Answer] | None:
        """An answer that has had its time gives way to the next one under its key."""
        row = self._engine.read(_answer, (key.scope, self._seals.name(key), key.key))
        return None if row is None else self._opened(key, *row)

    def _opened(
        self, key: IdempotencyKey, name: str, fingerprint: str, status: int, body: bytes, kept_until: int, sealed: int
    ) -> tuple[str, Answer] | None:
        if kept_until <= self._now():
            self._engine.write(lambda s: s.run(FORGET, (key.scope, name, kept_until)))
            return None
        return fingerprint, Answer(status, self._seals.open(key, fingerprint, body) if sealed else body)

    def saved_answer(self, command_id: str) -> Answer | None:
        """One that is kept under a key is found by the key, at the command's next try."""
        return self._engine.read(_saved_answer, command_id)

    def purge(self) -> None:
        """Take away answers that have had their time, also where nobody writes."""
        while self._engine.read(_outlived, self._now()):
            self._engine.write(lambda s: s.run(PURGE, (self._now(), PURGED_AT_ONCE)))

    def _now(self) -> int:
        return int(self._wall() * 1_000_000)

    @contextmanager
    def filling(self) -> Iterator[EventLog]:
        """The same log for one thread that fills a fresh store alone, and begins anew with another one if the machine fails meanwhile."""
        with self._engine.filling() as engine:
            yield EventLog(engine, self._seals, self._wall)

    def fill(self, events: Sequence[Recorded], entries: Sequence[Entry]) -> None:
        """Append many acts at once, none of which needs a check. Raises Conflict, upon which a filling ends."""
        self.fill_rows(list(map(self.mapper.to_stored_event, events)), entries)

    def fill_rows(self, rows: Sequence[StoredEvent], entries: Sequence[Entry]) -> None:
        """The same, of events that another process has put into stored form."""
        self._engine.fill(rows, Filling(entries, self.mapper.id_in(rows[-1].state)))

    # -- what views and exports need ---------------------------------------------------------------------------------------

    def log_head(self) -> int:
        """The position of the last event; 0 where there is none. In a moment it is that of its beginning, or of its last append."""
        return once(_HEAD, lambda: self._engine.read(_log_head, None))

    def indexed(self) -> str | None:
        """The id of the last event that was saved with its entries of the index; None in a store of the first release."""
        return self._engine.read(_indexed, None)

    def id_at(self, position: int) -> str | None:
        """The id of the event at a position: None where there is none, empty where its bytes tell none."""
        state = self._engine.read(_state, position)
        if state is None:
            return None
        try:
            return self.mapper.id_in(state)
        except UNREADABLE:
            return ""

    def read_raw(self, after: int, limit: int) -> list[LogRow]:
        """Rows behind a position, in order, as stored. Positions ascend but have gaps."""
        return [LogRow(*row) for row in self._engine.read(_log, (after, limit))]

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        """Position and event behind a position, in order."""
        read = self.mapper.read
        return [(at, read(stream, version, topic, state)) for at, stream, version, topic, state in self._engine.read(_log, (after, limit))]

    def last(self, number: int) -> list[Recorded]:
        """The last events of the log."""
        read = self.mapper.read
        return [read(*row[1:]) for row in self._engine.read(_last, number)]

    def events_of(self, streams: Iterable[str]) -> list[tuple[int, Recorded]]:
        """Position and event of several streams, in the order of the log."""
        read = self.mapper.read
        rows = self._engine.read(_streams, tuple(streams))
        return [(at, read(stream, version, topic, state)) for at, stream, version, topic, state in rows]

    def position_of_event(self, event_id: str) -> int | None:
        """The position of the event of that id.

        Ids are looked up in a table that is brought up to the log's head when it is asked, so that commands need not write it.
        """
        self._note_positions()
        return self._engine.read(_position, event_id)

    def _note_positions(self) -> None:
        noted, head = self._engine.read(_noted, None), self.log_head()
        while noted < head:
            rows = self.read_raw(noted, POSITIONS_AT_ONCE)
            if not rows:
                return
            ids = [(self.mapper.id_in(row.state), row.notification_id) for row in rows]
            self._engine.write(lambda s, ids=ids: s.run_many(NOTE, ids))  # type: ignore[misc]
            noted = rows[-1].notification_id


_HEAD = "the log's head"
_BEGUN = "what a moment begins with"
BEGUN = f"""SELECT (SELECT MIN(due_at) FROM case_index WHERE due_at IS NOT NULL), (SELECT MIN(at) FROM other_due),
    (SELECT MIN(at) FROM other_due WHERE kind NOT IN {SEEKING}), (SELECT COUNT(*) FROM publication),
    (SELECT MAX(notification_id) FROM stored_events)"""
"""What every page needs to know first, as one question."""
NOTE = "INSERT INTO event_position (event_id, notification_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
ANSWER = "key, fingerprint, status, body, kept_until, sealed"
KEYED = "scope = ? AND (key = ? OR (key = ? AND sealed = 0))"
BEGINNING = f"SELECT head, (SELECT COUNT(*) FROM publication), {ANSWER} FROM change_count LEFT JOIN answer ON {KEYED}"
FORGET = "DELETE FROM answer WHERE scope = ? AND key = ? AND kept_until = ?"
LOG = "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events WHERE "


def _stream(s: Session, stream: str) -> list[Any]:
    return s.rows(
        """SELECT originator_version, topic, state FROM stored_events
        WHERE originator_id = ? AND notification_id > 0 ORDER BY originator_version""",
        (stream,),
    )


def _begun(s: Session, _: None) -> dict[Hashable, Any]:
    """When anything falls due, with the search for sightings and without it; what is published; the log's head: by what asks for each."""
    cases, others, without_seeking, publications, head = s.rows(BEGUN)[0]
    due = {NextDue(True): (cases, others), NextDue(False): (cases, without_seeking)}
    first: dict[Hashable, Any] = {
        lookup: instant_or_none(min((at for at in both if at is not None), default=None)) for lookup, both in due.items()
    }
    return {**first, PublicationCount(): publications, _HEAD: head or 0, _BEGUN: True}


def _log_head(s: Session, _: None) -> int:
    row = s.row("SELECT MAX(notification_id) FROM stored_events")
    return (row[0] if row else None) or 0


def _indexed(s: Session, _: None) -> str | None:
    row = s.row("SELECT event_id FROM change_count")
    return row[0] if row else None


def _state(s: Session, position: int) -> Any:
    row = s.row("SELECT state FROM stored_events WHERE notification_id = ?", (position,))
    return None if row is None else row[0]


def _log(s: Session, after_and_limit: tuple[int, int]) -> list[Any]:
    return s.rows(LOG + "notification_id > ? ORDER BY notification_id LIMIT ?", after_and_limit)


def _last(s: Session, number: int) -> list[Any]:
    return s.rows(LOG + "notification_id > 0 ORDER BY notification_id DESC LIMIT ?", (number,))


def _streams(s: Session, streams: Sequence[str]) -> list[Any]:
    return s.rows(f"{LOG}{s.among('originator_id')} ORDER BY notification_id", (s.array(streams),))


def _position(s: Session, event_id: str) -> int | None:
    row = s.row("SELECT notification_id FROM event_position WHERE event_id = ?", (event_id,))
    return row[0] if row else None


def _noted(s: Session, _: None) -> int:
    row = s.row("SELECT MAX(notification_id) FROM event_position")
    return (row[0] if row else None) or 0


def _beginning(s: Session, wanted: tuple[str, str, str]) -> Any:
    return s.row(BEGINNING, wanted)


def _answer(s: Session, wanted: tuple[str, str, str]) -> Any:
    """By the key's digest, or, of the first release, by the key itself."""
    return s.row(f"SELECT {ANSWER} FROM answer WHERE {KEYED}", wanted)


def _outlived(s: Session, now: int) -> bool:
    return s.row("SELECT 1 FROM answer WHERE kept_until <= ? LIMIT 1", (now,)) is not None


def _saved_answer(s: Session, command_id: str) -> Answer | None:
    row = s.row("SELECT status, body FROM answer WHERE command = ? AND sealed = 0", (command_id,))
    return None if row is None else Answer(row[0], row[1])
