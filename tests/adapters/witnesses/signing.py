"""A witness's pen, for tests: it signs whatever it is given, which a witness does not."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from adapters.evidence.checkpoint import checkpoint_from_text, parted, to_base64
from adapters.evidence.cosignature import TIMED_ED25519, TIMED_ML_DSA, WitnessKey, message


class Pen:
    """The private key of a witness, of either kind."""

    def __init__(self, name: str, kind: bytes = TIMED_ED25519) -> None:
        self._private = Ed25519PrivateKey.generate() if kind == TIMED_ED25519 else MLDSA44PrivateKey.generate()
        self.key = WitnessKey(name, kind, self._private.public_key().public_bytes_raw())

    def line(self, note: str, at: int) -> str:
        """The cosignature of a checkpoint's note at an instant."""
        signed = self._private.sign(message(self.key, checkpoint_from_text(parted(note)[0]), at))
        return f"— {self.key.name} {to_base64(self.key.key_id + at.to_bytes(8, 'big') + signed)}"


BOTH_KINDS = (TIMED_ED25519, TIMED_ML_DSA)
