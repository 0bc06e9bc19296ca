"""What cameras and phones write, drawn: each a small valid file, with the verdict that the table in docs/pictures.md gives it."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from tests.adapters.pictures.drawn import saved, scene

BASELINE, UNDEFINED, VGA, FULL_HD = 0x030000, 0x000000, 0x010001, 0x010002
PANORAMA, STEREO, ANGLE = 0x020001, 0x020002, 0x020003
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
HDRGM = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'


class Container(NamedTuple):
    """A row of the table: what it is, its file, and the codes of the flaws that it has."""

    what: str
    name: str
    content: bytes
    flaws: tuple[str, ...] = ()


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def index(kinds: Sequence[int], sizes: Sequence[int], order: str = "<") -> bytes:
    """An APP2 segment with a multi-picture index of that many entries; the pictures follow the main one without a gap."""
    count = len(kinds)
    header = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    directory = struct.pack(f"{order}H", 3)
    directory += struct.pack(f"{order}HHI4s", 0xB000, 7, 4, b"0100")
    directory += struct.pack(f"{order}HHII", 0xB001, 4, 1, count)
    directory += struct.pack(f"{order}HHII", 0xB002, 7, 16 * count, 8 + 2 + 3 * 12 + 4) + struct.pack(f"{order}I", 0)
    offsets = [0, *np.cumsum(sizes[:-1]).tolist()]
    rows = (
        struct.pack(f"{order}IIIHH", kind | (0x20000000 if i == 0 else 0), size, offset, 0, 0)
        for i, (kind, size, offset) in enumerate(zip(kinds, sizes, offsets, strict=True))
    )
    return segment(0xE2, b"MPF\0" + header + directory + b"".join(rows))


def with_segments(jpeg: bytes, *added: bytes) -> bytes:
    """The JPEG with these segments behind its first one."""
    assert jpeg[2:4] == b"\xff\xe0"
    end = 4 + struct.unpack(">H", jpeg[4:6])[0]
    return jpeg[:end] + b"".join(added) + jpeg[end:]


def xmp(text: str) -> bytes:
    """An APP1 segment of XMP that says something of the picture."""
    return segment(
        0xE1,
        XMP
        + b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        + f"<rdf:Description {text}</rdf:RDF></x:xmpmeta>".encode(),
    )


def several(
    kinds: Sequence[int], *added: bytes, order: str = "<", cut: bool = False, main: bytes | None = None, second: bytes | None = None
) -> bytes:
    """A JPEG whose index names entries of these types, the main picture's first; `cut`: the others are missing but for some bytes."""
    second = second or saved(scene(61, (160, 120)))
    main = main or saved(scene(60))
    length = len(with_segments(main, *added, index(kinds, [0] * len(kinds), order)))
    base = length - (2 + struct.unpack(">H", main[4:6])[0] + 2 + sum(map(len, added)) + 4 + 4)  # offsets count from the index's header
    sizes = [base, *[len(second)] * (len(kinds) - 1)]
    whole = with_segments(main, *added, index(kinds, sizes, order)) + second * (len(kinds) - 1)
    return whole[: length + 40] if cut else whole


def turned(picture: Image.Image, orientation: int) -> Image.Exif:
    """EXIF that tells an orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera"
    return exif


def film(seconds: int = 1) -> bytes:
    """What a phone's film behind a picture begins with."""
    return struct.pack(">I", 24) + b"ftypmp42" + bytes(12) + struct.pack(">I", 8 + 4096 * seconds) + b"mdat" + bytes(4096 * seconds)


def accepted() -> Iterator[Container]:
    """One photograph, however it is stored."""
    plain, small = saved(scene(60)), saved(scene(61, (160, 120)))
    exif = turned(scene(60), 6)
    gain = segment(0xE2, ISO_GAIN_MAP + bytes(2))
    directory = xmp("xmlns:Container='http://ns.google.com/photos/1.0/container/'></rdf:Description>")
    yield Container("JFIF", "a.jpg", plain)
    yield Container("EXIF with a thumbnail", "a.JPG", saved(scene(60), exif=exif))
    yield Container("preview, VGA (0x010001)", "a.jpg", several([BASELINE, VGA]))
    yield Container("preview, full HD (0x010002)", "a.jpg", several([BASELINE, VGA, FULL_HD], order=">"))
    yield Container("previews cut off", "a.jpg", several([BASELINE, VGA, FULL_HD], cut=True))
    yield Container(
        "gain map of Apple", "a.jpg", several([BASELINE, UNDEFINED], xmp("xmlns:HDRGainMap='http://ns.apple.com/HDRGainMap/1.0/'/>"))
    )
    yield Container("gain map, ISO 21496-1", "a.jpg", several([BASELINE, UNDEFINED], gain))
    yield Container("Ultra HDR, double quotes", "a.jpg", several([BASELINE, UNDEFINED], xmp(f'{HDRGM} hdrgm:Version="1.0"/>')))
    yield Container("Ultra HDR, single quotes", "a.jpg", several([BASELINE, UNDEFINED], xmp(f"{HDRGM} hdrgm:Version='1.0'/>")))
    element = xmp(f"{HDRGM}><hdrgm:Version>1.0</hdrgm:Version></rdf:Description>")
    yield Container("Ultra HDR, as an element", "a.jpg", several([BASELINE, UNDEFINED], element))
    yield Container("Ultra HDR, both ways", "a.jpg", several([BASELINE, UNDEFINED], gain, xmp(f'{HDRGM} hdrgm:Version="1.0"/>')))
    yield Container("Ultra HDR without an index", "a.jpg", with_segments(plain, xmp(f'{HDRGM} hdrgm:Version="1.0"/>')) + small)
    yield Container("gain map type (0x050000)", "a.jpg", several([BASELINE, 0x050000]))
    yield Container("original preservation (0x040000)", "a.jpg", several([BASELINE, 0x040000]))
    yield Container("depth and portrait maps", "a.jpg", several([BASELINE, UNDEFINED, UNDEFINED, UNDEFINED], directory))
    yield Container("entries of unknown types", "a.jpg", several([UNDEFINED, 0x7F0001, 0x020004]))
    yield Container("one entry alone", "a.jpg", several([STEREO]))
    broken = with_segments(plain, segment(0xE2, b"MPF\0II*\0" + b"\xff" * 24))
    yield Container("an index that cannot be read", "a.jpg", broken + small)
    yield Container("motion photo", "a.jpg", several([BASELINE, UNDEFINED]) + film())
    yield Container("progressive JPEG", "a.jpeg", saved(scene(60), progressive=True))
    yield Container("JPEG in inks (CMYK)", "a.jpg", saved(scene(60).convert("CMYK")))
    yield Container("grey JPEG", "a.jpg", saved(scene(60).convert("L")))
    yield Container("PNG", "a.png", saved(scene(60), "PNG"))
    deep = Image.fromarray((np.arange(800 * 720, dtype=np.uint32).reshape(720, 800) % 65536).astype(np.uint16))
    yield Container("PNG, grey of 16 bits", "a.png", saved(deep, "PNG"))
    yield Container("PNG, clear ground", "a.PNG", saved(scene(60).convert("RGBA"), "PNG"))
    yield Container("PNG, palette", "a.png", saved(scene(60).quantize(64), "PNG"))
    yield Container("PNG with EXIF", "a.png", saved(scene(60), "PNG", exif=exif))


def refused() -> Iterator[Container]:
    """Several pictures in one file, or another format."""
    for kind, name in ((PANORAMA, "panorama (0x020001)"), (STEREO, "stereo (0x020002)"), (ANGLE, "multi-angle (0x020003)")):
        yield Container(name, "a.jpg", several([kind, kind]), ("animated",))
    yield Container("a view after a preview", "a.jpg", several([BASELINE, VGA, STEREO], order=">"), ("animated",))
    stereo = several([BASELINE, STEREO], xmp(f'{HDRGM} hdrgm:Version="1.0"/>'))
    yield Container("a view beside the marks of a gain map", "a.jpg", stereo, ("animated",))
    yield Container("stereo under its own suffix", "a.mpo", several([STEREO, STEREO]), ("suffix_not_allowed", "animated"))
    frames = [scene(62, (720, 700)), scene(63, (720, 700))]
    moving = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    yield Container("animated PNG", "a.png", moving, ("animated",))
    heic = struct.pack(">I", 24) + b"ftypheic" + bytes(12)
    yield Container("HEIC", "a.heic", heic, ("suffix_not_allowed",))
    yield Container("HEIC named JPG", "a.jpg", heic, ("content_mismatch",))
    small = (720, 700)
    yield Container("AVIF", "a.avif", saved(scene(60, small), "AVIF"), ("suffix_not_allowed",))
    yield Container("WEBP named JPG", "a.jpg", saved(scene(60, small), "WEBP"), ("content_mismatch",))
    yield Container("TIFF and raw files", "a.dng", saved(scene(60, small), "TIFF"), ("suffix_not_allowed",))
    yield Container("GIF named JPG", "a.jpg", saved(scene(60, small), "GIF"), ("content_mismatch",))


def every() -> list[Container]:
    """The whole table."""
    return [*accepted(), *refused()]


def pixels(content: bytes | None) -> np.ndarray:
    """A picture of our own making as RGB."""
    assert content is not None
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
