"""What the index needs of a database connection; every difference between SQLite and PostgreSQL in its SQL is here.

Statements are written once, with `?` for a parameter and neither `?` nor `%` elsewhere. Instants are whole microseconds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any, Protocol, TypeAlias, TypeVar

import psycopg
from psycopg.rows import tuple_row

A = TypeVar("A")
T = TypeVar("T")

Row: TypeAlias = tuple[Any, ...]
Params: TypeAlias = Sequence[Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970, UTC."""
    return (instant - EPOCH) // _MICROSECOND


def micros_or_none(instant: datetime | None) -> int | None:
    """The same, where there may be no instant."""
    return None if instant is None else (instant - EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """The instant that `micros` told."""
    return EPOCH + timedelta(microseconds=value)


def instant_or_none(value: int | None) -> datetime | None:
    """The same, where there may be none."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


class Session(Protocol):
    """One connection, inside or outside a transaction."""

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""
        ...

    def row(self, sql: str, params: Params = ()) -> Row | None:
        """The first row of a query."""
        ...

    def run(self, sql: str, params: Params = ()) -> None:
        """Execute a statement. What is wrong with it may come to light only at a later one."""
        ...

    def update_or_insert(self, update: tuple[str, Params], insert: tuple[str, Params]) -> None:
        """Execute the UPDATE; where it meets no row, insert one, told as `table (columns)` and its values."""
        ...

    def run_many(self, sql: str, many: Iterable[Params]) -> None:
        """Execute a statement once for each set of parameters."""
        ...

    def ahead(self, question: Callable[[Session, A], T], about: A) -> Callable[[], T]:
        """Ask a question of one SELECT as things are now; its answer is to be had later, so that many are waited for once."""
        ...

    def among(self, column: str) -> str:
        """The condition that a column is among the values of one parameter made by `array`."""
        ...

    def array(self, values: Iterable[str]) -> Any:
        """The parameter of `among`."""
        ...


class SQLiteSession:
    """A session over one sqlite3 connection in autocommit mode."""

    __slots__ = ("connection", "cursor")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.cursor = connection.cursor()
        self.cursor.row_factory = None

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        return self.cursor.execute(sql, params).fetchall()

    def row(self, sql: str, params: Params = ()) -> Row | None:
        cursor = self.cursor.execute(sql, params)
        first: Row | None = cursor.fetchone()
        if first is not None and cursor.fetchone() is not None:
            cursor.fetchall()  # a statement left half read would hold its snapshot
        return first

    def run(self, sql: str, params: Params = ()) -> None:
        self.cursor.execute(sql, params)

    def update_or_insert(self, update: tuple[str, Params], insert: tuple[str, Params]) -> None:
        if self.cursor.execute(*update).rowcount == 0:
            table, params = insert
            self.cursor.execute(_insert(table), params)

    def run_many(self, sql: str, many: Iterable[Params]) -> None:
        self.cursor.executemany(sql, many)

    def ahead(self, question: Callable[[Session, A], T], about: A) -> Callable[[], T]:
        answer = question(self, about)
        return lambda: answer

    def among(self, column: str) -> str:
        return f"{column} IN (SELECT value FROM json_each(?))"

    def array(self, values: Iterable[str]) -> Any:
        return json.dumps(list(values))


class PostgresSession:
    """A session over one psycopg connection; statements are prepared once a connection, and wait for nothing in a pipeline."""

    __slots__ = ("connection",)

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        return self._execute(_placed(sql), params).fetchall()

    def row(self, sql: str, params: Params = ()) -> Row | None:
        return self._execute(_placed(sql), params).fetchone()

    def run(self, sql: str, params: Params = ()) -> None:
        self._execute(_placed(sql), params)

    def update_or_insert(self, update: tuple[str, Params], insert: tuple[str, Params]) -> None:
        self._execute(_update_or_insert(update[0], insert[0]), (*update[1], *insert[1]))

    def run_many(self, sql: str, many: Iterable[Params]) -> None:
        self.connection.cursor().executemany(_placed(sql), many)

    def ahead(self, question: Callable[[Session, A], T], about: A) -> Callable[[], T]:
        """The question is asked twice: once for its statement, which is sent, and once with what came of it."""
        try:
            answer = question(_Unanswered(self), about)
            return lambda: answer
        except _Asked as asked:
            return partial(question, _Answered(self, self._execute(_placed(asked.sql), asked.params)), about)

    def _execute(self, sql: bytes, params: Params) -> psycopg.Cursor[Row]:
        return self.connection.cursor(binary=True, row_factory=tuple_row).execute(sql, params, prepare=True)

    def among(self, column: str) -> str:
        return f"{column} = ANY(?)"

    def array(self, values: Iterable[str]) -> Any:
        return list(values)


class _Asked(Exception):
    def __init__(self, sql: str, params: Params) -> None:
        self.sql, self.params = sql, params


class _Unanswered(PostgresSession):
    """Tells what it is asked."""

    def __init__(self, session: PostgresSession) -> None:
        super().__init__(session.connection)

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        raise _Asked(sql, params)

    def row(self, sql: str, params: Params = ()) -> Row | None:
        raise _Asked(sql, params)


class _Answered(PostgresSession):
    """Gives the rows that came of the one statement."""

    __slots__ = ("_cursor",)

    def __init__(self, session: PostgresSession, cursor: psycopg.Cursor[Row]) -> None:
        super().__init__(session.connection)
        self._cursor = cursor

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        return self._cursor.fetchall()

    def row(self, sql: str, params: Params = ()) -> Row | None:
        return self._cursor.fetchone()


# The statements of the index are few: what is made of them is kept.


@cache
def _insert(table: str) -> str:
    return f"INSERT INTO {table} VALUES ({_marks(table)})"


@cache
def _placed(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


@cache
def _update_or_insert(update: str, table: str) -> bytes:
    """One statement, so that nothing waits for the count of the first."""
    return _placed(f"WITH met AS ({update} RETURNING 1) INSERT INTO {table} SELECT {_marks(table)} WHERE NOT EXISTS (SELECT 1 FROM met)")


def _marks(table: str) -> str:
    return ", ".join("?" * (table.count(",") + 1))


class Dialect(Protocol):
    """The words in which the tables differ."""

    serial: str
    blob: str


class SQLiteDialect:
    """Of SQLite."""

    serial = "INTEGER PRIMARY KEY"
    blob = "BLOB"


class PostgresDialect:
    """Of PostgreSQL."""

    serial = "BIGSERIAL PRIMARY KEY"
    blob = "BYTEA"
