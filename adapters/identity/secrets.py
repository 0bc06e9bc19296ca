"""Secrets made once in a directory of the store: mode 0600, whole or not there, the same for processes that start together."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def made_once(directory: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """The content of `directory/name`, made by `make` when it is not there yet. A second process gets the first one's."""
    path = directory / name
    if (found := _read(path)) is not None:
        return found
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = directory / f".{name}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails where another was quicker: a name appears once and with its whole content
        except FileExistsError:
            pass
        else:
            _sync(directory)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_bytes()


def local_secret(directory: Path, name: str) -> bytes:
    """32 random bytes of the deployment's own, such as the key of its cursors."""
    return made_once(directory, name, lambda: secrets.token_bytes(32))


def kept_secret(directory: Path, name: str) -> bytes | None:
    """The same where it was made before; None where it was not: who only reads makes none."""
    return _read(directory / name)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
