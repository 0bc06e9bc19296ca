"""Draws at least 60 hostile picture files: `python -m tests.hostile.generate FOLDER` writes them; tests use `cases()`."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

PNG_START = b"\x89PNG\r\n\x1a\n"
MIB = 2**20


class Case(NamedTuple):
    """A file's name and content, and the codes a review must give it: empty is accepted, None is whatever, but a verdict."""

    name: str
    content: bytes
    codes: frozenset[str] | None


def drawing(width: int = 800, height: int = 760, mode: str = "RGB") -> Image.Image:
    """A picture with some shapes, in any mode."""
    picture = Image.new("RGB", (width, height), (200, 190, 170))
    pen = ImageDraw.Draw(picture)
    for i in range(40):
        x, y = i * 97 % width, i * 61 % height
        pen.ellipse((x, y, x + 60 + i, y + 90), fill=(i * 6 % 256, i * 31 % 256, 255 - i * 5))
    return picture if mode == "RGB" else picture.convert(mode)


def saved(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def chunk(kind: bytes, content: bytes, crc: int | None = None) -> bytes:
    """A PNG chunk, with its own checksum or another."""
    check = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(width: int, height: int, rows: bytes, depth: int = 8, color: int = 0, before: bytes = b"", after: bytes = b"") -> bytes:
    """A PNG from packed rows (already compressed), with chunks before and after its data."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return PNG_START + head + before + chunk(b"IDAT", rows) + after + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """`count` zero bytes, compressed piece by piece."""
    packer = zlib.compressobj(1)
    piece = bytes(MIB)
    parts = [packer.compress(piece) for _ in range(count // MIB)]
    return b"".join([*parts, packer.compress(bytes(count % MIB)), packer.flush()])


def grey_png(width: int, height: int, **more: bytes) -> bytes:
    """A black 8-bit PNG of any size in few bytes."""
    return png(width, height, zeros((width + 1) * height), **more)  # type: ignore[arg-type]


def resized_header(content: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame header claims other dimensions."""
    at = next(i for i in range(2, len(content)) if content[i] == 0xFF and content[i + 1] in (0xC0, 0xC1, 0xC2))
    return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]


def padded(content: bytes, size: int) -> bytes:
    """A JPEG made exactly `size` bytes long by comment segments."""
    parts = [content[:2]]
    left = size - len(content)
    while left > 0:
        length = min(left, 60000) if left - min(left, 60000) not in (1, 2, 3) else min(left, 60000) - 4
        parts.append(b"\xff\xfe" + struct.pack(">H", length - 2) + b" " * (length - 4))
        left -= length
    return b"".join([*parts, content[2:]])


def many_scans(count: int) -> bytes:
    """A progressive JPEG with its last scan repeated."""
    content = saved(drawing(), progressive=True, quality=60)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * count + content[-2:]


def _codes(*names: str) -> frozenset[str]:
    return frozenset(names)


FINE: frozenset[str] = frozenset()
BROKEN = _codes("unreadable")
OTHER = _codes("content_mismatch")


def _broken() -> Iterator[Case]:
    jpeg, whole = saved(drawing()), saved(drawing(), "PNG")
    yield Case("zero.jpg", b"", BROKEN)
    yield Case("zero.png", b"", BROKEN)
    yield Case("one-byte.jpg", b"\xff", BROKEN)
    yield Case("start-only.jpg", b"\xff\xd8\xff", BROKEN)
    yield Case("start-only.png", PNG_START, BROKEN)
    yield Case("half.jpg", jpeg[: len(jpeg) // 2], BROKEN)
    yield Case("nearly-all.jpg", jpeg[: len(jpeg) * 9 // 10], BROKEN)
    yield Case("no-end-marker.jpg", jpeg[:-2], None)
    yield Case("header-only.jpg", jpeg[:700], BROKEN)
    yield Case("half.png", whole[: len(whole) // 2], BROKEN)
    yield Case("no-end.png", whole[:-12], None)
    yield Case("bad-header-sum.png", whole[:29] + b"\0\0\0\0" + whole[33:], BROKEN)
    yield Case("bad-stream.png", png(800, 760, zlib.compress(bytes(5000))[:-9] + b"garbage!!"), None)
    yield Case("short-data.png", png(800, 760, zlib.compress(bytes(801 * 100))), None)
    yield Case("random-after-start.jpg", b"\xff\xd8\xff" + np.random.default_rng(1).bytes(50000), BROKEN)
    yield Case("only-fill.jpg", b"\xff\xd8" + b"\xff" * 200000, BROKEN)
    yield Case("huffman-overflow.jpg", jpeg[:2] + b"\xff\xc4\x00\x14\x00" + b"\xff" * 17 + jpeg[2:], BROKEN)
    yield Case("flipped-bits.jpg", jpeg[:3000] + bytes(b ^ 0xA5 for b in jpeg[3000:3400]) + jpeg[3400:], None)
    yield Case("bad-color-type.png", png(800, 760, zeros(801 * 760), color=5), BROKEN)
    yield Case("bad-depth.png", png(800, 760, zeros(801 * 760), depth=3), BROKEN)
    yield Case("unknown-critical-chunk.png", whole[:33] + chunk(b"EVIL", b"x") + whole[33:], None)
    yield Case("giant-chunk-length.png", whole[:33] + b"\xff\xff\xff\xfftEXt" + whole[33:], BROKEN)


def _others() -> Iterator[Case]:
    picture = drawing()
    yield Case("text.jpg", b"this is no picture\n" * 100, BROKEN)
    yield Case("page.png", b"<!DOCTYPE html><script>alert(1)</script>", OTHER)
    yield Case("shell.jpg", b"<?php system($_GET['c']); ?>", OTHER)
    yield Case("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', OTHER)
    yield Case("gif.jpg", saved(picture.convert("P"), "GIF"), OTHER)
    frames = [picture.convert("P"), drawing(800, 761).convert("P").resize((800, 760))]
    yield Case("moving-gif.png", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), OTHER)
    yield Case("webp.jpg", saved(picture, "WEBP"), OTHER)
    yield Case("tiff.jpg", saved(picture, "TIFF"), OTHER)
    yield Case("bmp.png", saved(picture, "BMP"), OTHER)
    yield Case("script.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 800 800\n(/etc/passwd) run\n", OTHER)
    yield Case("paper.jpg", b"%PDF-1.7\n%%EOF\n", OTHER)
    yield Case("archive.png", _zip(), OTHER)
    yield Case("heic.jpg", b"\0\0\0\x18ftypheic" + bytes(2000), OTHER)
    yield Case("png-inside.jpg", saved(picture, "PNG"), OTHER)
    yield Case("jpeg-inside.png", saved(picture), OTHER)
    yield Case("photo.gif", saved(picture), _codes("suffix_not_allowed"))
    yield Case("no-suffix", saved(picture), _codes("suffix_not_allowed"))
    yield Case("photo.png.exe", saved(picture, "PNG"), _codes("suffix_not_allowed"))
    yield Case(".jpg", saved(picture), _codes("suffix_not_allowed"))
    yield Case("photo.jpg ", saved(picture), _codes("suffix_not_allowed"))
    yield Case("photo.\uff4a\uff50\uff47", saved(picture), _codes("suffix_not_allowed"))
    yield Case("small.bmp", saved(drawing(300, 200)), _codes("suffix_not_allowed", "too_small"))
    yield Case("LOUD.JPG", saved(picture), FINE)
    yield Case("Mixed.JpEg", saved(picture), FINE)
    yield Case("../../etc/passwd.jpg", saved(picture), FINE)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.txt", "evil" * 1000)
    return out.getvalue()


def _polyglots() -> Iterator[Case]:
    jpeg, whole = saved(drawing()), saved(drawing(), "PNG")
    yield Case("zip-tail.jpg", jpeg + _zip(), FINE)
    yield Case("html-tail.jpg", jpeg + b"<html><script>alert(1)</script></html>", FINE)
    yield Case("php-comment.jpg", jpeg[:2] + b"\xff\xfe\x00\x16<?php phpinfo();?>!!" + jpeg[2:], FINE)
    yield Case("zip-tail.png", whole + _zip(), FINE)
    yield Case("script-in-text.png", whole[:33] + chunk(b"tEXt", b"Comment\0<script>alert(1)</script>") + whole[33:], FINE)


def _bombs() -> Iterator[Case]:
    many = _codes("too_many_pixels")
    yield Case("88-megapixels.png", grey_png(11000, 8000), many)
    yield Case("declared-900-megapixels.png", png(30000, 30000, zeros(1000)), many)
    yield Case("declared-largest.png", png(2**31 - 1, 2**31 - 1, zeros(10)), None)
    yield Case("zero-wide.png", png(0, 760, zeros(760)), BROKEN)
    jpeg = saved(drawing())
    yield Case("claims-9000.jpg", resized_header(jpeg, 9000, 9000), many)
    yield Case("claims-65535.jpg", resized_header(jpeg, 65535, 65535), many)
    yield Case("claims-7000.jpg", resized_header(jpeg, 7000, 7000), None)
    yield Case("claims-zero.jpg", resized_header(jpeg, 0, 0), BROKEN)
    yield Case("wide-60000.png", grey_png(60000, 700), FINE)
    yield Case("tall-60000.png", grey_png(700, 60000), FINE)
    yield Case("59-megapixels-alpha.png", png(7700, 7700, zeros((7700 * 4 + 1) * 7700), color=6), FINE)
    bomb = zeros(100 * MIB)
    yield Case("profile-bomb.png", grey_png(800, 760, before=chunk(b"iCCP", b"icc\0\0" + bomb)), BROKEN)
    yield Case("text-bomb.png", grey_png(800, 760, before=chunk(b"zTXt", b"Comment\0\0" + bomb)), BROKEN)
    yield Case("international-text-bomb.png", grey_png(800, 760, before=chunk(b"iTXt", b"Comment\0\1\0\0\0" + bomb)), BROKEN)
    yield Case("data-bomb.png", png(800, 760, bomb), None)
    yield Case("many-texts.png", grey_png(800, 760, before=chunk(b"tEXt", b"a\0" + b"b" * 100) * 20000), None)
    yield Case("many-empty-data.png", grey_png(800, 760, before=chunk(b"IDAT", b"") * 50000), None)
    yield Case("thousands-of-scans.jpg", many_scans(1500), BROKEN)
    yield Case("progressive-header-7000.jpg", resized_header(saved(drawing(), progressive=True), 7000, 7000), None)


def _moving() -> Iterator[Case]:
    pictures = [drawing(), drawing(760, 800).resize((800, 760))]
    moving = _codes("animated")
    apng = saved(pictures[0], "PNG", save_all=True, append_images=pictures[1:])
    at = apng.index(b"acTL")
    endless = apng[: at - 4] + chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + apng[at + 16 :]
    yield Case("moving.png", apng, moving)
    yield Case("endless.png", endless, moving)
    yield Case("two-in-one.jpg", saved(pictures[0], "MPO", save_all=True, append_images=pictures[1:]), moving)


def _limits() -> Iterator[Case]:
    most = 10_485_760
    jpeg = saved(drawing())
    yield Case("largest.jpg", padded(jpeg, most), FINE)
    yield Case("one-byte-over.jpg", padded(jpeg, most + 1), _codes("too_large"))
    everything = _codes("too_large", "too_small", "suffix_not_allowed")
    yield Case("large-small-and-wrong.gif", padded(saved(drawing(400, 300)), most + 1), everything)
    yield Case("699.png", saved(drawing(699, 1200), "PNG"), _codes("too_small"))
    yield Case("700.png", saved(drawing(700, 1200), "PNG"), FINE)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield Case("turned.jpg", saved(drawing(1000, 700), exif=exif), FINE)
    yield Case("turned-699.jpg", saved(drawing(1000, 699), exif=exif), _codes("too_small"))
    yield Case("one-pixel.png", saved(drawing(1, 1), "PNG"), _codes("too_small"))


def _modes() -> Iterator[Case]:
    deep = Image.fromarray(np.asarray(drawing().convert("L")).astype(np.uint16) * 257)
    clear = drawing(mode="RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    yield Case("16-bit.png", saved(deep, "PNG"), FINE)
    yield Case("inks.jpg", saved(drawing(mode="CMYK")), FINE)
    yield Case("inks-bad-profile.jpg", saved(drawing(mode="CMYK"), icc_profile=b"nonsense" * 100), FINE)
    yield Case("bad-profile.jpg", saved(drawing(), icc_profile=bytes(128) + b"acsp" + bytes(500)), FINE)
    yield Case("palette.png", saved(drawing().quantize(64), "PNG", transparency=3), FINE)
    yield Case("clear.png", saved(clear, "PNG"), FINE)
    yield Case("grey-clear.png", saved(clear.convert("LA"), "PNG"), FINE)
    yield Case("one-bit.png", saved(drawing(mode="1"), "PNG"), FINE)
    yield Case("flat.png", saved(Image.new("RGB", (900, 900), "white"), "PNG"), FINE)
    loop = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\3\0\0\0\1\0\6\0\0" * 3000
    yield Case("exif-loop.jpg", saved(drawing(), exif=loop), None)


def cases() -> Iterator[Case]:
    """Every case, one after the other (some take seconds to draw, a few hold 10 MB)."""
    for group in (_broken, _others, _polyglots, _bombs, _moving, _limits, _modes):
        yield from group()


def main() -> None:
    """Write every case into the folder of the first argument, numbered, with what is expected of it in its name."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(cases()):
        told = "any" if case.codes is None else "-".join(sorted(case.codes)) or "accepted"
        (folder / f"{number:02d}--{told}--{case.name.replace('/', '_')}").write_bytes(case.content)


if __name__ == "__main__":
    main()
