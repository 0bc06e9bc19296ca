"""The last checkpoint that the key signed, kept beside the key.

Whoever can write the database, but not the key's directory, can empty the tree, change an event and let the tree grow again:
without a memory of its own the key would then sign another history of the same length. With this file it refuses to.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adapters.evidence.atomic import written_atomically
from adapters.evidence.checkpoint import MOST_NOTE_CHARACTERS, Checkpoint, NoteError, PublicKey, opened_checkpoint
from adapters.evidence.keyfile import KEY_FILE, LAST_FILE, sync_directory
from adapters.evidence.reading import Tampered

PATIENCE: Final = 10.0
"""Seconds to wait for one's turn to sign; signing takes milliseconds, so whoever holds it that long has stopped."""
_LOOK: Final = 0.005


class TurnTaken(TimeoutError):
    """Another process has held the right to sign for too long."""


class LastSigned:
    """The file; any number of threads and processes may share it, and sign in turn."""

    def __init__(self, directory: Path, key: PublicKey) -> None:
        self._path = directory / LAST_FILE
        self._key = key

    @contextmanager
    def turn(self, patience: float = PATIENCE) -> Iterator[None]:
        """Hold the right to sign: one at a time, in all processes that share the key's file. Raises TurnTaken after `patience` seconds."""
        key = self._path.with_name(KEY_FILE)
        descriptor, until = os.open(key, os.O_RDONLY), time.monotonic() + patience
        try:
            while not _taken(descriptor):
                if time.monotonic() >= until:
                    raise TurnTaken(errno.ETIMEDOUT, "another process holds the right to sign", str(key))
                time.sleep(_LOOK)
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # said, not left to closing: a process forked meanwhile has the file open too
            os.close(descriptor)

    @property
    def directory(self) -> Path:
        """Where it is kept, beside the key."""
        return self._path.parent

    def read(self) -> Checkpoint | None:
        """What was signed last; None before the first time. Raises Tampered where the file is not the key's."""
        try:
            with self._path.open("rb") as file:
                content = file.read(MOST_NOTE_CHARACTERS)
        except FileNotFoundError:
            return None
        try:
            return opened_checkpoint(content.decode(), self._key)
        except (NoteError, UnicodeDecodeError) as error:
            raise Tampered(f"{self._path} is not the last checkpoint of the key beside it: {error}") from None

    def keep(self, note: str) -> None:
        """Keep a note, on the disk before this returns. Raises OSError."""
        with written_atomically(self._path, 0o600) as file:
            file.write(note.encode())
        sync_directory(self._path.parent)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
