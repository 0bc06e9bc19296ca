"""Files of the vault, copied: each is named by its digest and never changes, so that a second round only adds what came since."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from adapters.vault.contract import KINDS, FileVault

AT_ONCE: Final = 4
"""Files that are copied side by side: an object store answers one request no faster, but many."""
_IN_HAND: Final = 1024
"""Files that are handed to those at most: a vault may have a hundred million."""


def copy_vault(source: FileVault, target: FileVault) -> int:
    """Copy what is not there yet, each file whole or not at all; how many files that were.

    One that is taken away meanwhile is passed over.
    """
    copied = 0
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for kind in sorted(KINDS):
            there = set(target.digests(kind))
            missing = (digest for digest in source.digests(kind) if digest not in there)
            while some := list(islice(missing, _IN_HAND)):
                copied += sum(threads.map(partial(_copy, source, target, kind), some))
    return copied


def drop_removed(source: FileVault, target: FileVault) -> None:
    """Take away what was taken away from the source before the cut: what nobody may have any more is in no backup."""
    for kind in sorted(KINDS):
        there = set(source.digests(kind))
        for digest in target.digests(kind):
            if digest not in there:
                target.remove(kind, digest)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file for its owner alone, on the disk before this returns."""
    with source.open("rb") as read, made_private(target) as written:
        shutil.copyfileobj(read, written, 1 << 20)


@contextmanager
def made_private(path: Path) -> Iterator[BinaryIO]:
    """A new file that its owner alone can read, on the disk when the block ends. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _copy(source: FileVault, target: FileVault, kind: str, digest: str) -> int:
    try:
        target.copy_in(kind, digest, source.stored(kind, digest))
    except KeyError:
        return 0
    return 1
