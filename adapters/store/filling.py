"""Filling a fresh SQLite store: many acts in one open transaction, read by the connection that writes it.

What is written lands on random pages of the keys (ids are random), so a page is written once for many acts instead of once for
each. The disk is waited for at the end alone: whoever is cut off before that has a store to throw away, not one to go on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

from eventsourcing.persistence import StoredEvent

from adapters.store.engine import Beside, Engine
from adapters.store.session import Session, SQLiteSession
from adapters.store.sqlite import PAGES, OneWriterDatastore, SQLiteRecorder, named

A = TypeVar("A")
T = TypeVar("T")

COMMIT_EVERY = 150_000
"""Events between two commits: it bounds the write-ahead log."""
MORE_PAGES = 256 * 1024
"""KiB of pages kept in memory meanwhile, however large the store becomes."""


@contextmanager
def filling(datastore: OneWriterDatastore, recorder: SQLiteRecorder) -> Iterator[FillingEngine]:
    """An engine over the writing connection, which nobody else uses meanwhile; at the end all is committed and on the disk."""
    with datastore.alone() as session:
        engine = FillingEngine(session, recorder)
        try:
            session.run("PRAGMA synchronous=OFF")
            session.run(f"PRAGMA cache_size=-{MORE_PAGES}")
            session.run("BEGIN IMMEDIATE")
            yield engine
            engine.finish()
        finally:
            if session.connection.in_transaction:
                session.run("ROLLBACK")
            session.run("PRAGMA synchronous=FULL")
            session.run(f"PRAGMA cache_size=-{PAGES}")
            session.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            datastore.wait_for_disk()


class FillingEngine:
    """Fulfils `adapters.store.engine.Engine` within one transaction.

    An act that is saved is a savepoint of it: whole or not at all. What is filled in is none, for a savepoint copies every page
    before it changes it; so where that fails, the transaction is given up.
    """

    def __init__(self, session: SQLiteSession, recorder: SQLiteRecorder) -> None:
        self.recorder = recorder
        self._session = session
        self._uncommitted = 0
        self._failure: BaseException | None = None

    def read(self, question: Callable[[Session, A], T], about: A) -> T:
        return question(self._session, about)

    def write(self, work: Callable[[Session], T]) -> T:
        return self._act(lambda: work(self._session))

    def save(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        self._act(lambda: self.recorder.insert_within(self._session, events, beside))
        self._commit_after(len(events))

    def has_room(self) -> bool:
        """What lacks room ends the filling."""
        return True

    def fill(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        try:
            self.recorder.insert_within(self._session, events, beside)
        except BaseException as why:
            self._failure = named(why)
            raise self._failure from why
        self._commit_after(len(events))

    def finish(self) -> None:
        """Commit what is left. Raises again what a filling failed of."""
        if self._failure is not None:
            raise self._failure
        self._session.run("COMMIT")

    def _commit_after(self, more: int) -> None:
        self._uncommitted += more
        if self._uncommitted >= COMMIT_EVERY:
            self._uncommitted = 0
            self.finish()
            self._session.run("BEGIN IMMEDIATE")

    def _act(self, work: Callable[[], T]) -> T:
        self._session.run("SAVEPOINT act")
        try:
            done = work()
        except BaseException as why:
            self._session.run("ROLLBACK TO act")
            self._session.run("RELEASE act")
            raise named(why) from why
        self._session.run("RELEASE act")
        return done

    def scrub(self, *tables: str) -> None:
        """Nothing of a fresh store has to be scrubbed."""

    def close(self) -> None:
        """Whoever filled closes nothing."""

    def filling(self) -> AbstractContextManager[Engine]:
        return nullcontext(self)
