"""What whoever looks at a filed picture is warned of, by what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from adapters.pictures.kept import Kept
from adapters.vault.contract import FileVault, VaultAway

WITHIN: Final = 1.0
"""Seconds that a page waits for what it can do without."""
_OPAQUE: Final = frozenset({"JPEG"})
"""The formats of which nothing can be clear: no layer is kept."""
_MOST: Final = 4096


class KeptWarnings:
    """Remembers what it found by a picture's digest, and that there was nothing; never that the pictures are away. Thread-safe."""

    def __init__(self, vault: FileVault) -> None:
        self._vault, self._known = vault, Kept[tuple[str, ...]](_MOST)

    def of(self, digest: str, format: str) -> Sequence[str]:
        """The codes of a picture of this format, as its filing records it; none while the pictures are away."""
        if format in _OPAQUE:
            return ()
        with suppress(VaultAway):
            return self._known.get(digest, lambda: self._looked(digest))
        return ()

    def _looked(self, digest: str) -> tuple[str, ...]:
        from adapters.pictures.grounds import kept_warnings  # only here: a server starts without what reads pictures

        try:
            return kept_warnings(self._vault.get("layer", digest, within=WITHIN))
        except KeyError:  # most have no clear ground
            return ()
