"""Lists by cursor. A cursor is a position under authenticated encryption: nobody forges one, and none tells how much lies
between two positions (rule C5). Encryption is deterministic, so that the same page has the same ETag."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec import Struct

from application.refusals import Invalid

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
_BLOCK: Final = 48
Position = Sequence[str | int]


class Cursors:
    """Seals positions of a list for one reader, and opens them again."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESSIV(hashlib.sha512(b"cursors" + secret).digest())

    def seal(self, scope: Sequence[str], position: Position) -> str:
        """The cursor of a position. `scope` names the list and its reader; under another scope the cursor does not open."""
        plain = msgspec.json.encode(list(position))
        padded = plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK)
        return base64.urlsafe_b64encode(self._cipher.encrypt(padded, _named(scope))).rstrip(b"=").decode()

    def open(self, scope: Sequence[str], cursor: str) -> list[Any]:
        """The position. Raises Invalid for what was never sealed under this scope."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            position = msgspec.json.decode(self._cipher.decrypt(sealed, _named(scope)))
        except (binascii.Error, InvalidTag, ValueError):
            raise Invalid({"after": ["Not a cursor of this list."]}) from None
        return list(position)


class PageRequest(Struct, frozen=True):
    """What part of a list is asked for: at most `limit` items after the position `after` (None: from the beginning)."""

    limit: int
    after: list[Any] | None
    cursors: Cursors
    scope: tuple[str, ...]

    def of(self, items: Sequence[Any], next: Position | None) -> dict[str, Any]:
        """The answer `{items, next}`; `next` is the position after the last item, None at the end."""
        return {"items": list(items), "next": None if next is None else self.cursors.seal(self.scope, next)}

    def cut(self, items: Sequence[Any], position: Any) -> dict[str, Any]:
        """The answer from up to `limit + 1` items: one more than fits tells that there are more. `position(item)` is an item's."""
        shown = items[: self.limit]
        return self.of(shown, position(shown[-1]) if len(items) > self.limit else None)


def _named(scope: Sequence[str]) -> list[bytes]:
    return [part.encode() for part in scope]
