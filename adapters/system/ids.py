"""Opaque ids from the operating system's chance."""

from __future__ import annotations

import secrets


class RandomIds:
    """Fulfils `application.ports.IdGenerator`."""

    def new(self) -> str:
        return secrets.token_hex(16)
