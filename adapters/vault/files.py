"""Pictures and evidence in files named by digest: `<root>/<kind>/<first two digits>/<digest>`.

A file is whole and on the disk before `put` returns, and before any event names it; what a crash leaves behind is a
temporary file, which `leftovers` tells, or a file that no event names.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from adapters.system.outages import need_room
from adapters.vault.contract import DIGEST, OWN_DIGEST, agree, known, name_of

_UNFINISHED = ".unfinished-"


class DirectoryVault:
    """Fulfils `FileVault`; any number of threads and processes may share the directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """What lies there already stays, unless its digest shows that it was damaged, or put there by somebody else."""
        path = self._path(kind, digest)
        if not self._stays(kind, digest):
            _write(path, agree(kind, digest, content))

    def copy_in(self, kind: str, digest: str, content: bytes) -> None:
        _write(self._path(kind, digest), content)

    def get(self, kind: str, digest: str, *, within: float | None = None) -> bytes:
        return agree(kind, digest, self.stored(kind, digest))

    def stored(self, kind: str, digest: str) -> bytes:
        try:
            return self._path(kind, digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(f"{kind}/{digest}") from None

    def has(self, kind: str, digest: str) -> bool:
        return self._path(kind, digest).exists()

    def sound(self, kind: str, digest: str) -> bool:
        """Reads the file block by block."""
        try:
            with self._path(kind, digest).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except FileNotFoundError:
            raise KeyError(f"{kind}/{digest}") from None

    def remove(self, kind: str, digest: str) -> None:
        self._path(kind, digest).unlink(missing_ok=True)

    def digests(self, kind: str) -> Iterator[str]:
        for directory in _sorted(self.root / known(kind)):
            for path in _sorted(directory):
                if DIGEST.fullmatch(path.name):
                    yield path.name

    def leftovers(self) -> Iterator[Path]:
        return self.root.glob(f"*/*/{_UNFINISHED}*")

    def close(self) -> None:
        """Nothing stays open between two uses."""

    def _stays(self, kind: str, digest: str) -> bool:
        if kind not in OWN_DIGEST or not self.has(kind, digest):
            return self.has(kind, digest)
        with contextlib.suppress(KeyError):  # taken away in between
            return self.sound(kind, digest)
        return False

    def _path(self, kind: str, digest: str) -> Path:
        return self.root / name_of(kind, digest)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, for its owner alone, on the disk before this returns."""
    _make_directories(path.parent)
    need_room(path.parent, len(content))
    unfinished = path.parent / f"{_UNFINISHED}{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sorted(directory: Path) -> list[Path]:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return sorted(directory.iterdir())
    return []


def _make_directories(directory: Path) -> None:
    """Make what is missing, each name on the disk in its parent."""
    if directory.is_dir():
        return
    _make_directories(directory.parent)
    directory.mkdir(exist_ok=True, mode=0o700)
    _sync(directory.parent)


def _sync(directory: Path) -> None:
    """Put a directory's names on the disk, where the system can open a directory."""
    with contextlib.suppress(PermissionError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
