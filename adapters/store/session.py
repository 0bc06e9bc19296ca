"""What the index needs of a database connection; every difference between SQLite and PostgreSQL in its SQL is here.

Statements are written once, with `?` for a parameter and neither `?` nor `%` elsewhere. Instants are whole microseconds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Protocol, TypeAlias, TypeVar

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

    def bytewise(self, column: str) -> str:
        """A column of text as it compares by its bytes, whatever the language of the database."""
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

    def bytewise(self, column: str) -> str:
        return column


@cache  # the statements of the index are few
def _insert(table: str) -> str:
    return f"INSERT INTO {table} VALUES ({marks(table)})"


def marks(table: str) -> str:
    """A mark for each column of `table (columns)`."""
    return ", ".join("?" * (table.count(",") + 1))


class Dialect(Protocol):
    """The words in which the tables differ."""

    serial: str
    blob: str
    columns: str
    bytewise: str


class SQLiteDialect:
    """Of SQLite."""

    serial = "INTEGER PRIMARY KEY"
    blob = "BLOB"
    columns = "SELECT name FROM pragma_table_info(?)"
    bytewise = ""


class PostgresDialect:
    """Of PostgreSQL."""

    serial = "BIGSERIAL PRIMARY KEY"
    blob = "BYTEA"
    columns = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
    bytewise = ' COLLATE "C"'
