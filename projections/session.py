"""The driver's own statements over the views, on SQLite and on PostgreSQL, and one state of them for a reader.

Tables are made by the library that knows both databases. Rows are read and written many times for each of these, and then the
library's own part would be ten times the database's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.pool import PoolProxiedConnection

_ONE_STATE: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class DriverSession:
    """Statements by the driver; each `?` in a text is one of the values."""

    __slots__ = ("_cursor", "on_postgres")

    def __init__(self, cursor: Any, on_postgres: bool) -> None:
        self._cursor, self.on_postgres = cursor, on_postgres

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Sequence[tuple[Any, ...]]:
        """What a query finds."""
        found: Sequence[tuple[Any, ...]] = self._cursor.execute(self._placed(sql), values).fetchall()
        return found

    def run(self, sql: str, values: Sequence[Any]) -> None:
        """Execute a statement that answers nothing."""
        self._cursor.execute(self._placed(sql), values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute a statement for each of the rows."""
        if len(rows) == 1:
            self._cursor.execute(self._placed(sql), rows[0])
        else:
            self._cursor.executemany(self._placed(sql), rows)

    def copy(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """PostgreSQL's fastest way to add many rows."""
        with self._cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)

    def _placed(self, sql: str) -> str:
        return _of_postgres(sql) if self.on_postgres else sql


def session_over(driver: Any, on_postgres: bool) -> DriverSession:
    """A session over a driver's connection."""
    return DriverSession(driver.cursor(binary=True) if on_postgres else driver.cursor(), on_postgres)


def session_of(connection: Connection) -> DriverSession:
    """The driver's side of a connection, in the same transaction."""
    return session_over(connection.connection.driver_connection, connection.dialect.name == "postgresql")


def among(session: DriverSession, column: str) -> str:
    """The condition that a column is among the texts of one value made by `array`."""
    return f'"{column}" = ANY(?)' if session.on_postgres else f'"{column}" IN (SELECT value FROM json_each(?))'


def array(session: DriverSession, texts: Iterable[str]) -> Any:
    """The value of `among`."""
    return list(texts) if session.on_postgres else msgspec.json.encode(list(texts)).decode()


@contextmanager
def pooled(engine: Engine) -> Iterator[PoolProxiedConnection]:
    """A connection of the pool. One that broke is not given to anybody again, nor are those that are as old."""
    connection = engine.raw_connection()
    try:
        yield connection
    except Exception as error:
        if engine.dialect.is_disconnect(error, connection.driver_connection, None):  # type: ignore[arg-type]  # asked of errors that are no driver's, too
            connection.invalidate(error)
            engine.dispose()
        raise
    finally:
        connection.close()


@contextmanager
def one_state(connection: PoolProxiedConnection, on_postgres: bool) -> Iterator[DriverSession]:
    """A transaction that sees one state of the views throughout."""
    driver: Any = connection.driver_connection
    session = session_over(driver, on_postgres)
    ended = False
    try:
        if on_postgres:
            driver.autocommit = True  # which transaction begins is said here
        session.run(_ONE_STATE if on_postgres else "BEGIN", ())
        yield session
    finally:
        try:
            driver.rollback()
            if on_postgres:
                driver.autocommit = False
            ended = True
        finally:
            if not ended:
                connection.invalidate()  # whoever got it next would write without a transaction


def database_troubles(engine: Engine) -> tuple[type[Exception], type[Exception], type[Exception], type[Exception]]:
    """The errors by which the database says that it failed, and not that it was asked wrongly."""
    driver: Any = engine.dialect.dbapi
    return (OperationalError, InterfaceError, driver.OperationalError, driver.InterfaceError)


@lru_cache(maxsize=1024)
def _of_postgres(sql: str) -> str:
    return sql.replace("?", "%s")
