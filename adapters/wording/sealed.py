"""How what is sealed is shown to whoever may read it."""

from __future__ import annotations

from adapters.vault.sealing import SealBroken
from application.ports import Sealer
from domain.events.base import Sealed

UNREADABLE = "(sealed, and the seal cannot be opened)"
"""What a seal reads whose key is there and does not fit: what was stored is damaged, or was changed by another hand."""


def readable(sealer: Sealer, sealed: Sealed) -> str | None:
    """The text; None where its writer was forgotten; that the seal cannot be opened, where it is broken."""
    try:
        return sealer.open(sealed)
    except SealBroken:
        return UNREADABLE
