"""A `.tlog-proof`: one event, its place, and the checkpoint that it leads to, as one text (C2SP tlog-proof).

Other programs of transparency logs read it. The text names no key: whoever verifies it has to know the log's. Its `extra` holds the
stored bytes of the event, from which the leaf is computed; they may be withheld and given apart.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from adapters.evidence.checkpoint import Checkpoint, NoteError, PublicKey, from_base64, opened_checkpoint, to_base64
from adapters.evidence.envelope import event_id_of
from adapters.evidence.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.receipt import Receipt

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
MOST_BYTES: Final = 48 * 1024 * 1024
MOST_PROOF_HASHES: Final = 63


class TlogProof(Struct, frozen=True):
    """What such a text says; `extra` is None where it has none."""

    index: int
    path: list[bytes]
    checkpoint: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """The text as it is handed out."""
        extra = [] if self.extra is None else [f"extra {to_base64(self.extra)}"]
        return "\n".join([FIRST_LINE, *extra, f"index {self.index}", *map(to_base64, self.path), "", self.checkpoint])


class VerifiedProof(Struct, frozen=True):
    """A sound one: the event's number, its bytes, the checkpoint and its note."""

    index: int
    state: bytes
    checkpoint: Checkpoint
    note: str


def proof_of(receipt: Receipt) -> TlogProof:
    """The same proof as a receipt's; an event that the receipt withholds is withheld. Raises NoteError."""
    extra = None if receipt.event is None else from_base64(receipt.event)
    return TlogProof(receipt.index, [from_base64(node) for node in receipt.proof], receipt.checkpoint, extra)


def looks_like_proof(content: bytes) -> bool:
    """Whether a file says that it is one."""
    return content.startswith(b"c2sp.org/tlog-proof@")


def proof_from_text(text: str) -> TlogProof:
    """Read the text. Raises NoteError."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != FIRST_LINE:
        raise NoteError(f"not a {FIRST_LINE}")
    extra = from_base64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
    digits = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18 and (digits == "0" or digits[0] != "0")):
        raise NoteError("the proof names no index")
    path = [from_base64(line) for line in lines]
    if len(path) > MOST_PROOF_HASHES or any(len(node) != HASH_BYTES for node in path):
        raise NoteError("the proof is not of hashes of 32 bytes, 63 at most")
    return TlogProof(int(digits), path, checkpoint, extra)


def verify_proof(content: bytes, keys: list[PublicKey], event: bytes | None = None) -> VerifiedProof:
    """Verify a proof against the keys of logs that are trusted; `event` is its bytes where the proof withholds them.

    Raises Tampered, and NotAnExport where no key, or nothing to hash, was given.
    """
    if not keys:
        raise NotAnExport("a .tlog-proof names no key: give the log's (--key), or a policy that names it (--policy)")
    try:
        proof = proof_from_text(content.decode())
    except (NoteError, UnicodeDecodeError) as error:
        raise Tampered(f"the proof cannot be read: {error}") from None
    state = proof.extra if event is None else event
    if state is None:
        raise NotAnExport("the proof holds no event: give its bytes (--event)")
    checkpoint = _opened(proof.checkpoint, keys)
    if not verify_inclusion(leaf_hash(state), proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise Tampered("the proof does not lead from this event to the signed checkpoint", proof.index, event_id_of(state))
    return VerifiedProof(proof.index, state, checkpoint, proof.checkpoint)


def _opened(note: str, keys: list[PublicKey]) -> Checkpoint:
    origin = note.partition("\n")[0]
    own = [key for key in keys if key.name == origin]
    if not own:
        known = ", ".join(key.name for key in keys)
        raise Tampered(f"the checkpoint is of the log {origin}, not of one that is trusted: {known}")
    try:
        return opened_checkpoint(note, own[0])
    except NoteError as error:
        raise Tampered(f"the proof's checkpoint: {error}") from None
