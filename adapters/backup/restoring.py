"""Putting a backup into an empty place: nothing can be served before it was checked, and who was forgotten since is forgotten again."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psycopg

from adapters.backup import manifest, postgres_copy, sqlite_copy
from adapters.backup.checking import check
from adapters.backup.copying import copy_file, copy_vault
from adapters.backup.forgetting import forget_again
from adapters.backup.manifest import KEYS, TABLES, VAULT, BackupError, BackupManifest
from adapters.evidence.keyfile import sync_directory
from adapters.evidence.tables import SqlTreeStore
from adapters.http.reason_templates import ReasonTemplates
from adapters.http.upload_table import UploadTable
from adapters.replay.job_table import JobTable
from adapters.store.opening import LOG_FILE, RESTORING, open_store
from adapters.store.schema import COLUMNS
from adapters.system.settings import FORGOTTEN_FILE, Settings
from adapters.vault.contract import KINDS, VaultAway
from adapters.vault.files import DirectoryVault
from adapters.vault.forgotten import ForgottenList
from adapters.vault.objects import vault_at
from adapters.webhooks.tables import prepare
from adapters.wiring.deployment import beside, open_deployment


class Restored(NamedTuple):
    """What was put back: how many events are signed or numbered, and who was forgotten again."""

    manifest: BackupManifest
    events: int
    forgotten: int
    in_open_cases: int


def restore(settings: Settings, directory: Path, also_forgotten: Path | None, by: str) -> Restored:
    """Put it where the settings say. Raises BackupError, Damaged, Tampered; the place is empty again then, or refuses to be opened."""
    made = manifest.read(directory)
    if made.engine != ("postgresql" if settings.on_postgres else "sqlite"):
        raise BackupError(f"{directory} is a backup of a {made.engine} store, and ORIGINALS_STORE names another kind")
    if made.changes != len(COLUMNS):
        raise BackupError(f"{directory} was made by release {made.release}: restore it with that one, then open it with this one")
    gone = _forgotten(directory, also_forgotten)
    manifest.check_files(directory, made)
    if made.pictures and settings.vault_url is None:
        where = f"they stayed on {made.pictures}: name it, or where they were copied to, in ORIGINALS_VAULT_URL"
        raise BackupError(f"the pictures are not in {directory}; {where}")
    put = _put_postgres if settings.on_postgres else _put_sqlite
    with put(settings, directory, left=bool(made.pictures)) as placed:
        ForgottenList(placed.forgotten_file).add(*gone)
        deployment = open_deployment(placed, restoring=True)
        with closing(deployment):
            in_open_cases = forget_again(deployment, gone, by)
            return Restored(made, check(deployment, pictures_left=bool(made.pictures)), len(gone), in_open_cases)


def _forgotten(directory: Path, also: Path | None) -> Sequence[str]:
    if also is not None and not also.is_file():
        raise BackupError(f"there is no file {also}")
    try:
        listed = [ForgottenList(path).ids() for path in (directory / FORGOTTEN_FILE, also) if path is not None]
    except (ValueError, OSError) as why:
        raise BackupError(str(why)) from None
    return list(dict.fromkeys(member for members in listed for member in members))


class _PicturesIn:
    """Where the pictures of a backup go; nowhere, where they were left on an object store that the settings name."""

    def __init__(self, settings: Settings, directory: Path, *, left: bool) -> None:
        self._from, self._left = DirectoryVault(directory / VAULT), left
        self._vault = vault_at(settings.vault_directory, settings.vault_url)
        self._named = settings.vault_url or settings.vault_directory

    def check_empty(self) -> None:
        """Raise BackupError where there are others."""
        if not self._left and any(any(True for _ in self._vault.digests(kind)) for kind in KINDS):
            raise BackupError(f"{self._named} has pictures in it; a backup is put into an empty place only")

    def put(self) -> None:
        """Put them there."""
        if not self._left:
            copy_vault(self._from, self._vault)

    def empty(self, failed: BaseException) -> None:
        """Take away what was put there, and note in the error that it is for where that fails; what was left on its object store stays."""
        try:
            for kind in () if self._left else sorted(KINDS):
                for digest in list(self._vault.digests(kind)):
                    self._vault.remove(kind, digest)
        except (VaultAway, OSError) as why:
            failed.add_note(f"members' pictures that were put into {self._named} could not all be taken away again, empty it: {why}")

    def close(self) -> None:
        """Close every connection."""
        self._vault.close()


@contextmanager
def _put_sqlite(settings: Settings, directory: Path, *, left: bool) -> Iterator[Settings]:
    """In a folder of its own within the store's, which is taken away where the block fails; the log takes its place last of all."""
    store = Path(settings.store)
    if store.exists() and any(path.name != KEYS for path in store.iterdir()):
        raise BackupError(f"{store} is not empty; a backup is put into an empty place only")
    outside = settings.vault is not None and Path(settings.vault).resolve() != (store / VAULT).resolve()
    staged = store / f".restoring-{secrets.token_hex(4)}"
    placed = replace(settings, store=str(staged), vault=settings.vault if outside else None, keys=str(staged / KEYS))
    with closing(_PicturesIn(placed, directory, left=left)) as pictures:
        pictures.check_empty()
        store.mkdir(parents=True, exist_ok=True, mode=0o700)
        staged.mkdir(mode=0o700)
        try:
            _copy_databases(directory, staged)
            pictures.put()
            _place_keys(directory, settings.keys_directory, staged / KEYS)
            yield placed
        except BaseException as failed:
            shutil.rmtree(staged, ignore_errors=True)
            if staged.exists():
                failed.add_note(f"{staged} could not be taken away: delete it")
            pictures.empty(failed)
            raise
    _take_place(staged, store, settings.keys_directory)


def _copy_databases(directory: Path, into: Path) -> None:
    for path in sorted(directory.glob("*.sqlite")):
        pending = path.with_name(f"{path.name}-wal")
        still = "" if pending.exists() and pending.stat().st_size else "&immutable=1"
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{still}", uri=True)) as source:
            sqlite_copy.copy(source, into / path.name)


def _place_keys(directory: Path, own: Path, into: Path) -> None:
    """Those of the backup, beside which the operator's own, put into their place before, count."""
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (own, directory / KEYS):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_file() and not (into / path.name).exists():
                copy_file(path, into / path.name)


def _take_place(staged: Path, store: Path, keys: Path) -> None:
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (staged / KEYS).iterdir():
        path.replace(keys / path.name)
    (staged / KEYS).rmdir()
    for path in sorted(staged.iterdir(), key=lambda path: path.name == LOG_FILE):
        path.replace(store / path.name)
    staged.rmdir()
    sync_directory(store)


@contextmanager
def _put_postgres(settings: Settings, directory: Path, *, left: bool) -> Iterator[Settings]:
    """A mark in the database keeps everybody else from opening it until the block has ended well."""
    with closing(_PicturesIn(settings, directory, left=left)) as pictures:
        yield from _put_tables(settings, directory, pictures)


def _put_tables(settings: Settings, directory: Path, pictures: _PicturesIn) -> Iterator[Settings]:
    pictures.check_empty()
    with psycopg.connect(settings.store, autocommit=True) as connection:
        if postgres_copy.tables(connection):
            raise BackupError("the database has tables already; a backup is put into an empty place only")
        connection.execute(f"CREATE TABLE {RESTORING} (begun timestamptz NOT NULL DEFAULT now())".encode())
    try:
        settings.vault_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_tables(settings)
        postgres_copy.load(settings.store, directory / TABLES)
        pictures.put()
        _place_keys(directory, settings.keys_directory, settings.keys_directory)
        yield settings
    except BaseException as failed:
        pictures.empty(failed)
        raise
    with psycopg.connect(settings.store, autocommit=True) as connection:
        connection.execute(f"DROP TABLE {RESTORING}".encode())


def _make_tables(settings: Settings) -> None:
    open_store(settings.store, settings.vault_directory, restoring=True).close()
    engine = beside(settings, "evidence")
    SqlTreeStore(engine).create()
    JobTable(engine).create()
    UploadTable(engine).create()
    prepare(engine)
    ReasonTemplates(engine)
    engine.dispose()
