"""The library's PostgreSQL recorder with rows beside the events, in a transaction that is never repeated unasked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.composite import register_composite
from psycopg_pool import PoolTimeout

from adapters.store.engine import Beside, Engine
from adapters.store.identities import identity_tables
from adapters.store.postgres_room import DatabaseRoom
from adapters.store.postgres_session import PostgresSession, StoreConnection
from adapters.store.schema import migrate
from adapters.store.session import PostgresDialect, Session
from adapters.store.together import GroupCommit, Pending
from application.acting import Busy, Conflict

A = TypeVar("A")
T = TypeVar("T")

PATIENCE = 30.0
"""Seconds that a writer waits for the lock of the log, where nobody says otherwise."""
WAIT = 2.0
"""Seconds that a thread waits for a connection; so long others are told at once that there is none."""

ONE_AT_A_TIME = 0x6F726967
"""The advisory lock under which tables are made."""

IDLE, INTRANS, INERROR = TransactionStatus.IDLE, TransactionStatus.INTRANS, TransactionStatus.INERROR

_OWN_PARAMETERS = frozenset({"dbname", "host", "port", "user", "password"})


class Datastore(PostgresDatastore):
    """The library's pool of connections, made from a URL with all its parameters."""

    def __init__(self, url: str, threads: int, patience: float) -> None:
        given = conninfo_to_dict(url, application_name="originals")
        # each statement here seeks by a key: a plan of its own for each set of values would cost more than the search
        given["options"] = f"-c plan_cache_mode=force_generic_plan {given.get('options') or ''} -c lock_timeout={int(patience * 1000)}"
        with psycopg.connect(url) as connection:
            schema = connection.execute("SELECT current_schema()").fetchone()
            info = connection.info
            super().__init__(
                dbname=info.dbname,
                host=str(given.get("host") or info.host),
                port=str(given.get("port") or info.port),
                user=info.user,
                password=str(given.get("password") or ""),
                connect_timeout=2,
                pool_size=1,
                max_overflow=threads + 1,
                schema=str(schema[0]) if schema and schema[0] else "public",
                originator_id_type="text",
            )
        assert isinstance(self.pool.kwargs, dict)
        self.pool.connection_class = StoreConnection
        self.pool.kwargs.update({name: value for name, value in given.items() if name not in _OWN_PARAMETERS})
        self.pool.reconnect_timeout = WAIT  # its pauses would double for five minutes: whoever asks next tries anew
        self._gone_until = 0.0
        self.pool.open()

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of the pool in autocommit mode. Where none was to be had, nobody waits again for a while.

        Raises psycopg.OperationalError.
        """
        if time.monotonic() < self._gone_until:
            raise psycopg.OperationalError("the database could not be reached a moment ago")
        try:
            connection = self.pool.getconn(timeout=WAIT)
        except PoolTimeout:
            self._gone_until = time.monotonic() + WAIT
            raise
        try:
            yield connection
        finally:
            self.pool.putconn(connection)

    @contextmanager
    def session(self) -> Iterator[PostgresSession]:
        """The same, knowing the library's types."""
        with self.connection() as connection:
            for info in self.psycopg_type_adapters.values():
                if not connection.adapters.types.get(info.oid):
                    register_composite(info, connection)
            yield PostgresSession(connection)


class PostgresRecorder(PostgresApplicationRecorder):
    """The library's recorder, its events and the rows beside them in one transaction.

    The library repeats an insert whose connection was lost, and then reports a conflict for what it has saved itself. Here a
    lost connection is a conflict too, but the command finds its own answer in the store before it runs again.
    """

    datastore: Datastore

    def __init__(self, datastore: Datastore) -> None:
        super().__init__(datastore)
        del self.sql_create_statements[self.create_insert_function_statement_index]  # it inserts without the lock
        self._lock = f"LOCK TABLE {self.events_table_name} IN EXCLUSIVE MODE"
        self._notify = f"NOTIFY {self.channel_name}"

    def insert_events(self, stored_events: Sequence[StoredEvent], *, beside: Beside | None = None, **_: Any) -> None:
        """Insert events and what is to be beside them. Raises Conflict, Busy."""
        with self._session() as session:
            if not self._inserted_unchecked(session, stored_events, beside):
                assert beside is not None
                session.run("ROLLBACK TO unmoved")
                with session.connection.pipeline():
                    beside.check_ahead(session)()
                    self._insert(session, stored_events, beside)
                    session.run("COMMIT")

    def insert_together(self, group: Sequence[Pending]) -> None:
        """Each of them whole or not at all, in one transaction: what befalls one alone is noted with it. Raises what befalls all."""
        if len(group) == 1:
            self.insert_events(group[0].events, beside=group[0].beside)
            return
        with self._session() as session:
            if not self._inserted_at_once(session, group):
                session.run("ROLLBACK TO together")
                for one in group:
                    one.failure = self._inserted_alone(session, one)
            session.run("COMMIT")

    @contextmanager
    def _session(self) -> Iterator[PostgresSession]:
        """A connection for one transaction, of which nothing is left open, whatever comes."""
        with _translated(), self.datastore.session() as session:
            try:
                with _translated(lost=Conflict):
                    yield session
            finally:
                if session.connection.info.transaction_status != IDLE and not session.connection.closed:
                    session.connection.rollback()

    def _begin(self, session: PostgresSession) -> None:
        """Statements wait for no answer but that to a question; in a pipeline the first that fails makes all behind it fail."""
        session.run("BEGIN")
        session.run(self._lock)
        session.run(self._notify)

    def _insert(self, session: PostgresSession, stored_events: Sequence[StoredEvent], beside: Beside | None) -> None:
        if stored_events:
            rows = [self.construct_pg_stored_event(e.originator_id, e.originator_version, e.topic, e.state) for e in stored_events]
            session.connection.execute(self.insert_events_statement, (rows,), prepare=True)
        if beside is not None:
            beside.write(session)

    def _inserted_unchecked(self, session: PostgresSession, stored_events: Sequence[StoredEvent], beside: Beside | None) -> bool:
        """All in one go, COMMIT too; False, with nothing of it and the lock still held, where anything was saved meanwhile."""
        try:
            with session.connection.pipeline():
                self._begin(session)
                session.run("SAVEPOINT unmoved")
                if beside is not None:
                    beside.fail_if_moved(session)
                self._insert(session, stored_events, beside)
                session.run("COMMIT")
        except errors.DivisionByZero:
            return False
        return True

    def _inserted_at_once(self, session: PostgresSession, group: Sequence[Pending]) -> bool:
        """All are sent before any answer is looked at, each one's readings behind what the former wrote; whether none failed."""
        try:
            with session.connection.pipeline():
                self._begin(session)
                session.run("SAVEPOINT together")
                checks = []
                for one in group:
                    checks.append(one.beside.check_ahead(session))
                    self._insert(session, one.events, one.beside)
                for check in checks:
                    check()
        except errors.LockNotAvailable:
            raise
        except Exception:
            if session.connection.info.transaction_status not in (INTRANS, INERROR):
                raise  # the connection is lost
            return False
        return True

    def _inserted_alone(self, session: PostgresSession, one: Pending) -> Exception | None:
        """One of a group in which somebody failed, and what it failed of itself."""
        session.run("SAVEPOINT act")
        try:
            with _translated(), session.connection.pipeline():
                one.beside.check_ahead(session)()
                self._insert(session, one.events, one.beside)
        except Exception as why:
            if session.connection.info.transaction_status not in (INTRANS, INERROR):
                raise
            session.run("ROLLBACK TO act")
            return why
        session.run("RELEASE act")
        return None


class PostgresEngine:
    """The engine of a store in a PostgreSQL database; also holds identities and keys, in tables of their own."""

    def __init__(self, url: str, threads: int = 16, patience: float = PATIENCE) -> None:
        with _translated():
            self._datastore = Datastore(url, threads, patience)
            with self._datastore.session() as session:
                session.row("SELECT pg_advisory_lock(?)", (ONE_AT_A_TIME,))
                try:
                    self.recorder = PostgresRecorder(self._datastore)
                    self._together = GroupCommit(self.recorder.insert_together, patience)
                    self._room = DatabaseRoom(self._datastore.connection)
                    self._make_tables(session)
                finally:
                    session.row("SELECT pg_advisory_unlock(?)", (ONE_AT_A_TIME,))

    def _make_tables(self, session: PostgresSession) -> None:
        made = session.row("SELECT to_regclass(?)", (f"{self._datastore.schema}.stored_events",))
        if made is None or made[0] is None:
            self.recorder.create_table()
        with session.connection.transaction():
            migrate(session, PostgresDialect, identity_tables(PostgresDialect))

    def read(self, question: Callable[[Session, A], T], about: A) -> T:
        """A connection that was lost while it lay in the pool is replaced once."""
        for lost in (False, True):
            try:
                if lost:
                    self._datastore.pool.check()
                with self._datastore.connection() as connection:
                    return question(PostgresSession(connection), about)
            except errors.DiskFull:
                raise
            except (psycopg.OperationalError, psycopg.InterfaceError) as why:
                if lost:
                    raise Busy(str(why)) from why
        raise AssertionError("unreachable")

    def save(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        self._room.need()
        try:
            self._together.save(events, beside)
        except errors.DiskFull:
            self._room.found_full()
            raise

    def has_room(self) -> bool:
        return self._room.left()

    def fill(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        self.save(events, beside)

    def filling(self) -> AbstractContextManager[Engine]:
        """Nothing is gained here by another way of writing."""
        return nullcontext(self)

    def write(self, work: Callable[[Session], T]) -> T:
        with _translated(), self._datastore.session() as session, session.connection.transaction():
            return work(session)

    def scrub(self, *tables: str) -> None:
        """Vacuum, so that the pages are free of the deleted rows; archives and backups of the database are not reached."""
        with _translated(), self._datastore.session() as session:
            for table in tables:
                session.connection.execute(f"VACUUM {table}".encode())

    def close(self) -> None:
        self._datastore.close()


@contextmanager
def _translated(lost: type[Exception] = Busy) -> Iterator[None]:
    """What a failure means to a command: another was first, or there is no database to be had.

    `lost` is what a connection means that broke: within the transaction it cannot be known whether that was saved, so it is a
    conflict, upon which the command looks for its own answer.
    """
    try:
        yield
    except (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure) as why:
        raise Conflict(str(why)) from why
    except errors.DiskFull:
        raise  # nothing of it was saved, and nothing would be the next time
    except errors.LockNotAvailable as why:
        raise Busy(str(why)) from why
    except (psycopg.OperationalError, psycopg.InterfaceError) as why:
        raise lost(str(why)) from why
