"""The signing key's file: made on first use, readable by its owner alone, and by exactly one of many first users."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.evidence.atomic import written_atomically
from adapters.evidence.checkpoint import (
    ED25519,
    AbsentSigner,
    AnySigner,
    KeyLost,
    NoteError,
    PublicKey,
    Signer,
    checked_name,
    from_base64,
    public_key_from_text,
    to_base64,
)
from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.lines import Head, decode_head, encoded

KEY_FILE = "evidence.key"
PUBLIC_FILE = "evidence.pub"
"""The public half, where the key itself was left out: in a backup without keys."""
HEAD_FILE = "evidence.head"
"""Beside the public half: the sealed head of an export up to the last checkpoint."""
LAST_FILE = "evidence.checkpoint"
"""Beside the key: the last checkpoint that it signed."""
PREFIX = "PRIVATE+KEY+"
MOST_BYTES = 4096


def signer_in(directory: Path, name: str | None = None, *, signed: bool = False) -> AnySigner:
    """The signer whose key is in the directory; the first call makes it, with `name` or one derived from the key as origin.

    `signed` tells that checkpoints of the log are known. Where only the public half is there, what was signed can be read. Raises
    NoteError when the file is there and is not a key; KeyLost when it is not there, and something was signed already.
    """
    there = known_signer(directory)
    if there is not None:
        return there
    path = directory / KEY_FILE
    if signed or (directory / LAST_FILE).exists():
        raise KeyLost(f"{path} is gone, and the history was signed with it; put it back, no other key can go on with that history")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    _put_if_absent(path, _private_text(_new_signer(name)))
    return _read(path)


def known_signer(directory: Path) -> AnySigner | None:
    """The signer whose key, or public half, is in the directory; None where neither is. Raises NoteError."""
    if (directory / KEY_FILE).exists():
        return _read(directory / KEY_FILE)
    public = directory / PUBLIC_FILE
    return AbsentSigner(public_key_from_text(public.read_text())) if public.exists() else None


def leave_public(directory: Path, public: PublicKey, head: Head) -> None:
    """Put into a directory without the key what reading and exporting need: the public half, and the head of an export of today."""
    with written_atomically(directory / PUBLIC_FILE, 0o600) as file:
        file.write(f"{public.text}\n".encode())
    with written_atomically(directory / HEAD_FILE, 0o600) as file:
        file.write(encoded(head))


def kept_head(directory: Path) -> Head:
    """The head that was sealed when the key was left out. Raises KeyLost where there is none."""
    try:
        return decode_head((directory / HEAD_FILE).read_bytes())
    except (OSError, *UNREADABLE):
        raise KeyLost("the signing key is not here, nor a sealed head of an export: nothing can be exported") from None


def _new_signer(name: str | None) -> tuple[str, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.generate()
    fingerprint = sha256(private.public_key().public_bytes_raw()).hexdigest()[:16]
    return checked_name(name or f"original-protection/{fingerprint}"), private


def _private_text(signer: tuple[str, Ed25519PrivateKey]) -> str:
    name, private = signer
    key = PublicKey(name, private.public_key().public_bytes_raw())
    return f"{PREFIX}{name}+{key.key_id.hex()}+{to_base64(ED25519 + private.private_bytes_raw())}\n"


def _put_if_absent(path: Path, text: str) -> None:
    """Write a whole file under a name of its own, then link it: who links first wins, and nobody ever reads half a key."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Put the directory's names on the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> Signer:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES)
    try:
        prefix, text = content.decode("utf-8").rstrip("\n").split(PREFIX, 1)
        name, key_id, encoded = text.split("+", 2)
        raw = from_base64(encoded)
        if prefix or len(raw) != 33 or raw[:1] != ED25519:
            raise NoteError("not an Ed25519 key")
        signer = Signer(name, Ed25519PrivateKey.from_private_bytes(raw[1:]))
    except (ValueError, NoteError) as error:
        raise NoteError(f"{path} is not a signing key: {error}") from None
    if signer.public.key_id.hex() != key_id:
        raise NoteError(f"{path} is not a signing key: its id does not belong to it")
    return signer
