"""What sealed replays in an export say that they stood on: it has to be this history (rule G8)."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.lines import state_in
from adapters.evidence.reading import Tampered

_MARK: Final = b'"type":"ReplaySealed"'
_MOST: Final = 100_000
"""Sealed replays that are looked at in one export."""


class SealedRoot(Struct, frozen=True):
    """The event that says it, by its number, and the size and the root (hexadecimal) of the log that the replay was of."""

    n: int
    size: int
    root: str


class _Line(Struct):
    sequence: str


class _Event(Struct):
    size: Annotated[int, Meta(ge=0, le=10**15)]
    root: str


class _Envelope(Struct):
    event: _Event


_line, _envelope = msgspec.json.Decoder(_Line).decode, msgspec.json.Decoder(_Envelope).decode


def sealed_roots(path: Path) -> list[SealedRoot]:
    """Those of the file's lines, before anything in it is verified; a line that cannot be read is left to who verifies the lines."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return list(_found(content, content.find(b"\n") + 1))


def _found(content: mmap.mmap, at: int) -> Iterator[SealedRoot]:
    for _ in range(_MOST):
        at = content.find(_MARK, at)
        if at < 0:
            return
        start, end = content.rfind(b"\n", 0, at) + 1, content.find(b"\n", at)
        line = content[start : len(content) if end < 0 else end + 1]
        at += len(_MARK)
        try:
            said = _envelope(state_in(line) or b"").event
            yield SealedRoot(int(_line(line).sequence), said.size, said.root)
        except (*UNREADABLE, ValueError):
            continue


def check_sealed(one: SealedRoot, root: bytes) -> None:
    """Whether a sealed replay stood on this history. Raises Tampered."""
    if one.size > one.n:
        raise Tampered("the sealed replay does not say what it stood on: it names more events than were before it", one.n)
    if one.root != root.hex():
        raise Tampered(f"the sealed replay stood on another history: its root is not that of the first {one.size} events", one.n)
