"""The library's SQLite recorder with one writer at a time, a reading connection a thread, and rows beside the events."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from weakref import WeakSet, finalize

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteConnection, SQLiteCursor, SQLiteDatastore

from adapters.store.engine import Beside
from adapters.store.session import SQLiteSession
from adapters.store.together import Pending
from application.acting import Busy, Conflict

PATIENCE = 30.0
"""Seconds that a writer waits for another one, where nobody says otherwise."""

PAGES = 32 * 1024
"""KiB of pages that a connection keeps in memory."""

_TWICE = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID})
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class _Connection(SQLiteConnection):
    """A connection that a set can hold weakly, with the session over it."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        super().__init__(raw, max_age=None)
        self.session = SQLiteSession(raw)


class _Reading(threading.local):
    connection: _Connection | None = None


class OneWriterDatastore(SQLiteDatastore):
    """One file, write-ahead log, each commit on disk before it is answered.

    Writers of one process queue at a lock, which is fairer and quicker than SQLite's waiting; those of several processes
    meet at BEGIN IMMEDIATE. A transaction never begins by reading, for then it could not wait for another writer.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        super().__init__(path.absolute().as_uri(), originator_id_type="text")
        self._path, self._patience = path, patience
        self._reading = _Reading()
        self._open: WeakSet[_Connection] = WeakSet()
        self._turn = threading.RLock()
        self._writer: _Connection | None = None

    def connect(self) -> _Connection:
        """A new connection."""
        self._path.touch(mode=0o600)  # before the first connection: what SQLite lays beside it has the same mode
        raw = sqlite3.connect(self.pool.db_name, uri=True, check_same_thread=False, isolation_level=None, timeout=self._patience)
        raw.row_factory = sqlite3.Row
        _in_wal_mode(raw)
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute(f"PRAGMA cache_size=-{PAGES}")
        raw.execute("PRAGMA secure_delete=ON")  # a member that is forgotten is not to be found in free pages (rule H6)
        connection = _Connection(raw)
        finalize(connection, raw.close).atexit = False  # with the thread that read by it, where nobody closes it before
        self._open.add(connection)
        return connection

    def reading(self) -> _Connection:
        """This thread's connection for reads."""
        connection = self._reading.connection
        if connection is None:
            connection = self._reading.connection = self.connect()
        return connection

    def writing(self) -> AbstractContextManager[SQLiteSession]:
        """The writing transaction, begun with the write lock."""
        return _Writing(self._turn, self._write_connection, self._patience)

    @contextmanager
    def alone(self) -> Iterator[SQLiteSession]:
        """The writing connection in no transaction, for this thread as long as it wants."""
        with self._turn:
            yield self._write_connection().session

    def wait_for_disk(self) -> None:
        """Until all that was written to the file is on the disk, however it was written."""
        with self._path.open("rb") as file:
            os.fsync(file.fileno())

    def _write_connection(self) -> _Connection:
        if self._writer is None:
            self._writer = self.connect()
        return self._writer

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        if commit:
            with self.writing() as session:
                yield SQLiteCursor(session.connection.cursor())
        else:
            yield self.reading().cursor()

    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[SQLiteConnection]:
        if commit:
            with self._turn:
                yield self._write_connection()
        else:
            yield self.reading()

    def close(self) -> None:
        super().close()
        for connection in list(getattr(self, "_open", ())):
            connection.close()


class _Writing(AbstractContextManager[SQLiteSession]):
    __slots__ = ("_connect", "_patience", "_session", "_turn")

    def __init__(self, turn: threading.RLock, connect: Callable[[], _Connection], patience: float) -> None:
        self._turn, self._connect, self._patience = turn, connect, patience

    def __enter__(self) -> SQLiteSession:
        if not self._turn.acquire(timeout=self._patience):
            raise Busy("another writer of this process takes too long")
        try:
            self._session = self._connect().session
            self._session.cursor.execute("BEGIN IMMEDIATE")
        except BaseException as why:
            self._turn.release()
            raise named(why) from why
        return self._session

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if why is None:
                self._session.cursor.execute("COMMIT")
                return
        except BaseException as failure:
            why = failure
        finally:
            if self._session.connection.in_transaction:
                self._session.cursor.execute("ROLLBACK")
            self._turn.release()
        raise named(why) from why


def named(why: BaseException) -> BaseException:
    """What the failure means to a command: another was first, or the database is taken for too long."""
    match why:
        case sqlite3.IntegrityError() if why.sqlite_errorcode in _TWICE:
            return Conflict(str(why))
        case sqlite3.OperationalError() if why.sqlite_errorcode & 0xFF in _LOCKED:
            return Busy(str(why))
        case _:
            return why


def _in_wal_mode(raw: sqlite3.Connection) -> None:
    """The first switch to the write-ahead log does not wait for other processes that do the same, so it is tried again."""
    last = time.monotonic() + PATIENCE
    while True:
        try:
            if raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal" or raw.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError:
            if time.monotonic() > last:
                raise
        time.sleep(0.01)


class SQLiteRecorder(SQLiteApplicationRecorder):
    """The library's recorder, its events and the rows beside them in one transaction.

    The table gets its notification ids as a column of its own, so that VACUUM cannot renumber them.
    """

    datastore: OneWriterDatastore

    def __init__(self, datastore: OneWriterDatastore) -> None:
        super().__init__(datastore)
        columns = "originator_id, originator_version, topic, state"
        self.insert_events_statement = f"INSERT INTO {self.events_table_name} ({columns}) VALUES (?, ?, ?, ?)"

    def construct_create_table_statements(self) -> list[str]:
        return [
            f"""CREATE TABLE IF NOT EXISTS {self.events_table_name} (
            notification_id INTEGER PRIMARY KEY CHECK (notification_id > 0),
            originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,
            topic TEXT NOT NULL, state BLOB NOT NULL, UNIQUE (originator_id, originator_version))"""
        ]

    def select_notifications(
        self, start: int | None, limit: int, stop: int | None = None, topics: Sequence[str] = (), *, inclusive_of_start: bool = True
    ) -> Sequence[Notification]:
        """As the library's, which would not find the ids by their own name."""
        first = 0 if start is None else start if inclusive_of_start else start + 1
        session = self.datastore.reading().session
        among = f"AND {session.among('topic')}" if topics else ""
        rows = session.rows(
            f"""SELECT notification_id, originator_id, originator_version, topic, state FROM {self.events_table_name}
            WHERE notification_id >= ? AND notification_id <= ? {among} ORDER BY notification_id LIMIT ?""",
            (first, sys.maxsize if stop is None else stop, *((session.array(topics),) if topics else ()), limit),
        )
        return [
            Notification(id=at, originator_id=of, originator_version=version, topic=topic, state=state)
            for at, of, version, topic, state in rows
        ]

    def insert_events(self, stored_events: Sequence[StoredEvent], *, beside: Beside | None = None, **_: Any) -> None:
        """Insert events and what is to be beside them. Raises Conflict, Busy."""
        with self.datastore.writing() as session:
            self.insert_within(session, stored_events, beside)

    def insert_together(self, group: Sequence[Pending]) -> None:
        """Each of them whole or not at all, in one transaction: what befalls one alone is noted with it. Raises what befalls all."""
        with self.datastore.writing() as session:
            if len(group) == 1:
                self.insert_within(session, group[0].events, group[0].beside)
                return
            for one in group:
                session.run("SAVEPOINT act")
                try:
                    self.insert_within(session, one.events, one.beside)
                except Exception as why:
                    if not session.connection.in_transaction:
                        raise  # the engine gave up the whole transaction, as where the disk is full
                    session.run("ROLLBACK TO act")
                    one.failure = named(why)
                session.run("RELEASE act")

    def insert_within(self, session: SQLiteSession, stored_events: Sequence[StoredEvent], beside: Beside | None) -> None:
        """The same in a transaction that is open already. Raises Conflict."""
        if beside is not None:
            beside.check(session)
        if stored_events:
            session.cursor.executemany(
                self.insert_events_statement, [(e.originator_id, e.originator_version, e.topic, e.state) for e in stored_events]
            )
        if beside is not None:
            beside.write(session)
