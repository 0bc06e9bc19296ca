"""The one place where SQLite and PostgreSQL differ for the views: how a writer begins, how many rows are sought and written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from projections.session import DriverSession, among, array, one_state, pooled, session_of

LOCK_WAIT_MS = 1000
"""How long a writer waits for another one before it looks again."""

CONNECT_SECONDS = 2
"""How long a connection to a database server is waited for."""

_TURN = 7_305_801_214_411_219_213
_LOCKED = "SELECT set_config('lock_timeout', ?, true), set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(?)"
"""In this order: how long it waits, that it waits for no disk (see `_prepare_sqlite`), and the wait for its turn."""
_POSTGRES = postgresql.dialect()  # type: ignore[no-untyped-call]
_FEW = 8
"""Rows up to which PostgreSQL is given a statement each: what is quickest for many has a price of its own."""

_PAUSE = 0.02

T = TypeVar("T")


class ViewsBusy(Exception):
    """Another process is writing the views just now."""


def open_engine(url: str) -> Engine:
    """An engine for the views' tables. `url` is `sqlite:///…/views.sqlite` or `postgresql+psycopg://…`."""
    waits = {} if url.startswith("sqlite") else {"connect_args": {"connect_timeout": CONNECT_SECONDS}, "pool_timeout": CONNECT_SECONDS}
    engine = create_engine(url, **waits)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself, so that reads are snapshots and writers queue
    for pragma in (
        f"busy_timeout = {LOCK_WAIT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",  # after a power failure a view may be behind, never wrong: its position is saved with its rows
        "cache_size = -16384",
        "temp_store = MEMORY",
        "wal_autocheckpoint = 16000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("views_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine, turn: int = _TURN) -> Iterator[Connection]:
    """A transaction of the one writer there is at a time in these tables, whose number is `turn`. Raises ViewsBusy while another writes."""
    try:
        with engine.connect().execution_options(views_write=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                session_of(connection).rows(_LOCKED, (str(LOCK_WAIT_MS), turn))
            yield connection
    except Exception as error:
        if _is_lock(error):
            raise ViewsBusy from error
        raise


def in_turn(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do a work as the one writer, when the others let it."""
    while True:
        try:
            with writing(engine) as connection:
                return work(connection)
        except ViewsBusy:
            time.sleep(_PAUSE)


@contextmanager
def snapshot(engine: Engine) -> Iterator[DriverSession]:
    """One state of the views throughout, read by the driver itself."""
    with pooled(engine) as connection, one_state(connection, engine.dialect.name == "postgresql") as session:
        yield session


def _is_lock(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) == "55P03" or "database is locked" in str(cause)


def rows_of(session: DriverSession, table: Table, wanted: Sequence[str], columns: Sequence[str]) -> Sequence[Any]:
    """The rows of these keys, however many: key first, then `columns`."""
    if not wanted:
        return ()
    named = ", ".join(f'"{name}"' for name in ("key", *columns))
    return session.rows(f"SELECT {named} FROM {table.name} WHERE {among(session, 'key')}", (array(session, wanted),))


def insert_rows(session: DriverSession, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, given in the order of the table's columns."""
    if not rows:
        return
    if session.on_postgres and len(rows) > _FEW:
        session.copy(f"COPY {table.name} FROM STDIN", rows)
    else:
        session.run_many(_insertion(table), rows)


def update_rows(session: DriverSession, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write `columns` of the rows: each is their new values, then `made` of the row."""
    if not rows:
        return
    if session.on_postgres and len(rows) > _FEW:
        session.run(_change_of_arrays(table, columns), [list(values) for values in zip(*rows, strict=True)])
    else:
        session.run_many(_change(table, columns), rows)


@lru_cache(maxsize=512)
def _insertion(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(table.columns))})"


@lru_cache(maxsize=512)
def _change(table: Table, columns: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{name}" = ?' for name in columns)
    return f"UPDATE {table.name} SET {changes} WHERE made = ?"


@lru_cache(maxsize=512)
def _change_of_arrays(table: Table, columns: tuple[str, ...]) -> str:
    """For PostgreSQL one statement however many rows."""
    names = ", ".join(f'"{name}"' for name in (*columns, "made"))
    types = [table.c[name].type.compile(_POSTGRES) for name in (*columns, "made")]
    arrays = ", ".join(f"?::{kind}[]" for kind in types)
    changes = ", ".join(f'"{name}" = new."{name}"' for name in columns)
    return f"UPDATE {table.name} AS old SET {changes} FROM unnest({arrays}) AS new ({names}) WHERE old.made = new.made"
