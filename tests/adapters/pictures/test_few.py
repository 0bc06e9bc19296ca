"""Seeking among a few pictures only: files of one request, and what was filed since (rule B4)."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator

import pytest

from adapters.pictures.few import AtHand, Later, both
from application.ports import FingerprintRow, Inspection
from domain.rulebook import DEFAULT

pytestmark = pytest.mark.rule("B4")


class Stored:
    """Stored fingerprints, and a vault."""

    def __init__(self) -> None:
        self.kept: list[FingerprintRow] = []
        self.files: dict[tuple[str, str], bytes] = {}

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        return (row for row in self.kept if row.seq > after)

    def get(self, kind: str, digest: str) -> bytes:
        return self.files[kind, digest]

    def put(self, kind: str, digest: str, content: bytes) -> None:
        self.files[kind, digest] = content

    def store(self, told: Inspection) -> None:
        for kind in ("scaled", "features"):
            self.put(kind, told.digest, getattr(told, kind))
        self.kept.append(FingerprintRow(len(self.kept) + 1, told.digest, told.fingerprint or b""))


def told(name: str, fingerprint: bytes | None = b"f", scaled: bytes | None = b"s") -> Inspection:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Inspection(digest, 1, "JPEG", 900, 800, (), scaled=scaled, fingerprint=fingerprint)


def test_only_rows_after_the_number_are_read() -> None:
    stored = Stored()
    for name in "abc":
        stored.store(told(name))
    later = Later(stored, 1)
    assert [row.seq for row in later.rows("filings", 0)] == [2, 3]
    assert [row.seq for row in later.rows("filings", 2)] == [3]


def test_pictures_at_hand_are_read_as_stored_ones_and_nothing_is_kept() -> None:
    one, blank = told("one"), told("blank", fingerprint=None, scaled=None)
    at_hand = AtHand([one, blank])
    assert [(row.seq, row.digest) for row in at_hand.rows("filings", 0)] == [(1, one.digest)]
    assert list(at_hand.rows("filings", 1)) == []
    assert at_hand.get("scaled", one.digest) == b"s"
    at_hand.put("features", one.digest, b"x")
    for kind, digest in (("features", one.digest), ("scaled", blank.digest), ("scaled", "nobody's")):
        with pytest.raises(KeyError):
            at_hand.get(kind, digest)
    fingerprints, vault = both([one])
    assert fingerprints is vault


def test_the_matcher_seeks_among_files_of_one_request_and_among_what_was_filed_since() -> None:
    pytest.importorskip("cv2")
    from adapters.pictures import Marks, PictureMatcher, PillowInspector

    marks = Marks("none")
    stored, inspector = Stored(), PillowInspector(marks)
    matcher = PictureMatcher(stored, stored, marks)
    one, other, again = (inspector.inspect_filing("x.jpg", content, DEFAULT.picture) for content in (scene(1), scene(2), scene(1, 60)))
    assert [found.digest for found in matcher.seek_among(again, [other, one])] == [one.digest]
    assert matcher.seek_among(other, [one]) == []
    stored.store(one)
    (of_first, of_other) = matcher.seek_originals_since([again, other], 0)
    assert ([found.digest for found in of_first.found], of_first.upto, of_other.found) == ([one.digest], 1, [])
    assert matcher.seek_originals_since([again], 1)[0][:2] == ([], 1)
    inspector.close()


def scene(seed: int, quality: int = 92) -> bytes:
    """A picture full of shapes, the same for the same seed."""
    from PIL import Image, ImageDraw

    chance = random.Random(seed)
    image = Image.new("RGB", (900, 800), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(140):
        x, y, size = chance.randrange(900), chance.randrange(800), chance.randrange(10, 160)
        shape = draw.ellipse if chance.random() < 0.5 else draw.rectangle
        shape((x, y, x + size, y + size), fill=tuple(chance.randrange(256) for _ in range(3)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
