"""Entity tags: digests of the bodies sent (strong), and the conditions that are made of them (RFC 9110, 13)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from application.refusals import Stale

_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def encode(body: Any) -> bytes:
    """A body as it is sent. Bytes are a body already."""
    return body if isinstance(body, bytes) else msgspec.json.encode(body)


def encode_gradually(members: Iterable[tuple[str, Any]]) -> Iterator[bytes]:
    """The bytes of `encode(dict(members))`, piece by piece; a member that is an iterator is a list, of which one item is held at a time."""
    yield b"{"
    for number, (name, value) in enumerate(members):
        yield (b"," if number else b"") + encode(name) + b":"
        if isinstance(value, Iterator):
            yield b"["
            for place, item in enumerate(value):
                yield (b"," if place else b"") + encode(item)
            yield b"]"
        else:
            yield encode(value)
    yield b"}"


def tag_of(body: bytes) -> str:
    """The strong entity tag of a body."""
    return tag_by(hashlib.sha256(body).hexdigest())


def tag_by(digest: str) -> str:
    """The same by the body's SHA-256, in hexadecimal."""
    return f'"{digest[:32]}"'


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
