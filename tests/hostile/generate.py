"""Draws some fifty picture files that are not what they say, broken, or at a limit: `python -m tests.hostile.generate FOLDER`.

None of them does anything to a decoder: what would crash one, keep it busy, or slip past its own checks is not kept here. Our guards
are tried with harmless files and lowered limits instead (`test_guards.py`). What was seen to trouble decoders, in words: a few kB
that unfold into hundreds of megapixels or into hundreds of MiB of profile or text; a frame header edited to claim other
dimensions than the data has; a progressive picture with one scan a thousand times over; an animation that claims two thousand
million frames; files that are a picture and an archive, a page or a script at once; EXIF with thousands of entries.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

PNG_START = b"\x89PNG\r\n\x1a\n"


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


def padded(content: bytes, size: int) -> bytes:
    """A JPEG made exactly `size` bytes long by comment segments."""
    parts = [content[:2]]
    left = size - len(content)
    while left > 0:
        length = min(left, 60000) if left - min(left, 60000) not in (1, 2, 3) else min(left, 60000) - 4
        parts.append(b"\xff\xfe" + struct.pack(">H", length - 2) + b" " * (length - 4))
        left -= length
    return b"".join([*parts, content[2:]])


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


def _others() -> Iterator[Case]:
    picture = drawing()
    yield Case("text.jpg", b"this is no picture\n" * 100, BROKEN)
    yield Case("page.png", b"<!DOCTYPE html><p>a page</p>", OTHER)
    yield Case("shell.jpg", b"<?php echo 1; ?>", OTHER)
    yield Case("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', OTHER)
    yield Case("gif.jpg", saved(picture.convert("P"), "GIF"), OTHER)
    frames = [picture.convert("P"), drawing(800, 761).convert("P").resize((800, 760))]
    yield Case("moving-gif.png", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), OTHER)
    yield Case("webp.jpg", saved(picture, "WEBP"), OTHER)
    yield Case("tiff.jpg", saved(picture, "TIFF"), OTHER)
    yield Case("bmp.png", saved(picture, "BMP"), OTHER)
    yield Case("script.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 800 800\nshowpage\n", OTHER)
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
    yield Case("../../another/folder/photo.jpg", saved(picture), FINE)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a text")
    return out.getvalue()


def _moving() -> Iterator[Case]:
    pictures = [drawing(), drawing(760, 800).resize((800, 760))]
    moving = _codes("animated")
    apng = saved(pictures[0], "PNG", save_all=True, append_images=pictures[1:])
    yield Case("moving.png", apng, moving)
    yield Case("two-in-one.jpg", saved(pictures[0], "MPO", save_all=True, append_images=pictures[1:]), FINE)  # the second is of no type


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


def cases() -> Iterator[Case]:
    """Every case, one after the other (a few hold 10 MB)."""
    for group in (_broken, _others, _moving, _limits, _modes):
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
