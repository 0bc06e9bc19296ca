"""The segments of a JPEG, read without a decoder: which further pictures its multi-picture index names, how many scans it has.

Nothing here trusts a length or an offset: what does not add up is passed over. Source of the index: CIPA DC-007-2009, 5.2.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

VIEWS = frozenset({0x020001, 0x020002, 0x020003})
"""Types of entries that are views of their own: panorama, disparity (stereo), multi-angle (5.2.3.3.1, table 4)."""
_TYPE = 0x00FFFFFF
_ENTRIES = 0xB002
_ENTRY_BYTES = 16
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")


class Segment(NamedTuple):
    """A marker's second byte and what its segment holds after the length."""

    marker: int
    content: bytes


class MpEntry(NamedTuple):
    """An entry of a multi-picture index: its type (24 bits) and where its picture starts, 0 for the first one of the file."""

    kind: int
    offset: int


def segments(content: bytes) -> Iterator[Segment]:
    """The segments of the first picture of the file, up to its end; what stands between two scans is looked through, too."""
    at = 2
    while (at := content.find(b"\xff", at)) >= 0 and at + 4 <= len(content):
        marker = content[at + 1]
        if marker == 0xFF or marker == 0x00:
            at += 1
        elif marker == 0xD9:
            return
        elif marker in _BARE:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", content, at + 2)
            yield Segment(marker, content[at + 4 : at + 2 + max(2, length)])
            at += 2 + max(2, length)
            if marker == 0xDA:
                found = _AFTER_SCAN.search(content, at)
                at = len(content) if found is None else found.end() - 2


def scans(content: bytes) -> int:
    """How many scans the first picture has; those of previews, gain maps and films behind it do not count."""
    return sum(segment.marker == 0xDA for segment in segments(content))


def views(content: bytes) -> int:
    """How many pictures in their own right the file names: 1, and those further entries that are of a view's type (rule B2).

    Previews, gain maps and entries of an undefined type belong to the main picture, whatever became of them. Where several
    indices say different things, the one with most views counts.
    """
    told = [1]
    for segment in segments(content):
        if segment.marker == 0xDA:
            break
        if segment.marker == 0xE2 and segment.content.startswith(b"MPF\0"):
            further = entries(segment.content[4:])
            main = next((i for i, entry in enumerate(further) if entry.offset == 0), 0)
            told.append(1 + sum(entry.kind in VIEWS for i, entry in enumerate(further) if i != main))
    return max(told)


def entries(index: bytes) -> list[MpEntry]:
    """The entries of an index (what follows `MPF` and a zero byte); as many as are there, none where it cannot be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(index[:4])
    if order is None or len(index) < 8:
        return []
    (directory,) = struct.unpack_from(f"{order}I", index, 4)
    if directory + 2 > len(index):
        return []
    (count,) = struct.unpack_from(f"{order}H", index, directory)
    for field in range(count):
        at = directory + 2 + 12 * field
        if at + 12 > len(index):
            break
        tag, _, length, offset = struct.unpack_from(f"{order}HHII", index, at)
        if tag == _ENTRIES:
            return _entries(index[offset : offset + length], order)
    return []


def _entries(table: bytes, order: str) -> list[MpEntry]:
    whole = len(table) // _ENTRY_BYTES * _ENTRY_BYTES
    rows = struct.iter_unpack(f"{order}IIIHH", table[:whole])
    return [MpEntry(attribute & _TYPE, offset) for attribute, _, offset, _, _ in rows]
