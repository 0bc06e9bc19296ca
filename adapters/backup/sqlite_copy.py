"""A SQLite store's databases as they were at one instant, copied while others write.

A read transaction sees a database as it was when it began, however long it lasts. The databases that are made from
the log begin theirs first, so that none knows more than the log does; then, while both write locks are held for a moment, the
log and the identities begin theirs together: what is acknowledged before is in the copy, and no event names a member or a key
that is not. Each database is copied in one step, for a copy in several begins anew whenever somebody commits.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from adapters.backup.copying import made_private
from adapters.backup.manifest import BackupError
from adapters.store.opening import IDENTITIES_FILE, LOG_FILE

LEFT_OUT: Final = frozenset({"console.sqlite", "requests.sqlite"})
"""What lasts minutes: who is signed in, requests that were counted. All else beside the log is copied."""
TOGETHER: Final = (IDENTITIES_FILE, LOG_FILE)
PATIENCE: Final = 30.0
"""Seconds to wait for a writer."""


@contextmanager
def cut(store: Path) -> Iterator[dict[str, sqlite3.Connection]]:
    """Connections that see each database as of one instant, by its file's name. Raises BackupError where a writer does not end."""
    with ExitStack() as stack:
        seen: dict[str, sqlite3.Connection] = {}
        for path in sorted(store.glob("*.sqlite")):
            if path.name not in LEFT_OUT and path.name not in TOGETHER:
                seen[path.name] = _begun(stack, path)
        with ExitStack() as locks:
            try:
                for name in TOGETHER:
                    locks.enter_context(closing(_connected(store / name))).execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as why:
                raise BackupError(f"a writer of {store / name} did not end in {PATIENCE:.0f} s: {why}") from None
            for name in TOGETHER:
                seen[name] = _begun(stack, store / name)
        yield seen


def copy(seen: sqlite3.Connection, target: Path) -> None:
    """Copy a database as the connection sees it, on the disk before this returns. Raises BackupError where the copy is not sound."""
    with made_private(target):
        pass
    with closing(sqlite3.connect(target)) as written:
        seen.backup(written)
        check(written, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def check(database: sqlite3.Connection, path: Path) -> None:
    """Raise BackupError unless the database is sound in itself."""
    said = database.execute("PRAGMA quick_check(1)").fetchone()
    if said != ("ok",):
        raise BackupError(f"{path} is damaged: {said[0]}")


def _begun(stack: ExitStack, path: Path) -> sqlite3.Connection:
    connection = stack.enter_context(closing(_connected(path)))
    connection.execute("BEGIN")
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # only now it sees one state
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None)
