"""What sealed replays in an export say that they stood on: it has to be this history (rule G8)."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.reading import Tampered

SEALED: Final = "ReplaySealed"
MOST_SEALED: Final = 100_000
"""Sealed replays that are looked at in one export."""


class SealedRoot(Struct, frozen=True):
    """The event that says it, by its number, and the size and the root (hexadecimal) of the log that the replay was of."""

    n: int
    size: int
    root: str


class _Event(Struct, tag_field="type", tag=SEALED):
    size: Annotated[int, Meta(ge=0, le=10**15)]
    root: str


class _Envelope(Struct):
    event: _Event


_envelope = msgspec.json.Decoder(_Envelope).decode


def sealed_root(n: int, state: bytes | memoryview) -> SealedRoot | None:
    """What the stored bytes of event `n` say, where it is a sealed replay that can be read."""
    try:
        said = _envelope(state).event
    except UNREADABLE:
        return None
    return SealedRoot(n, said.size, said.root)


def check_sealed(one: SealedRoot, root: bytes) -> None:
    """Whether a sealed replay stood on this history. Raises Tampered."""
    if one.size > one.n:
        raise Tampered("the sealed replay does not say what it stood on: it names more events than were before it", one.n)
    if one.root != root.hex():
        raise Tampered(f"the sealed replay stood on another history: its root is not that of the first {one.size} events", one.n)
