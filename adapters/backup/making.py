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
from adapters.wiring.deployment import Deployment, open_deployment
from adapters.wording.instants import instant

EVIDENCE = "evidence.sqlite"


def back_up(settings: Settings, into: Path, with_keys: bool) -> BackupManifest:
    """Copy the store into a directory that is empty or not there. Raises BackupError, Damaged, Tampered.

    A directory without `backup.json` is a backup that was not finished.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise BackupError(f"{into} is there and is no empty directory")
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    into.chmod(0o700)
    with _source(settings) as source:
        copy_vault(settings.vault_directory, into / VAULT)
        copy = _postgres if settings.on_postgres else _sqlite
        made = copy(source, into, with_keys)
        _copy_forgotten(settings, into)
    made = structs.replace(made, files=manifest.digests(into, VAULT, KEYS, TABLES))
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


def _sqlite(source: Deployment, into: Path, with_keys: bool) -> BackupManifest:
    with sqlite_copy.cut(Path(source.settings.store)) as seen:
        drop_removed(source.settings.vault_directory, into / VAULT)
        for name, connection in seen.items():
            sqlite_copy.copy(connection, into / name)
        last = signed(seen[EVIDENCE].execute(LATEST).fetchone()) if EVIDENCE in seen else None
    copy_vault(source.settings.vault_directory, into / VAULT)
    copy_keys(source, into / KEYS, last, with_keys)
    copied = open_deployment(replace(source.settings, store=str(into), vault=str(into / VAULT), keys=str(into / KEYS)))
    with closing(copied):
        events = check(copied)
        return _described("sqlite", events, copied.stores.store.log_head(), last, with_keys)


def _postgres(source: Deployment, into: Path, with_keys: bool) -> BackupManifest:
    with postgres_copy.snapshot(source.settings.store) as connection:
        drop_removed(source.settings.vault_directory, into / VAULT)
        postgres_copy.dump(connection, into / TABLES)
        copy_vault(source.settings.vault_directory, into / VAULT)
        last = signed(connection.execute(LATEST).fetchone())
        log = postgres_copy.SnapshotLog(connection)
        check_snapshot(source.settings, log, into / VAULT, last)
        copy_keys(source, into / KEYS, last, with_keys)
        return _described("postgresql", log.count(), log.head(), last, with_keys)


def _described(engine: manifest.EngineName, events: int, position: int, last: LastCheckpoint | None, with_keys: bool) -> BackupManifest:
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
