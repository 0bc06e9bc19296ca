"""What the store needs of a database: questions on a reading connection, and one writing transaction at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from adapters.store.session import Session

A = TypeVar("A")
T = TypeVar("T")


class Beside(Protocol):
    """What is done in the transaction of the events, before and after they are inserted."""

    def check(self, session: Session) -> None:
        """With the write lock held. Raises application.acting.Conflict to save nothing."""
        ...

    def fail_if_moved(self, session: Session) -> None:
        """A statement that divides by zero where anything was saved since the act began, so that nobody waits for a count."""
        ...

    def check_ahead(self, session: Session) -> Callable[[], None]:
        """The same for one of many: what has to be asked is asked now, and `check` is what it gives, to be called later."""
        ...

    def write(self, session: Session) -> None:
        """Write the rows beside the events. Raises application.acting.Conflict to save nothing."""
        ...


class Database(Protocol):
    """Safe to share between threads."""

    def read(self, question: Callable[[Session, A], T], about: A) -> T:
        """Ask on this thread's reading connection, which sees what is committed."""
        ...

    def write(self, work: Callable[[Session], T]) -> T:
        """One transaction. Raises application.acting.Conflict where a unique key is there already, Busy."""
        ...

    def scrub(self, *tables: str) -> None:
        """Do what can be done that deleted rows of these tables are not in the files any more."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Engine(Database, Protocol):
    """The database that holds the log."""

    @property
    def recorder(self) -> ApplicationRecorder:
        """The library's recorder."""
        ...

    def save(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        """Events and what is beside them, in one transaction under the log's write lock. Raises as `write` does.

        Nothing is saved where the disk would not have enough left for what follows on it: then an error that `outage_of` knows.
        """
        ...

    def has_room(self) -> bool:
        """Whether the disk has room for another `save`, as far as it can be asked."""
        ...

    def fill(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        """The same where nothing can be in the way; a failure ends a filling, and what was not committed by then is lost with it."""
        ...

    def filling(self) -> AbstractContextManager[Engine]:
        """The same engine for one thread that fills a store alone: whatever was saved is committed when it ends, if not before."""
        ...
