"""A PostgreSQL store's tables as one transaction sees them, in files of COPY's text format, and back into a fresh database.

Views are left out: they are folded from the log again. `pg_dump` would do as well, but is seldom where the server runs that is
backed up, and never of a version that one can count on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from adapters.backup.copying import made_private
from adapters.backup.manifest import BackupError, Damaged
from adapters.evidence.log import LoggedEvent
from adapters.store.mapper import RecordedMapper
from domain.recorded import Recorded

LEFT_OUT: Final = frozenset({"console_sessions", "console_signings", "desk_presence", "request_count"})
"""What lasts minutes: who is signed in or looks at a case, requests that were counted."""
VIEWS: Final = "view_generations"
SUFFIX: Final = ".copy"
BLOCK: Final = 1 << 20
Connection = psycopg.Connection[Any]


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """A connection that sees one state of the database: all that was committed before it began."""
    with psycopg.connect(url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SELECT 1")
        yield connection


class SnapshotLog:
    """The log as the transaction sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._mapper = RecordedMapper()

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        """Position and event behind a position, in order."""
        return [(row.notification_id, self._mapper.read(*row[1:])) for row in self.read(after, limit)]

    def read(self, after: int, limit: int) -> list[LoggedEvent]:
        """Rows behind a position, in order, as stored."""
        rows = self._connection.execute(
            """SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
            WHERE notification_id > %s ORDER BY notification_id LIMIT %s""",
            (after, limit),
        )
        return [LoggedEvent(*row) for row in rows]

    def head(self) -> int:
        """The position of the last event; 0 where there is none."""
        row = self._connection.execute("SELECT MAX(notification_id) FROM stored_events").fetchone()
        return (row[0] if row else None) or 0

    def count(self) -> int:
        """How many events there are."""
        row = self._connection.execute("SELECT COUNT(*) FROM stored_events").fetchone()
        return row[0] if row else 0

    def shared(self) -> str:
        """The name under which another connection may see the same state."""
        row = self._connection.execute("SELECT pg_export_snapshot()").fetchone()
        return str(row[0]) if row else ""


def dump(connection: Connection, into: Path) -> None:
    """Write each table but those of the views into a file of its own, on the disk before this returns."""
    into.mkdir(mode=0o700)
    for table in (name for name in tables(connection) if name not in LEFT_OUT):
        columns = _columns(connection, table)
        with made_private(into / f"{table}{SUFFIX}") as file:
            file.write(",".join(columns).encode() + b"\n")
            named = sql.SQL(", ").join(map(sql.Identifier, columns))
            statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), named)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for block in copy:
                    file.write(block)


def tables(connection: Connection) -> list[str]:
    """The store's tables, without those of the views."""
    found = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    names = [name for (name,) in connection.execute(found)]
    views: set[str] = set()
    if VIEWS in names:
        for (listed,) in connection.execute(f"SELECT tables FROM {VIEWS}".encode()):
            views.update(listed.split())
    return [name for name in names if name != VIEWS and name not in views]


def load(url: str, directory: Path) -> None:
    """Fill the tables of a fresh store with what was dumped, all in one transaction. Raises BackupError, Damaged."""
    with psycopg.connect(url) as connection:
        present = set(tables(connection))
        for file in sorted(directory.glob(f"*{SUFFIX}")):
            table = file.name.removesuffix(SUFFIX)
            if table not in present:
                raise BackupError(f"{file} is of a table that this release does not have")
            try:
                _load(connection, table, file)
            except psycopg.DataError as why:
                raise Damaged(f"{file} cannot be read: {str(why).splitlines()[0]}") from None


def _load(connection: Connection, table: str, file: Path) -> None:
    with file.open("rb") as read:
        columns = read.readline().decode().rstrip("\n").split(",")
        named = sql.SQL(", ").join(map(sql.Identifier, columns))
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))  # what a fresh store begins with
        with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), named)) as copy:
            while block := read.read(BLOCK):
                copy.write(block)
    _go_on_counting(connection, table, columns)


def _go_on_counting(connection: Connection, table: str, columns: Sequence[str]) -> None:
    """Let the numbers that the database gives itself follow the ones that were put back."""
    for column in columns:
        found = connection.execute("SELECT pg_get_serial_sequence(%s, %s)", (table, column)).fetchone()
        if found is not None and found[0] is not None:
            most = sql.SQL("SELECT MAX({}) FROM {}").format(sql.Identifier(column), sql.Identifier(table))
            last = connection.execute(most).fetchone()
            if last is not None and last[0] is not None:
                connection.execute("SELECT setval(%s, %s)", (found[0], last[0]))


def _columns(connection: Connection, table: str) -> list[str]:
    listed = """SELECT column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position"""
    return [name for (name,) in connection.execute(listed, (table,))]
