"""What a file's name and first bytes say, read without any decoder: suffix, true format, size in pixels."""

from __future__ import annotations

import struct

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"8BPS", "PSD"),
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"\xff\x0a", "JXL"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
)
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "SVG"),
    (b"<?xml", "SVG"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<?php", "PHP"),
)
SUFFIX_FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "jfif": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
"""Which format a file name's suffix promises."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def suffix(name: str) -> str:
    """What follows the last dot of the file's name, in lower case; empty without one, and where nothing stands before it."""
    stem, _, ending = name.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
    return ending.lower() if stem.strip() else ""


def true_format(content: bytes) -> str | None:
    """The format that the first bytes show, by Pillow's name where it has one; None where they show none that is known."""
    for start, form in _STARTS:
        if content.startswith(start):
            return form
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return "AVIF" if _is_avif(content) else "HEIF"
    head = content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((form for start, form in _TEXTS if head.startswith(start)), None)


def _is_avif(content: bytes) -> bool:
    """Whether one of the brands that the file's first box names is that of AVIF."""
    brands = content[8 : min(struct.unpack(">I", content[:4])[0], 256)]
    return any(brands[at : at + 4] in (b"avif", b"avis") for at in range(0, len(brands), 4) if at != 4)


def declared_pixels(content: bytes) -> int | None:
    """Width times height as the header declares, for JPEG, PNG, GIF, WEBP and AVIF; None where it is not found near the start."""
    if content[:4] == b"GIF8" and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return int(width * height)
    if content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        return (int.from_bytes(content[24:27], "little") + 1) * (int.from_bytes(content[27:30], "little") + 1)
    if content[8:16] == b"WEBPVP8 " and len(content) >= 30:
        width, height = struct.unpack("<HH", content[26:30])
        return int((width & 0x3FFF) * (height & 0x3FFF))
    if content[4:8] == b"ftyp":
        return _avif_pixels(content[:8192])
    if content.startswith(b"\x89PNG") and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width * height)
    return _jpeg_pixels(content) if content.startswith(b"\xff\xd8") else None


def _avif_pixels(head: bytes) -> int | None:
    """The largest of the spatial extents (`ispe`) that the head of the file declares."""
    found, at = [], -1
    while (at := head.find(b"ispe", at + 1)) >= 0 and at + 16 <= len(head):
        width, height = struct.unpack(">II", head[at + 8 : at + 16])
        found.append(int(width * height))
    return max(found, default=None)


def _jpeg_pixels(content: bytes) -> int | None:
    at = 2
    for _ in range(1000):
        at = content.find(b"\xff", at)
        if at < 0 or at + 9 > len(content):
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return int(width * height)
        else:
            at += 2 + (0 if 0xD0 <= marker <= 0xD9 or marker in (0, 1) else struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None
