"""A session over PostgreSQL, in a module of its own: who has a SQLite store never loads the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property, partial
from typing import Any, TypeVar

import psycopg
from psycopg.pq import PipelineStatus
from psycopg.rows import tuple_row

from adapters.store.session import Params, PostgresDialect, Row, Session, marks

A = TypeVar("A")
T = TypeVar("T")


_FEW = 64
"""Rows up to which a cursor is used again: it holds what it found last."""


class StoreConnection(psycopg.Connection[Any]):
    """A connection with a cursor that is used again and again: to make one costs a third of a small question."""

    @cached_property
    def usual(self) -> psycopg.Cursor[Row]:
        """For what is answered before anything else is asked, and for what has no answer."""
        return self.cursor(binary=True, row_factory=tuple_row)


class PostgresSession:
    """A session over one psycopg connection; statements are prepared once a connection, and wait for nothing in a pipeline."""

    __slots__ = ("connection",)

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        found = self._asked(sql, params).fetchall()
        if len(found) > _FEW and isinstance(self.connection, StoreConnection):
            self.connection.__dict__.pop("usual", None)
        return found

    def row(self, sql: str, params: Params = ()) -> Row | None:
        return self._asked(sql, params).fetchone()

    def run(self, sql: str, params: Params = ()) -> None:
        self._usual().execute(_placed(sql), params, prepare=True)

    def update_or_insert(self, update: tuple[str, Params], insert: tuple[str, Params]) -> None:
        self._usual().execute(_update_or_insert(update[0], insert[0]), (*update[1], *insert[1]), prepare=True)

    def run_many(self, sql: str, many: Iterable[Params]) -> None:
        self.connection.cursor().executemany(_placed(sql), many)

    def ahead(self, question: Callable[[Session, A], T], about: A) -> Callable[[], T]:
        """The question is asked twice: once for its statement, which is sent, and once with what came of it."""
        try:
            answer = question(_Unanswered(self), about)
            return lambda: answer
        except _Asked as asked:
            return partial(question, _Answered(self, self._execute(_placed(asked.sql), asked.params)), about)

    def _asked(self, sql: str, params: Params) -> psycopg.Cursor[Row]:
        """In a pipeline a cursor of its own, for others wait for their answers there."""
        if self.connection.pgconn.pipeline_status != PipelineStatus.OFF:
            return self._execute(_placed(sql), params)
        return self._usual().execute(_placed(sql), params, prepare=True)

    def _usual(self) -> psycopg.Cursor[Row]:
        kept = self.connection
        return kept.usual if isinstance(kept, StoreConnection) else kept.cursor(binary=True, row_factory=tuple_row)

    def _execute(self, sql: bytes, params: Params) -> psycopg.Cursor[Row]:
        return self.connection.cursor(binary=True, row_factory=tuple_row).execute(sql, params, prepare=True)

    def bytewise(self, column: str) -> str:
        return column + PostgresDialect.bytewise

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


@cache
def _placed(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


@cache
def _update_or_insert(update: str, table: str) -> bytes:
    """One statement, so that nothing waits for the count of the first."""
    return _placed(f"WITH met AS ({update} RETURNING 1) INSERT INTO {table} SELECT {marks(table)} WHERE NOT EXISTS (SELECT 1 FROM met)")
