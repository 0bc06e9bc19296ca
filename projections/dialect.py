"""The one place where SQLite and PostgreSQL differ for the views: how a writer begins, how many rows are sought and written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    Table,
    bindparam,
    column,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.selectable import TableValuedAlias

LOCK_WAIT_MS = 1000
"""How long a writer waits for another one before it looks again."""

CONNECT_SECONDS = 2
"""How long a connection to a database server is waited for."""

_TURN = 7_305_801_214_411_219_213


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
                connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}"))
                connection.execute(text("SET LOCAL synchronous_commit = off"))  # as above
                connection.execute(select(func.pg_advisory_xact_lock(turn)))
            yield connection
    except OperationalError as error:
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
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the views throughout."""
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else None
    connection = engine.connect()
    with connection:
        if level is not None:
            connection = connection.execution_options(isolation_level=level, postgresql_readonly=True)
        with connection.begin():
            yield connection


def _is_lock(error: OperationalError) -> bool:
    if getattr(error.orig, "sqlstate", None) == "55P03":
        return True
    return "database is locked" in str(error.orig)


def asked(connection: Connection, sql: str, values: tuple[Any, ...] = ()) -> Sequence[Any]:
    """The rows that a text for the driver asks for, none where it asks for none; each `?` in it is one of the values."""
    found = connection.exec_driver_sql(sql if connection.dialect.name == "sqlite" else sql.replace("?", "%s"), values)
    return found.all() if found.returns_rows else ()


def rows_of(connection: Connection, table: Table, wanted: Sequence[str], columns: Sequence[str]) -> Sequence[Any]:
    """The rows of these keys, however many: key first, then `columns`."""
    if not wanted:
        return ()
    named = ", ".join(f'"{name}"' for name in ("key", *columns))
    found = f'SELECT {named} FROM {table.name} WHERE "key"'
    if connection.dialect.name == "sqlite":
        return asked(connection, f"{found} IN (SELECT value FROM json_each(?))", (msgspec.json.encode(wanted).decode(),))
    return asked(connection, f"{found} = ANY(?)", (list(wanted),))


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, given in the order of the table's columns."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insertion(table), list(rows))
    else:
        _copy(connection, table, rows)


def update_rows(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write `columns` of the rows: each is their new values, then `made` of the row."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_change(table, columns), list(rows))
    else:
        connection.execute(_change_of_arrays(table, columns), _by_column((*columns, "made"), rows))


@lru_cache(maxsize=512)
def _insertion(table: Table) -> str:
    return _positional(insert(table))


@lru_cache(maxsize=512)
def _change(table: Table, columns: tuple[str, ...]) -> str:
    changed: list[tuple[ColumnElement[Any], ColumnElement[Any]]] = [(table.c[name], bindparam(f"new_{name}")) for name in columns]
    return _positional(update(table).ordered_values(*changed).where(table.c.made == bindparam("old_made")))


def _positional(statement: Insert | Update) -> str:
    """For SQLite the text for the driver's own executemany, so that no row's values are touched on the way."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """For PostgreSQL the fastest way there is to add rows."""
    statement = f"COPY {table.name} FROM STDIN"
    driver: Any = connection.dialect.dbapi
    cursor: Any = connection.connection.cursor()
    try:
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.OperationalError as error:
        raise OperationalError(statement, None, error) from error


@lru_cache(maxsize=512)
def _change_of_arrays(table: Table, columns: tuple[str, ...]) -> Update:
    new = _unnested(table, (*columns, "made"))
    return update(table).where(table.c.made == new.c.made).values({name: new.c[name] for name in columns})


def _unnested(table: Table, names: tuple[str, ...]) -> TableValuedAlias:
    arrays = [bindparam(f"all_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    return func.unnest(*arrays).table_valued(*(column(name, table.c[name].type) for name in names), name="new").render_derived()


def _by_column(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {f"all_{name}": list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
