"""The databases of a SQLite store, one file each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from eventsourcing.persistence import StoredEvent

from adapters.store.engine import Beside, Engine
from adapters.store.filling import filling
from adapters.store.schema import migrate
from adapters.store.session import Session, SQLiteDialect
from adapters.store.sqlite import PATIENCE, OneWriterDatastore, SQLiteRecorder
from adapters.store.together import GroupCommit
from adapters.system.outages import has_room, need_room

A = TypeVar("A")
T = TypeVar("T")


class SQLiteDatabase:
    """One SQLite file that its owner alone can read, what is deleted from it overwritten."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self._datastore = OneWriterDatastore(path, patience)

    def read(self, question: Callable[[Session, A], T], about: A) -> T:
        return question(self._datastore.reading().session, about)

    def write(self, work: Callable[[Session], T]) -> T:
        with self._datastore.writing() as session:
            return work(session)

    def scrub(self, *tables: str) -> None:
        """Empty the write-ahead log, which holds pages as they were; a reader in its way makes it wait for the next time."""
        with self._datastore.get_connection(commit=True) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._datastore.close()


class SQLiteEngine(SQLiteDatabase):
    """The file that holds log and index."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        super().__init__(path, patience)
        self._folder = path.parent
        self.recorder = SQLiteRecorder(self._datastore)
        self._together = GroupCommit(self.recorder.insert_together, patience)
        self.write(lambda session: migrate(session, SQLiteDialect, self.recorder.create_table_statements))

    def save(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        need_room(self._folder)
        self._together.save(events, beside)

    def has_room(self) -> bool:
        return has_room(self._folder)

    def fill(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        self.save(events, beside)

    def filling(self) -> AbstractContextManager[Engine]:
        return filling(self._datastore, self.recorder)
