"""Pictures and evidence in files named by digest: `<root>/<kind>/<first two digits>/<digest>`.

A file is whole and on the disk before `put` returns, and before any event names it; what a crash leaves behind is a
temporary file or a file that no event names, both of which `orphans` and `leftovers` tell.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

KINDS = frozenset({"original", "scaled", "thumbnail", "layer", "features", "evidence", "sealed", "away"})
OWN_DIGEST = frozenset({"original", "sealed"})
"""The kinds whose digest is that of the very bytes; elsewhere it is that of what they were made from."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".unfinished-"


class VaultDamaged(ValueError):
    """The stored bytes are not those that the digest names."""


class DirectoryVault:
    """Fulfils `application.ports.Vault`; any number of threads and processes may share the directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """Raises ValueError for a kind or digest that is none, VaultDamaged where the bytes are not what the digest says.

        What lies there already stays, unless its digest shows that it was damaged, or put there by somebody else.
        """
        path = self._path(kind, digest)
        if self._stays(kind, digest):
            return
        _agree(kind, digest, content)
        _make_directories(path.parent)
        unfinished = path.parent / f"{_UNFINISHED}{secrets.token_hex(8)}"
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def get(self, kind: str, digest: str) -> bytes:
        """Raises KeyError where there is none, VaultDamaged where an original or a sealed file is not what its digest says."""
        try:
            content = self._path(kind, digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(f"{kind}/{digest}") from None
        _agree(kind, digest, content)
        return content

    def has(self, kind: str, digest: str) -> bool:
        """Whether it is there."""
        return self._path(kind, digest).exists()

    def sound(self, kind: str, digest: str) -> bool:
        """Whether the stored bytes are what their digest says, of a kind whose digest is its own; reads them block by block.

        Raises KeyError where there is none.
        """
        try:
            with self._path(kind, digest).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except FileNotFoundError:
            raise KeyError(f"{kind}/{digest}") from None

    def remove(self, kind: str, digest: str) -> None:
        """Take a file away that no event names any more; gone already is fine."""
        self._path(kind, digest).unlink(missing_ok=True)

    def digests(self, kind: str) -> Iterator[str]:
        """All digests of a kind, in order."""
        for directory in _sorted(self._kind(kind)):
            for path in _sorted(directory):
                if _DIGEST.fullmatch(path.name):
                    yield path.name

    def orphans(self, kind: str, named: Collection[str]) -> Iterator[str]:
        """The digests of a kind that nothing names: stored before a crash, or for an act that was refused."""
        return (digest for digest in self.digests(kind) if digest not in named)

    def leftovers(self) -> Iterator[Path]:
        """Temporary files of writers that were stopped."""
        return self.root.glob(f"*/*/{_UNFINISHED}*")

    def _stays(self, kind: str, digest: str) -> bool:
        if kind not in OWN_DIGEST or not self.has(kind, digest):
            return self.has(kind, digest)
        with contextlib.suppress(KeyError):  # taken away in between
            return self.sound(kind, digest)
        return False

    def _kind(self, kind: str) -> Path:
        if kind not in KINDS:
            raise ValueError(f"the vault keeps no {kind!r}")
        return self.root / kind

    def _path(self, kind: str, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("a digest is 64 hexadecimal digits")
        return self._kind(kind) / digest[:2] / digest


def _agree(kind: str, digest: str, content: bytes) -> None:
    if kind in OWN_DIGEST and hashlib.sha256(content).hexdigest() != digest:
        raise VaultDamaged(f"{kind}/{digest}")


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
