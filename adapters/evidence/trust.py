"""What the one who verifies brings along."""

from __future__ import annotations

from msgspec import Struct

from adapters.evidence.checkpoint import Checkpoint, NoteError, PublicKey, opened_checkpoint, public_key_from_text
from adapters.evidence.reading import Tampered


class Trust(Struct, frozen=True):
    """The key that is known to be the log's, and the note of a checkpoint that was given out earlier; both optional."""

    key: PublicKey | None = None
    checkpoint: str | None = None

    def key_of(self, text: str) -> PublicKey:
        """The key that a file names, if it is the trusted one. Raises Tampered."""
        try:
            key = public_key_from_text(text)
        except NoteError as error:
            raise Tampered(f"the public key: {error}") from None
        if text != key.text:
            raise Tampered("the public key is not in its one form")
        if self.key is not None and self.key != key:
            raise Tampered(f"signed by the key {key.text}, not by the trusted key {self.key.text}")
        return key

    def earlier(self, key: PublicKey) -> Checkpoint | None:
        """The given checkpoint, if the log's key signed it. Raises Tampered."""
        try:
            return opened_checkpoint(self.checkpoint, key) if self.checkpoint is not None else None
        except NoteError as error:
            raise Tampered(f"the given checkpoint: {error}") from None
