"""Answers that are kept under an idempotency key, sealed so that only who sends the key again can have them opened.

The key itself is not kept: a row is found by a digest of it. Both are made with a secret that lies with the identities, so that
neither the log's file alone nor a key that can be guessed opens an answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.command import IdempotencyKey

SECRET: Final = "kept answers"
"""The name under which the secret lies among the keys of members; no member's id has a blank."""
LAST: Final = 256
"""Keys of which name and seal are remembered: a command asks for them when it begins and when it is saved."""
_NONCE: Final = 12


class AnswerSeals:
    """`secret` gives the deployment's secret, made where there is none."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._make = secret
        self._made_of = lru_cache(LAST)(self._halves)

    @cached_property
    def _secret(self) -> bytes:
        return self._make()

    def name(self, key: IdempotencyKey) -> str:
        """What stands for the key in the table: 64 hexadecimal digits."""
        return self._made_of(key.scope, key.key)[0]

    def seal(self, key: IdempotencyKey, body: bytes) -> bytes:
        """The body, sealed under the key."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._made_of(key.scope, key.key)[1]).encrypt(nonce, body, key.fingerprint.encode())

    def open(self, key: IdempotencyKey, fingerprint: str, sealed: bytes) -> bytes:
        """The body. Raises cryptography's InvalidTag where it was not sealed under this key, or was changed."""
        return AESGCM(self._made_of(key.scope, key.key)[1]).decrypt(sealed[:_NONCE], sealed[_NONCE:], fingerprint.encode())

    def _halves(self, scope: str, key: str) -> tuple[str, bytes]:
        """The name and the key of the seal: halves of one digest, of which neither tells anything of the other."""
        digest = blake2b(b"\0".join((scope.encode(), key.encode())), key=self._secret).digest()  # a quarter of an HMAC's price
        return digest[:32].hex(), digest[32:]
