"""Opens a store: a directory of SQLite files, or a PostgreSQL database with a directory of pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from adapters.store.answer_seals import SECRET, AnswerSeals
from adapters.store.clock_notes import ClockNotes
from adapters.store.companions import IDENTITIES, IN_IDENTITIES, Companions, SeenChanges, StoreRefused
from adapters.store.engine import Database, Engine
from adapters.store.fingerprints import FingerprintTable
from adapters.store.identities import IdentityTable, identity_tables
from adapters.store.log import EventLog
from adapters.store.read_marks import ReadMarks
from adapters.store.session import Session, SQLiteDialect
from adapters.store.sqlite import PATIENCE
from adapters.store.sqlite_engine import SQLiteDatabase, SQLiteEngine
from adapters.system.ids import RandomIds
from adapters.system.settings import FORGOTTEN_FILE
from adapters.vault.contract import KINDS, FileVault
from adapters.vault.forgotten import ForgottenList
from adapters.vault.objects import vault_at
from adapters.vault.sealing import KeyedSealer

LOG_FILE = "log.sqlite"
IDENTITIES_FILE = "identities.sqlite"
RESTORING = "restore_in_progress"
"""A table that a database has while it is being restored."""
LATELY = 50
"""How many of the last events are asked when they were recorded: processes on several machines may record out of order."""


class _Written(Struct):
    recorded_at: Annotated[datetime, Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything behind the ports of the write side, sharing one store."""

    store: EventLog
    identities: IdentityTable
    sealer: KeyedSealer
    vault: FileVault
    fingerprints: FingerprintTable
    ids: RandomIds
    clock_notes: ClockNotes
    seen_changes: SeenChanges
    read_marks: ReadMarks
    databases: tuple[Database, ...]

    def last_recorded_at(self) -> datetime | None:
        """When the store last recorded anything: no clock starts before it (rule T2). None for a fresh store.

        An event that was damaged keeps nobody from opening the store: it is to be exported and named.
        """
        head = self.store.log_head()
        rows = self.store.read_raw(max(0, head - LATELY), LATELY)
        return max(filter(None, (_recorded_at(row.state) for row in rows)), default=None)

    def close(self) -> None:
        """Close every connection."""
        for database in self.databases:
            database.close()
        self.vault.close()


def open_store(
    store: str,
    vault: str | Path | None = None,
    *,
    vault_url: str | None = None,
    wall: Callable[[], float] = time.time,
    threads: int = 16,
    restoring: bool = False,
    patience: float = PATIENCE,
) -> Stores:
    """Open the store, made where there is none; any number of processes may do so at once.

    `store` is a directory or a postgresql:// URL, `vault` the directory of pictures (by default inside the store's directory;
    needed with a URL), `vault_url` the object store that keeps the pictures in its place, `wall` the wall clock in seconds since
    1970, by which idempotency keys live; `threads` is how many may use a PostgreSQL store at once before one waits for a connection,
    `patience` how many seconds a writer waits for another one before it raises Busy. `restoring` opens one that a restore has not
    ended yet.
    Raises StoreRefused, VaultAway where the extra of object stores is missing.
    """
    if _is_url(store):
        if vault is None:
            raise ValueError("a PostgreSQL store needs a directory of pictures")
        from adapters.store.postgres import PostgresEngine

        database = PostgresEngine(store, threads, patience)
        if not restoring and database.read(_being_restored, None):
            database.close()
            raise StoreRefused("a restore into this database was begun and has not ended: empty the database and restore again")
        pictures = _vault(Path(vault), vault_url)
        return _bundle(database, database, pictures, ForgottenList(Path(vault) / FORGOTTEN_FILE), wall)
    directory = Path(store)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close_to_others(directory.glob("*.sqlite*"))
    engine = SQLiteEngine(directory / LOG_FILE, patience)
    if not (directory / IDENTITIES_FILE).exists() and SeenChanges(engine).of(IDENTITIES):
        raise StoreRefused(f"{directory / IDENTITIES_FILE} is missing, and the log rests on it: put it back")
    persons = SQLiteDatabase(directory / IDENTITIES_FILE, patience)
    persons.write(_make_identity_tables)
    Companions(engine, persons).check()
    pictures = _vault(Path(vault) if vault is not None else directory / "vault", vault_url)
    return _bundle(engine, persons, pictures, ForgottenList(directory / FORGOTTEN_FILE), wall)


def _close_to_others(paths: Iterable[Path]) -> None:
    """What the first release made could be read by others than its owner."""
    for path in paths:
        with suppress(PermissionError, FileNotFoundError):
            if path.stat().st_mode & 0o077:
                path.chmod(path.stat().st_mode & 0o700)


def store_exists(store: str) -> bool:
    """Whether a store was made there. Raises an error of psycopg where a database cannot be asked."""
    if not _is_url(store):
        return (Path(store) / LOG_FILE).is_file()
    import psycopg

    with psycopg.connect(store) as connection:
        return connection.execute("SELECT to_regclass('stored_events')").fetchone() != (None,)


def _is_url(store: str) -> bool:
    return store.startswith(("postgresql://", "postgres://"))


def _being_restored(s: Session, _: None) -> bool:
    return s.row("SELECT to_regclass(?)", (RESTORING,)) != (None,)


def _vault(directory: Path, url: str | None) -> FileVault:
    """The vault. The directory is made in any case: what else is kept on this machine lies in it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close_to_others(directory / kind for kind in KINDS)
    return vault_at(directory, url)


def _bundle(engine: Engine, persons: Database, vault: FileVault, forgotten: ForgottenList, wall: Callable[[], float]) -> Stores:
    ids = RandomIds()
    identities = IdentityTable(persons, ids, engine, forgotten, wall)
    databases = (engine,) if engine is persons else (engine, persons)
    return Stores(
        EventLog(engine, AnswerSeals(partial(identities.key_made, SECRET)), wall),
        identities,
        KeyedSealer(identities),
        vault,
        FingerprintTable(engine),
        ids,
        ClockNotes(engine),
        SeenChanges(engine),
        ReadMarks(persons),
        databases,
    )


def _recorded_at(state: bytes) -> datetime | None:
    """When an event was recorded; None where its bytes do not tell."""
    try:
        return msgspec.json.decode(state, type=_Written).recorded_at
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError):
        return None


def _make_identity_tables(session: Session) -> None:
    for table in (*identity_tables(SQLiteDialect), *IN_IDENTITIES):
        session.run(table)
