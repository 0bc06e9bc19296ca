"""Where a simulation's chance comes from: one seeded generator, so that a seed stands for a whole history."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from random import Random

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.vault.sealing import KeyedSealer, PersonKeys
from domain.events import Sealed


class SeededIds:
    """Fulfils `application.ports.IdGenerator`: as opaque as random ids, and the same for the same seed."""

    def __init__(self, chance: Random) -> None:
        self._bits = chance.getrandbits

    def new(self) -> str:
        return f"{self._bits(128):032x}"


class SeededKeys:
    """Keys of invented persons, made from the seed; they protect nobody."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def key(self, member_id: str) -> bytes | None:
        return self.key_made(member_id)

    def key_made(self, member_id: str) -> bytes:
        return sha256(f"simulated/{self._seed}/{member_id}".encode()).digest()


class SeededSealer(KeyedSealer):
    """Seals as ever, but with a nonce made from the text, so that a text of a member is always sealed to the same bytes.

    Whoever reads the log of a simulation can therefore see that a member said the same twice, which is no secret here.
    """

    def __init__(self, keys: PersonKeys) -> None:
        super().__init__(keys)
        self._seals = keys
        self._sealed: dict[tuple[str, str], Sealed] = {}

    def seal(self, member_id: str, text: str) -> Sealed:
        known = self._sealed.get((member_id, text))
        if known is None:
            key = self._seals.key_made(member_id)
            nonce = sha256(key + text.encode()).digest()[:12]
            body = nonce + AESGCM(key).encrypt(nonce, text.encode(), b"text\0" + member_id.encode())
            known = Sealed(f"v1.{member_id}.{urlsafe_b64encode(body).decode().rstrip('=')}")
            self._sealed[member_id, text] = known
        return known
