"""The tables of a store, made or completed once however many processes open it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from adapters.store.clock_notes import clock_tables
from adapters.store.companions import IN_LOG
from adapters.store.index.tables import index_tables
from adapters.store.session import Dialect, Session


class AddedColumn(NamedTuple):
    """A column that tables of released versions lack, and its type."""

    table: str
    name: str
    kind: str


COLUMNS: Final = (AddedColumn("change_count", "event_id", "TEXT"), AddedColumn("answer", "sealed", "INTEGER NOT NULL DEFAULT 0"))
"""They are added where they are missing, whichever version opened the store last; new tables and keys need no such word."""


def migrate(session: Session, dialect: Dialect, log_tables: Sequence[str]) -> None:
    """Bring the tables to the present shape. To be called in a writing transaction, whose lock lets one process do it."""
    session.run(
        "CREATE TABLE IF NOT EXISTS schema_state (id INTEGER PRIMARY KEY CHECK (id = 1), digest TEXT NOT NULL, changes INTEGER NOT NULL)"
    )
    wanted = (*log_tables, *_beside(dialect), *clock_tables(dialect), *IN_LOG, *index_tables(dialect))
    digest = hashlib.sha256("\n".join((*wanted, *map(str, COLUMNS))).encode()).hexdigest()
    state = session.row("SELECT digest FROM schema_state")
    if state is not None and state[0] == digest:
        return
    for statement in wanted:
        session.run(statement)
    for column in COLUMNS:
        if column.name not in {name for (name,) in session.rows(dialect.columns, (column.table,))}:
            session.run(f"ALTER TABLE {column.table} ADD COLUMN {column.name} {column.kind}")
    session.run("UPDATE change_count SET event_id = NULL")  # another version, which does not know it, may have written since
    session.run(
        """INSERT INTO schema_state (id, digest, changes) VALUES (1, ?, ?)
        ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, changes = excluded.changes""",
        (digest, len(COLUMNS)),
    )


def _beside(d: Dialect) -> tuple[str, ...]:
    return (
        "CREATE TABLE IF NOT EXISTS change_count (id INTEGER PRIMARY KEY CHECK (id = 1), head BIGINT NOT NULL, event_id TEXT)",
        "INSERT INTO change_count (id, head) VALUES (1, 0) ON CONFLICT (id) DO NOTHING",
        f"""CREATE TABLE IF NOT EXISTS answer (
            command TEXT PRIMARY KEY, scope TEXT, key TEXT, fingerprint TEXT, status INTEGER NOT NULL, body {d.blob} NOT NULL,
            concerned TEXT NOT NULL, kept_until BIGINT NOT NULL, sealed INTEGER NOT NULL DEFAULT 0)""",
        "CREATE UNIQUE INDEX IF NOT EXISTS answer_key ON answer (scope, key) WHERE key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS answer_kept ON answer (kept_until)",
        "CREATE TABLE IF NOT EXISTS event_position (notification_id BIGINT PRIMARY KEY, event_id TEXT NOT NULL UNIQUE)",
    )
