"""What a backup says of itself: `backup.json`, written when all else is there and was checked."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from adapters.evidence.atomic import written_atomically
from adapters.evidence.keyfile import sync_directory

MANIFEST: Final = "backup.json"
FORMAT: Final = "original-protection backup"
TABLES: Final = "tables"
"""Folder of the tables of a PostgreSQL store."""
VAULT: Final = "vault"
KEYS: Final = "keys"


EngineName: TypeAlias = Literal["sqlite", "postgresql"]


class BackupError(Exception):
    """A backup that cannot be made, or is none, or cannot be put back. The text is one line."""


class Damaged(BackupError):
    """A backup, or what came out of one, that is not what it should be."""


class BackupManifest(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`events` and `position` are those of the log at the cut, `size` and `root` the checkpoint's that was signed last, if there is one.

    `files` are the digests (SHA-256) of pictures, keys and dumped tables; SQLite databases change when they are opened, and are
    checked by what is in them. `pictures` is the object store on which they were left; empty where they are in the backup.
    """

    format: str
    version: int
    engine: EngineName
    release: str
    changes: int
    made_at: str
    events: int
    position: int
    size: int
    root: str
    with_keys: bool
    files: dict[str, str]
    pictures: str = ""


def keep(directory: Path, manifest: BackupManifest) -> None:
    """Write it, on the disk before this returns."""
    with written_atomically(directory / MANIFEST, 0o600) as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    sync_directory(directory)


def read(directory: Path) -> BackupManifest:
    """The manifest of a backup. Raises BackupError."""
    try:
        manifest = msgspec.json.decode((directory / MANIFEST).read_bytes(), type=BackupManifest)
    except OSError:
        raise BackupError(f"{directory} is no backup, or one that was never finished: there is no {MANIFEST} in it") from None
    except msgspec.MsgspecError as why:
        raise BackupError(f"{directory / MANIFEST} cannot be read: {why}") from None
    if (manifest.format, manifest.version) != (FORMAT, 1):
        raise BackupError(f"{directory} was made by another release: {manifest.format} {manifest.version}")
    return manifest


def digests(directory: Path, *folders: str) -> dict[str, str]:
    """The digest of each file in these folders of a directory, by its path in it."""
    return {str(path.relative_to(directory)): digest_of(path) for folder in folders for path in files_in(directory / folder)}


def files_in(folder: Path) -> Iterator[Path]:
    """All files of a folder, in order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def digest_of(path: Path) -> str:
    """SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def check_files(directory: Path, manifest: BackupManifest) -> None:
    """Raise Damaged unless each file is there and has its digest."""
    for name, digest in manifest.files.items():
        path = directory / name
        if not path.is_file():
            raise Damaged(f"{path} is missing")
        if digest_of(path) != digest:
            raise Damaged(f"{path} is not the file that was backed up: its digest differs")
