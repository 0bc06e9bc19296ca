"""Pictures that the tests draw, and the ports that a matcher reads, in memory."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

from PIL import Image, ImageDraw

from application.ports import FingerprintRow, Inspection


def scene(seed: int, size: tuple[int, int] = (900, 800)) -> Image.Image:
    """A drawing that no other seed resembles."""
    draw = random.Random(seed)

    def color() -> tuple[int, int, int]:
        return draw.randrange(256), draw.randrange(256), draw.randrange(256)

    picture = Image.new("RGB", size, color())
    pen = ImageDraw.Draw(picture)
    for _ in range(140):
        x, y = draw.randrange(size[0]), draw.randrange(size[1])
        corner = (x + draw.randrange(10, 160), y + draw.randrange(10, 160))
        (pen.ellipse if draw.random() < 0.5 else pen.rectangle)((x, y, *corner), fill=color())
    return picture


def saved(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, form, **({"quality": 92} if form == "JPEG" else {}) | options)
    return out.getvalue()


class Stored:
    """Fulfils `Fingerprints` and `Vault` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, list[FingerprintRow]] = {"filings": [], "listings": []}
        self.files: dict[tuple[str, str], bytes] = {}
        self.seq = 0
        self.asked: list[int] = []

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        self.asked.append(after)
        return iter([row for row in self.kept[space] if row.seq > after])

    def digests(self, space: str, upto: int) -> list[str]:
        return [row.digest for row in self.kept[space] if row.seq <= upto and row.fingerprint]

    def get(self, kind: str, digest: str) -> bytes:
        return self.files[kind, digest]

    def put(self, kind: str, digest: str, content: bytes) -> None:
        self.files.setdefault((kind, digest), content)

    def store(self, seen: Inspection, space: str = "filings") -> None:
        assert not seen.flaws and seen.scaled and seen.fingerprint
        self.put("scaled", seen.digest, seen.scaled)
        for kind, content in (("features", seen.features), ("layer", seen.layer)):
            if content:
                self.put(kind, seen.digest, content)
        self.seq += 1
        self.kept[space].append(FingerprintRow(self.seq, seen.digest, seen.fingerprint))
