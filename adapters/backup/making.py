"""Making a backup: signed first, then cut while others write, then checked before it is called done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from msgspec import structs

from adapters.backup import manifest, postgres_copy, sqlite_copy
from adapters.backup.checking import check, check_snapshot
from adapters.backup.copying import copy_file, copy_vault, drop_removed
from adapters.backup.keys import LATEST, LastCheckpoint, copy_keys, signed
from adapters.backup.manifest import FORMAT, KEYS, TABLES, VAULT, BackupError, BackupManifest
from adapters.evidence.checkpoint import KeyLost, to_base64
from adapters.evidence.keyfile import sync_directory
from adapters.store.schema import COLUMNS
from adapters.system.settings import FORGOTTEN_FILE, Settings
from adapters.vault.objects import vault_at
from adapters.wiring.deployment import Deployment, open_deployment
from adapters.wording.instants import instant

EVIDENCE = "evidence.sqlite"


def back_up(settings: Settings, into: Path, *, with_keys: bool, leave_pictures: bool = False) -> BackupManifest:
    """Copy the store into a directory that is empty or not there. Raises BackupError, Damaged, Tampered.

    A directory without `backup.json` is a backup that was not finished. Pictures on an object store can be left there: they are seen
    to be there, and are not in the backup.
    """
    if leave_pictures and settings.vault_url is None:
        raise BackupError("pictures can be left where they are on an object store only (ORIGINALS_VAULT_URL)")
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise BackupError(f"{into} is there and is no empty directory")
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    into.chmod(0o700)
    with _source(settings) as source, closing(_PicturesOut(source, into / VAULT, left=leave_pictures)) as pictures:
        pictures.copy()
        copy = _postgres if settings.on_postgres else _sqlite
        made = copy(source, into, pictures, with_keys=with_keys)
        _copy_forgotten(settings, into)
    left = settings.vault_url or "" if leave_pictures else ""
    made = structs.replace(made, pictures=left, files=manifest.digests(into, VAULT, KEYS, TABLES))
    _sync(into)
    manifest.keep(into, made)
    return made


@contextmanager
def _source(settings: Settings) -> Iterator[Deployment]:
    """The store as it is served, signed as of now where its key is here: what is copied ends in a checkpoint."""
    source = open_deployment(settings, look_only=True)
    try:
        with suppress(KeyLost):
            if source.evidence.signs:
                source.evidence.checkpoint()
        yield source
    finally:
        source.close()


class _PicturesOut:
    """The pictures of a backup: in a folder of its own, or left on the object store."""

    def __init__(self, source: Deployment, folder: Path, *, left: bool) -> None:
        self._source, self.left = source.stores.vault, left
        self.url = source.settings.vault_url if left else None
        self.vault = vault_at(folder, self.url)

    def copy(self) -> None:
        """What is not there yet."""
        if not self.left:
            copy_vault(self._source, self.vault)

    def drop(self) -> None:
        """What was taken away."""
        if not self.left:
            drop_removed(self._source, self.vault)

    def close(self) -> None:
        """Close every connection of its own."""
        self.vault.close()


def _sqlite(source: Deployment, into: Path, pictures: _PicturesOut, *, with_keys: bool) -> BackupManifest:
    with sqlite_copy.cut(Path(source.settings.store)) as seen:
        pictures.drop()
        for name, connection in seen.items():
            sqlite_copy.copy(connection, into / name)
        last = signed(seen[EVIDENCE].execute(LATEST).fetchone()) if EVIDENCE in seen else None
    pictures.copy()
    copy_keys(source, into / KEYS, last, with_keys=with_keys)
    there = replace(source.settings, store=str(into), vault=str(into / VAULT), vault_url=pictures.url, keys=str(into / KEYS))
    with closing(open_deployment(there)) as copied:
        events = check(copied, pictures_left=pictures.left)
        return _described("sqlite", events, copied.stores.store.log_head(), last, with_keys=with_keys)


def _postgres(source: Deployment, into: Path, pictures: _PicturesOut, *, with_keys: bool) -> BackupManifest:
    with postgres_copy.snapshot(source.settings.store) as connection:
        pictures.drop()
        postgres_copy.dump(connection, into / TABLES)
        pictures.copy()
        last = signed(connection.execute(LATEST).fetchone())
        log = postgres_copy.SnapshotLog(connection)
        check_snapshot(source.settings, log, pictures.vault, last, pictures_left=pictures.left)
        copy_keys(source, into / KEYS, last, with_keys=with_keys)
        return _described("postgresql", log.count(), log.head(), last, with_keys=with_keys)


def _described(engine: manifest.EngineName, events: int, position: int, last: LastCheckpoint | None, *, with_keys: bool) -> BackupManifest:
    return BackupManifest(
        format=FORMAT,
        version=1,
        engine=engine,
        release=version("originals"),
        changes=len(COLUMNS),
        made_at=instant(datetime.now(UTC)),
        events=events,
        position=position,
        size=last.size if last else 0,
        root=to_base64(last.root) if last else "",
        with_keys=with_keys,
        files={},
    )


def _copy_forgotten(settings: Settings, into: Path) -> None:
    """Last of all: who is forgotten while a backup is made is forgotten in it, too, when it is put back."""
    listed = settings.forgotten_file
    if listed.is_file():
        copy_file(listed, into / FORGOTTEN_FILE)


def _sync(directory: Path) -> None:
    for folder, _, _ in os.walk(directory):
        sync_directory(Path(folder))
