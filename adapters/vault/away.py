"""Originals of who was forgotten, sealed away: what they show, and who wrote what into them, is in no file that can be read (rule H6).

They were evidence and may be asked for by a court: a key of the deployment's own, `originals-away` among its keys, opens them again.
Whoever destroys that key has erased them.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.vault.contract import FileVault
from adapters.vault.sealing import SealBroken

KEY_NAME: Final = "originals-away"
KIND: Final = "away"
_NONCE: Final = 12


def seal_away(vault: FileVault, key: bytes, digest: str) -> bool:
    """Seal an original, then take the plain one away; False where there is none. The sealed one is on the disk before."""
    try:
        content = vault.get("original", digest)
    except KeyError:
        return False
    nonce = secrets.token_bytes(_NONCE)
    vault.put(KIND, digest, nonce + AESGCM(key).encrypt(nonce, content, digest.encode()))
    vault.remove("original", digest)
    return True


def taken_out(vault: FileVault, key: bytes, digest: str) -> bytes:
    """An original that was sealed away. Raises KeyError for none, SealBroken for another key or changed bytes."""
    sealed = vault.get(KIND, digest)
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], digest.encode())
    except InvalidTag:
        raise SealBroken("the seal of an original is broken") from None
