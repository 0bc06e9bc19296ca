"""What of the keys goes into a backup: all of them where that is asked for, else what reading and exporting need."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from adapters.backup.copying import copy_file
from adapters.evidence.atomic import written_atomically
from adapters.evidence.checkpoint import KeyLost, NoteError, checkpoint_from_text
from adapters.evidence.keyfile import HEAD_FILE, LAST_FILE, PUBLIC_FILE, leave_public
from adapters.wiring.deployment import Deployment
from adapters.wiring.law_documents import documents

LATEST: Final = "SELECT size, root, note FROM evidence_checkpoint ORDER BY size DESC LIMIT 1"
"""The last checkpoint of a copied tree, on both engines."""


class LastCheckpoint(NamedTuple):
    """The last checkpoint that is in a backup."""

    size: int
    root: bytes
    note: str


def signed(row: tuple[int, bytes, str] | None) -> LastCheckpoint | None:
    """What `LATEST` gave; None before the first checkpoint. Raises NoteError where the note does not say what the row says."""
    if row is None:
        return None
    said = checkpoint_from_text(row[2].partition("\n\n")[0] + "\n")
    if (said.size, said.root) != (row[0], bytes(row[1])):
        raise NoteError(f"the checkpoint of size {row[0]} says something else")
    return LastCheckpoint(row[0], bytes(row[1]), row[2])


def copy_keys(source: Deployment, into: Path, last: LastCheckpoint | None, *, with_keys: bool) -> None:
    """As the checkpoint that was signed last the one of the copy is noted: the key may have signed more since."""
    into.mkdir(mode=0o700)
    keys = source.settings.keys_directory
    for path in sorted(keys.iterdir()) if keys.is_dir() else ():
        if path.is_file() and path.name != LAST_FILE and (with_keys or path.name in (PUBLIC_FILE, HEAD_FILE)):
            copy_file(path, into / path.name)
    if last is None:
        return
    with written_atomically(into / LAST_FILE, 0o600) as file:
        file.write(last.note.encode())
    if not with_keys:
        with suppress(KeyLost):
            if source.evidence.signs:
                evidence = source.evidence
                leave_public(into, evidence.public_key, evidence.sealed_head(documents(source.stores.store, []), last.size))
