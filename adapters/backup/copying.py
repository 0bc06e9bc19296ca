"""Files of the vault, copied: each is named by its digest and never changes, so that a second round only adds what came since."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from adapters.vault.files import KINDS


def copy_vault(source: Path, target: Path) -> int:
    """Copy what is not there yet, each file whole or not at all; how many files that were.

    One that is taken away meanwhile is passed over.
    """
    copied = 0
    for kind in sorted(KINDS):
        for folder in sorted(path for path in (source / kind).glob("*") if path.is_dir()):
            into = target / kind / folder.name
            for path in sorted(folder.glob("[0-9a-f]*")):
                if not (into / path.name).exists():
                    into.mkdir(parents=True, exist_ok=True)
                    copied += _copy(path, into / path.name)
    return copied


def drop_removed(source: Path, target: Path) -> None:
    """Take away what was taken away from the source before the cut: what nobody may have any more is in no backup."""
    for kind in sorted(KINDS):
        for path in (target / kind).glob("*/*"):
            if not (source / kind / path.parent.name / path.name).exists():
                path.unlink()


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


def _copy(source: Path, target: Path) -> int:
    draft = target.with_name(f".unfinished-{target.name}")
    try:
        copy_file(source, draft)
    except FileNotFoundError:
        draft.unlink(missing_ok=True)
        return 0
    draft.replace(target)
    return 1
