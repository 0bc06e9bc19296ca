"""What a witness signs: that a checkpoint continues all that it saw of this log, at an instant of its own clock (C2SP tlog-cosignature).

A cosignature is one more signature line of the checkpoint's note. Of the two kinds, Ed25519 signs the instant and the checkpoint's
text; ML-DSA-44, which a quantum computer does not break, signs them as a structure that names the witness too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from adapters.evidence.checkpoint import (
    Checkpoint,
    NoteError,
    checkpoint_from_text,
    key_id_of,
    parted,
    signature_in,
    to_base64,
    verifier_key,
)

TIMED_ED25519: Final = b"\x04"
TIMED_ML_DSA: Final = b"\x06"
KEY_BYTES: Final = {TIMED_ED25519: 32, TIMED_ML_DSA: 1312}
SIGNATURE_BYTES: Final = {TIMED_ED25519: 64, TIMED_ML_DSA: 2420}
MOST_SECONDS: Final = 2**63 - 1
_LABEL: Final = b"subtree/v1\n\0"


class WitnessKey(Struct, frozen=True):
    """Who cosigns: a name, the byte of the signature's kind, and the key's bytes."""

    name: str
    kind: bytes
    raw: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return key_id_of(self.name, self.kind + self.raw)

    @property
    def text(self) -> str:
        """The one-line form: name+id+base64."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self.kind + self.raw)}"


class Cosignature(Struct, frozen=True):
    """That a witness saw a checkpoint: its line in the note, and when by its clock, in seconds since 1970."""

    witness: WitnessKey
    at: int
    line: str


def witness_key_from_text(text: str) -> WitnessKey:
    """Read the one-line key of a witness. Raises NoteError."""
    name, raw = verifier_key(text)
    if KEY_BYTES.get(raw[:1]) != len(raw) - 1:
        raise NoteError("not the key of a witness (kind 4, Ed25519, or kind 6, ML-DSA-44)")
    return WitnessKey(name, raw[:1], raw[1:])


def cosignatures(note: str, witnesses: Iterable[WitnessKey]) -> list[Cosignature]:
    """What these witnesses signed of a checkpoint's note; signatures of others are passed over, as the specification asks.

    Raises NoteError where a line bears the name and id of one of them and is not its signature over this checkpoint.
    """
    text, lines = parted(note)
    checkpoint = checkpoint_from_text(text)
    known = {(witness.name, witness.key_id): witness for witness in witnesses}
    found: dict[WitnessKey, Cosignature] = {}
    for line in lines:
        name, raw = signature_in(line)
        witness = known.get((name, raw[:4]))
        if witness is not None:
            one = Cosignature(witness, _checked(witness, checkpoint, raw[4:]), line)
            found[witness] = max(one, found.get(witness, one), key=lambda each: each.at)
    return list(found.values())


def with_cosignatures(note: str, lines: Iterable[str]) -> str:
    """The note with these lines after those that it has; none stands twice."""
    text, own = parted(note)
    return "\n".join([text, *dict.fromkeys([*own, *lines]), ""])


def message(witness: WitnessKey, checkpoint: Checkpoint, at: int) -> bytes:
    """What the witness signs."""
    if witness.kind == TIMED_ED25519:
        return f"cosignature/v1\ntime {at}\n{checkpoint.text}".encode()
    name, origin = witness.name.encode(), checkpoint.origin.encode()
    if len(name) > 255 or len(origin) > 255:
        raise NoteError("a name is too long for a cosignature of this kind")
    prefixed = (struct.pack("B", len(one)) + one for one in (name, origin))
    return b"".join(
        (_LABEL, next(prefixed), struct.pack(">Q", at), next(prefixed), struct.pack(">QQ", 0, checkpoint.size), checkpoint.root)
    )


def _checked(witness: WitnessKey, checkpoint: Checkpoint, signed: bytes) -> int:
    """The instant that was signed. Raises NoteError."""
    at, signature = int.from_bytes(signed[:8], "big"), signed[8:]
    broken = NoteError(f"the cosignature of {witness.name} is broken: it is not over this checkpoint")
    if len(signature) != SIGNATURE_BYTES[witness.kind] or not 0 < at <= MOST_SECONDS:
        raise broken
    try:
        _verify(witness, signature, message(witness, checkpoint, at))
    except InvalidSignature:
        raise broken from None
    return at


def _verify(witness: WitnessKey, signature: bytes, signed: bytes) -> None:
    if witness.kind == TIMED_ED25519:
        Ed25519PublicKey.from_public_bytes(witness.raw).verify(signature, signed)
        return
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

        MLDSA44PublicKey.from_public_bytes(witness.raw).verify(signature, signed)
    except (ImportError, UnsupportedAlgorithm):
        raise NoteError(f"the ML-DSA-44 cosignature of {witness.name} cannot be checked here: `cryptography` has no ML-DSA") from None
