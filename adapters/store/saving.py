"""One act being saved: is what it read still so, then its index entries and its answer (rules T4, D5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adapters.store.answer_seals import AnswerSeals
from adapters.store.index.registry import ENTRIES, LOOKUPS
from adapters.store.session import Session
from application.acting import Answer, Batch, Conflict
from application.index import Entry

KEPT = frozenset({*range(200, 300), 409, 422})
"""The statuses whose answers are kept under an idempotency key."""

DAY = 86_400_000_000
KEYED = 30 * DAY
UNKEYED = 10 * 60_000_000
"""An answer without a key is there for the command alone that is still trying, should its commit not be heard of."""
PURGED_AT_ONCE = 200
PURGE = "DELETE FROM answer WHERE command IN (SELECT command FROM answer WHERE kept_until <= ? ORDER BY kept_until LIMIT ?)"


def writes_nothing(batch: Batch) -> bool:
    """Whether there is nothing in it to be saved."""
    return not batch.events and not batch.entries and (batch.key is None or not _kept(batch.answer))


def _kept(answer: Answer | None) -> bool:
    return answer is not None and answer.status in KEPT


class Saving:
    """What is done beside the events of a batch. `now` is wall time in microseconds, by which answers are kept."""

    __slots__ = ("_batch", "_now", "_purge", "_sealed")

    def __init__(self, batch: Batch, now: int, seals: AnswerSeals, purge: bool = False) -> None:
        self._batch, self._now, self._purge = batch, now, purge
        self._sealed = None
        if batch.key is not None and batch.answer is not None and _kept(batch.answer):
            # now, while there is no transaction: the secret may have to be made
            self._sealed = (seals.name(batch.key), seals.seal(batch.key, batch.answer.body))

    def check(self, s: Session) -> None:
        """Where nothing was written since the act began, all it read is still so; else each of its readings is repeated."""
        if counted(s, None) != self._batch.head:
            if self._batch.alone:
                raise Conflict("something else was saved")
            self._repeat_readings(s)()

    def fail_if_moved(self, s: Session) -> None:
        """On PostgreSQL, where a division by zero is an error."""
        s.run("SELECT 1 / CASE WHEN head = ? THEN 1 ELSE 0 END FROM change_count", (self._batch.head,))

    def check_ahead(self, s: Session) -> Callable[[], None]:
        """All that was read is read again, or the count alone for an act that gives way to every other."""
        if self._batch.alone:
            return _compared([("the count of changes", self._batch.head, s.ahead(counted, None))])
        return self._repeat_readings(s)

    def _repeat_readings(self, s: Session) -> Callable[[], None]:
        seen = {stream: version for stream, version in self._batch.versions if version}
        streams = ("the streams", seen, s.ahead(_versions, [stream for stream, _ in self._batch.versions]))
        lookups = [(type(q).__name__, answer, s.ahead(LOOKUPS[type(q)], q)) for q, answer in self._batch.lookups]
        return _compared([streams, *lookups] if self._batch.versions else lookups)

    def write(self, s: Session) -> None:
        """Entries in their order, the count of changes, the answer."""
        batch = self._batch
        for entry in batch.entries:
            ENTRIES[type(entry)](s, entry)
        if batch.events:
            s.run("UPDATE change_count SET head = head + 1, event_id = ?", (batch.events[-1].id,))
        elif batch.entries:
            s.run("UPDATE change_count SET head = head + 1")
        if batch.answer is not None:
            self._keep(s, batch.answer)
        if self._purge:
            s.run(PURGE, (self._now, PURGED_AT_ONCE))

    def _keep(self, s: Session, answer: Answer) -> None:
        """Under the command's id, and under its key, where a duplicate meets the unique key."""
        key = self._batch.key
        concerned = " ".join(("", *self._batch.concerned, ""))
        if key is None or self._sealed is None:
            insert = "INSERT INTO answer (command, status, body, concerned, kept_until) VALUES (?, ?, ?, ?, ?)"
            s.run(insert, (self._batch.command, answer.status, answer.body, concerned, self._now + UNKEYED))
            return
        name, sealed = self._sealed
        s.run(
            """INSERT INTO answer (command, scope, key, fingerprint, status, body, concerned, kept_until, sealed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)""",
            (self._batch.command, key.scope, name, key.fingerprint, answer.status, sealed, concerned, self._now + KEYED),
        )


def _compared(readings: Sequence[tuple[str, Any, Callable[[], Any]]]) -> Callable[[], None]:
    """Each by its name, as it was and as it is. Raises Conflict where they differ, when it is called."""

    def compare() -> None:
        for name, was, now in readings:
            if now() != was:
                raise Conflict(name)

    return compare


def counted(s: Session, _: None) -> int | None:
    """The count of changes; None where there is none yet."""
    row = s.row("SELECT head FROM change_count")
    return None if row is None else row[0]


def _versions(s: Session, streams: Sequence[str]) -> dict[str, int]:
    """Of those that have events."""
    select = f"SELECT originator_id, MAX(originator_version) FROM stored_events WHERE {s.among('originator_id')} GROUP BY originator_id"
    return dict(s.rows(select, (s.array(streams),)))


class Filling:
    """Entries written beside events that nothing has to be checked for: a store that is filled by one writer alone."""

    __slots__ = ("_entries", "_last")

    def __init__(self, entries: Sequence[Entry], last: str) -> None:
        """`last` is the id of the last event."""
        self._entries, self._last = entries, last

    def check(self, s: Session) -> None:
        """Nobody else writes."""

    def fail_if_moved(self, s: Session) -> None:
        """Nobody else writes."""

    def check_ahead(self, s: Session) -> Callable[[], None]:
        """Nobody else writes."""
        return lambda: None

    def write(self, s: Session) -> None:
        """Entries in their order, the count of changes."""
        for entry in self._entries:
            ENTRIES[type(entry)](s, entry)
        s.run("UPDATE change_count SET head = head + 1, event_id = ?", (self._last,))
