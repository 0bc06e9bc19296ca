"""The part of CBOR (RFC 8949) that a COSE receipt is written in: integers, bytes, texts, lists, maps, null, and one tag.

Written is the deterministic form of section 4.2, and only that is read, so that there is one form of everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

MOST_ITEMS: Final = 1024
DEEPEST: Final = 8
NULL: Final = b"\xf6"


class CborError(Exception):
    """What is not the one form of anything. The text is one line."""


class TaggedValue(Struct, frozen=True):
    """A value under a tag."""

    tag: int
    value: CborValue


CborValue: TypeAlias = "int | bytes | str | list[CborValue] | dict[CborValue, CborValue] | TaggedValue | None"


def encoded(value: CborValue | Sequence[CborValue] | Mapping[CborValue, CborValue]) -> bytes:
    """The one form of a value."""
    match value:
        case None:
            return NULL
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(raw := value.encode())) + raw
        case TaggedValue():
            return _head(6, value.tag) + encoded(value.value)
        case Mapping():
            pairs = sorted((encoded(name), encoded(one)) for name, one in value.items())
            return _head(5, len(pairs)) + b"".join(name + one for name, one in pairs)
        case _:
            return _head(4, len(value)) + b"".join(map(encoded, value))


def _head(kind: int, count: int) -> bytes:
    """The kind of an item and its number: 5 bits of it, or 1, 2, 4 or 8 bytes, whichever are enough."""
    if count < 24:
        return bytes([kind << 5 | count])
    power = next(power for power in range(4) if count < 1 << (8 << power))
    return bytes([kind << 5 | 24 + power]) + count.to_bytes(1 << power, "big")


def decoded(raw: bytes) -> CborValue:
    """The value of which this is the one form. Raises CborError."""
    value, end = _item(raw, 0, DEEPEST)
    if end != len(raw):
        raise CborError("something stands behind the value")
    return value


def _item(raw: bytes, at: int, deep: int) -> tuple[CborValue, int]:
    if deep == 0:
        raise CborError("nested too deeply")
    if raw[at : at + 1] == NULL:
        return None, at + 1
    kind, count, at = _read_head(raw, at)
    match kind:
        case 0:
            return count, at
        case 1:
            return -1 - count, at
        case 2 | 3:
            return _text(raw[at : at + count], count, kind == 3), at + count
        case 4:
            items, at = _items(raw, at, count, deep)
            return items, at
        case 5:
            items, at = _items(raw, at, 2 * count, deep)
            return dict(_ordered(items)), at
        case 6:
            value, at = _item(raw, at, deep - 1)
            return TaggedValue(count, value), at
        case _:
            raise CborError("a kind of value that is not used here")


def _read_head(raw: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(raw):
        raise CborError("cut short")
    kind, count = raw[at] >> 5, raw[at] & 31
    if count < 24:
        return kind, count, at + 1
    if count > 27:
        raise CborError("of no stated length")
    width = 1 << (count - 24)
    number = int.from_bytes(raw[at + 1 : at + 1 + width], "big")
    if len(raw) < at + 1 + width or _head(kind, number) != raw[at : at + 1 + width]:
        raise CborError("a number in another form than the shortest")
    return kind, number, at + 1 + width


def _text(raw: bytes, count: int, is_text: bool) -> bytes | str:
    if len(raw) != count:
        raise CborError("cut short")
    try:
        return raw.decode() if is_text else raw
    except UnicodeDecodeError:
        raise CborError("a text that is none") from None


def _items(raw: bytes, at: int, count: int, deep: int) -> tuple[list[CborValue], int]:
    if count > MOST_ITEMS:
        raise CborError("too many values")
    items = []
    for _ in range(count):
        value, at = _item(raw, at, deep - 1)
        items.append(value)
    return items, at


def _ordered(items: list[CborValue]) -> Iterator[tuple[int | bytes | str, CborValue]]:
    """The pairs of a map, each name once, in the one order."""
    before = b""
    for name, value in zip(items[::2], items[1::2], strict=True):
        form = encoded(name)
        if not isinstance(name, int | bytes | str) or form <= before:
            raise CborError("a map whose names are not in their order, each once")
        before = form
        yield name, value
