"""Entity tags: digests of the bodies sent (strong), and the conditions that are made of them (RFC 9110, 13)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from application.refusals import Stale

_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def encode(body: Any) -> bytes:
    """A body as it is sent. Bytes are a body already."""
    return body if isinstance(body, bytes) else msgspec.json.encode(body)


def tag_of(body: bytes) -> str:
    """The strong entity tag of a body."""
    return '"' + hashlib.sha256(body).hexdigest()[:32] + '"'


def unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether a reader has this body already (weak comparison)."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or any(found == tag for _, found in _TAG.findall(if_none_match))


def demand(if_match: str | None, current: Callable[[], Any]) -> None:
    """Raise Stale (412) unless the object is as the caller saw it (strong comparison). `current` gives the body of its GET."""
    if if_match is None:
        return
    tag = tag_of(encode(current()))
    if if_match.strip() != "*" and not any(found == tag for weak, found in _TAG.findall(if_match) if not weak):
        raise Stale
