"""The tables of a store, made or completed once however many processes open it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from adapters.store.clock_notes import clock_tables
from adapters.store.companions import IN_LOG
from adapters.store.index.tables import index_tables
from adapters.store.session import Dialect, Session

CHANGES: tuple[str, ...] = (
    "ALTER TABLE change_count ADD COLUMN event_id TEXT",
    "ALTER TABLE answer ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0",
)
"""Statements that change tables of released versions, in order, each done once; new tables and keys need none."""


def migrate(session: Session, dialect: Dialect, log_tables: Sequence[str]) -> None:
    """Bring the tables to the present shape. To be called in a writing transaction, whose lock lets one process do it."""
    session.run(
        "CREATE TABLE IF NOT EXISTS schema_state (id INTEGER PRIMARY KEY CHECK (id = 1), digest TEXT NOT NULL, changes INTEGER NOT NULL)"
    )
    wanted = (*log_tables, *_beside(dialect), *clock_tables(dialect), *IN_LOG, *index_tables(dialect))
    digest = hashlib.sha256("\n".join((*wanted, *CHANGES)).encode()).hexdigest()
    state = session.row("SELECT digest, changes FROM schema_state")
    if state is not None and state[0] == digest:
        return
    for statement in wanted:
        session.run(statement)
    for statement in CHANGES[state[1] :] if state else ():
        session.run(statement)
    session.run(
        """INSERT INTO schema_state (id, digest, changes) VALUES (1, ?, ?)
        ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, changes = excluded.changes""",
        (digest, len(CHANGES)),
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
