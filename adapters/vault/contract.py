"""What every vault keeps to, wherever its files are: named by digest, written once and whole, compared with their digest when read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

KINDS: Final = frozenset({"original", "scaled", "thumbnail", "layer", "features", "evidence", "sealed", "away"})
OWN_DIGEST: Final = frozenset({"original", "sealed"})
"""The kinds whose digest is that of the very bytes; elsewhere it is that of what they were made from."""

DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class VaultDamaged(ValueError):
    """The stored bytes are not those that the digest names."""


class VaultAway(Exception):
    """The place of the files cannot be asked just now, or does not let us in. The text is one line and holds no secret."""


class FileVault(Protocol):
    """Fulfils `application.ports.Vault`; any number of threads and processes may use one place at once."""

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """Store, durably before this returns. What lies there already stays, unless its digest shows that it was damaged.

        Raises ValueError for a kind or digest that is none, VaultDamaged where the bytes are not what the digest says.
        """
        ...

    def get(self, kind: str, digest: str, *, within: float | None = None) -> bytes:
        """Raises KeyError where there is none, VaultDamaged where an original or a sealed file is not what its digest says.

        `within` is how many seconds whoever can do without it waits where the files are elsewhere; then VaultAway.
        """
        ...

    def stored(self, kind: str, digest: str) -> bytes:
        """The bytes as they lie there, whatever they are. Raises KeyError."""
        ...

    def copy_in(self, kind: str, digest: str, content: bytes) -> None:
        """Store what another vault had, whatever it is: whoever copies checks the copy."""
        ...

    def has(self, kind: str, digest: str) -> bool:
        """Whether it is there."""
        ...

    def sound(self, kind: str, digest: str) -> bool:
        """Whether the stored bytes are what their digest says, of a kind whose digest is its own. Raises KeyError where there is none."""
        ...

    def remove(self, kind: str, digest: str) -> None:
        """Take a file away that no event names any more; gone already is fine."""
        ...

    def digests(self, kind: str) -> Iterator[str]:
        """All digests of a kind, in order."""
        ...

    def leftovers(self) -> Iterator[Path]:
        """Temporary files of writers that were stopped."""
        ...

    def close(self) -> None:
        """Close every connection; whoever uses it again connects anew."""
        ...


def name_of(kind: str, digest: str) -> str:
    """`<kind>/<first two digits>/<digest>`. Raises ValueError for a kind or digest that is none."""
    if not DIGEST.fullmatch(digest):
        raise ValueError("a digest is 64 hexadecimal digits")
    return f"{known(kind)}/{digest[:2]}/{digest}"


def known(kind: str) -> str:
    """The kind. Raises ValueError for one that no vault keeps."""
    if kind not in KINDS:
        raise ValueError(f"the vault keeps no {kind!r}")
    return kind


def agree(kind: str, digest: str, content: bytes) -> bytes:
    """The content. Raises VaultDamaged where it is not what its digest says."""
    if kind in OWN_DIGEST and hashlib.sha256(content).hexdigest() != digest:
        raise VaultDamaged(f"{kind}/{digest}")
    return content
