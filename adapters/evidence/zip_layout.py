"""What a zip file is made of, byte by byte: its entries from the first byte on, its directory, its end, and nothing else.

Readers of zip files differ in what they make of bytes before, between and after: one shows another file than was verified.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Sequence
from typing import BinaryIO
from zipfile import ZipInfo

from adapters.evidence.reading import Tampered, printable

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_SIZES_FOLLOW = 0x08
_DESCRIPTORS = (12, 16)
"""Bytes after an entry whose sizes were not known when it was begun: three numbers, with or without a signature."""


def directory_of(file: BinaryIO, most_entries: int, most_bytes: int) -> int:
    """Where the directory begins; looked at before `zipfile` reads all of it into memory. Raises Tampered."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size))
    end = file.read(_END.size)
    if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
        raise Tampered("the zip file is damaged: it has no end, or something stands after it")
    end_of: tuple[int, ...] = _END.unpack(end)[1:]
    disk, first_disk, here, entries, length, start, comment = end_of
    if entries > most_entries or length > most_bytes:
        raise Tampered("the zip file holds more than a case bundle can")
    if (disk, first_disk, here, comment) != (0, 0, entries, 0) or start + length != size - _END.size:
        raise Tampered("the zip file holds something besides its entries")
    return start


def check_layout(file: BinaryIO, entries: Sequence[ZipInfo], directory: int) -> None:
    """Whether the entries, all of them plain files, fill the file up to its directory. Raises Tampered."""
    ends = {0}
    for entry in sorted(entries, key=lambda one: one.header_offset):
        mode = entry.external_attr >> 16
        if entry.is_dir() or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
            raise Tampered(f"the zip file's entry {printable(entry.filename)} is no plain file")
        if entry.header_offset not in ends or entry.comment:
            raise Tampered(f"the zip file holds something besides its entries, before or beside {printable(entry.filename)}")
        file.seek(entry.header_offset)
        local = file.read(_LOCAL.size)
        if len(local) < _LOCAL.size:
            raise Tampered("the zip file is damaged: an entry is cut")
        *_, name, extra = _LOCAL.unpack(local)
        end = entry.header_offset + _LOCAL.size + name + extra + entry.compress_size
        ends = {end + more for more in (_DESCRIPTORS if entry.flag_bits & _SIZES_FOLLOW else (0,))}
    if directory not in ends:
        raise Tampered("the zip file holds something besides its entries, before its directory")
