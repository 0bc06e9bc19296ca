"""Small pictures drawn from a seed, whose bytes depend on nothing else (no compression, so no compressor's version either)."""

from __future__ import annotations

import io
import struct
import zlib
from random import Random

from PIL import Image

SIDE = 704
_ROW = SIDE // 8


def drawn(chance: Random) -> bytes:
    """A PNG of two colours, 704 pixels a side: bars and blocks, no two pictures alike."""
    palette = bytes(chance.randrange(256) for _ in range(6))
    blocks = [chance.randbytes(_ROW) for _ in range(8)]
    rows = b"".join(b"\0" + blocks[(line // 11 * (line % 7 + 1)) % 8] for line in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def thumbnail(picture: bytes) -> bytes:
    """A JPEG of at most 320 pixels."""
    with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
        small = image.convert("RGB")
        small.thumbnail((320, 320), Image.Resampling.NEAREST)
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=80)
        return buffer.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
