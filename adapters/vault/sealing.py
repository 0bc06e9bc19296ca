"""Texts and files under a key per person (AES-256-GCM). Who is forgotten, their key is erased, and what it sealed is noise.

A sealed text is `v1.<member>.<base64url of nonce and ciphertext>`; a sealed file is `v1`, the length of the member's id in two
bytes, the id, nonce and ciphertext. Member and kind are bound to the ciphertext, so that nothing sealed for one passes for
another's. No key is remembered here: it is read each time, which costs what asking for its erasure would cost.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.concerned import was_read
from domain.events import Sealed

_NONCE = 12
_TEXT, _FILE = b"text", b"file"


class PersonKeys(Protocol):
    """Where the keys are."""

    def key(self, member_id: str) -> bytes | None:
        """The member's key of 32 bytes; None where there is none, or none any more."""
        ...

    def key_made(self, member_id: str) -> bytes:
        """The member's key, made where there is none."""
        ...


class SealBroken(ValueError):
    """What is no seal, was changed, or belongs to another member or kind."""


class KeyedSealer:
    """Fulfils `application.ports.Sealer`."""

    def __init__(self, keys: PersonKeys) -> None:
        self._keys = keys

    def seal(self, member_id: str, text: str) -> Sealed:
        body = urlsafe_b64encode(self._close(_TEXT, member_id, text.encode())).decode().rstrip("=")
        return Sealed(f"v1.{member_id}.{body}")

    def open(self, sealed: Sealed) -> str | None:
        """Raises SealBroken."""
        version, _, rest = sealed.partition(".")
        member_id, _, body = rest.rpartition(".")
        if version != "v1" or not member_id:
            raise SealBroken("not a sealed text")
        try:
            content = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        except ValueError:
            raise SealBroken("not a sealed text") from None
        was_read(member_id)
        opened = self._open(_TEXT, member_id, content)
        return None if opened is None else opened.decode()

    def seal_bytes(self, member_id: str, content: bytes) -> bytes:
        name = member_id.encode()
        return b"".join((b"v1", len(name).to_bytes(2), name, self._close(_FILE, member_id, content)))

    def open_bytes(self, content: bytes) -> bytes | None:
        """Raises SealBroken."""
        body = 4 + int.from_bytes(content[2:4])
        if content[:2] != b"v1" or len(content) < body + _NONCE:
            raise SealBroken("not a sealed file")
        try:
            member_id = content[4:body].decode()
        except UnicodeDecodeError:
            raise SealBroken("not a sealed file") from None
        return self._open(_FILE, member_id, content[body:])

    def blind(self, member_id: str, text: str) -> str:
        """64 hexadecimal digits; equal for equal texts of one member as long as the key is kept, and telling nothing of them."""
        own = hmac.digest(self._keys.key_made(member_id), b"blind", sha256)
        return hmac.digest(own, text.encode(), sha256).hex()

    def _close(self, kind: bytes, member_id: str, content: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._keys.key_made(member_id)).encrypt(nonce, content, kind + b"\0" + member_id.encode())

    def _open(self, kind: bytes, member_id: str, content: bytes) -> bytes | None:
        key = self._keys.key(member_id)
        if key is None:
            return None
        try:
            return AESGCM(key).decrypt(content[:_NONCE], content[_NONCE:], kind + b"\0" + member_id.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("the seal is broken") from None
