"""A machine review and a matcher that read what a picture shows from its bytes: honest and deterministic, and quick.

A picture is made by `picture`: what it shows, in which edition, whole or in part. The same scene is a copy; scenes of one
family (`coat`, `coat~2`) are a suspicion; anything else is different.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from application.patience import ENDLESS, Patience
from application.ports import FingerprintRow, Fingerprints, Inspection, MatchResult, PictureMatch, Upload
from domain.picture import Box, Flaw, Likeness, Transform, Verdict
from domain.rulebook import PictureRules

WIDTH, HEIGHT = 900, 800
VERSION = "fake/1"


class Shown(NamedTuple):
    """What a fake picture shows."""

    scene: str
    edition: str
    part: bool
    shorter: int


def picture(scene: str, edition: str = "first", *, part: bool = False, shorter: int = HEIGHT) -> bytes:
    """The bytes of a picture; `edition` makes other bytes of the same scene (`clear` a PNG), `part` a crop, `shorter` its shorter side."""
    return f"{scene}|{edition}|{'part' if part else 'whole'}|{shorter}".encode()


def shown(content: bytes) -> Shown | None:
    """What the bytes show; None where they are no picture."""
    fields = content.decode(errors="replace").split("|")
    return Shown(fields[0], fields[1], fields[2] == "part", int(fields[3])) if len(fields) == 4 else None


class FakeInspector:
    """Fulfils `application.ports.Inspector` for the pictures of `picture`; counts its reviews; reads nothing while it is broken."""

    def __init__(self) -> None:
        self.inspected = 0
        self.broken = False

    def inspect_filing(self, name: str, content: bytes, rules: PictureRules) -> Inspection:
        flaws = []
        suffix = name.rpartition(".")[2].lower()
        if suffix not in rules.suffixes:
            flaws.append(Flaw("suffix_not_allowed", ", ".join(rules.suffixes), suffix))
        if len(content) > rules.max_bytes:
            flaws.append(Flaw("too_large", rules.max_bytes, len(content)))
        seen = shown(content)
        if seen is not None and seen.shorter < rules.min_side:
            flaws.append(Flaw("too_small", rules.min_side, seen.shorter))
        return self._inspect(content, flaws)

    def inspect_filings(self, files: Sequence[Upload], rules: PictureRules, patience: Patience = ENDLESS) -> list[Inspection]:
        return [self.inspect_filing(file.name, file.content, rules) for file in files]

    def inspect_listings(self, files: Sequence[Upload], patience: Patience = ENDLESS) -> list[Inspection]:
        return [self._moving(file.content) for file in files]

    def _moving(self, content: bytes) -> Inspection:
        """A moving picture is several pictures with `&` between them; one frame that breaks is not looked at."""
        first, *further = content.split(b"&")
        told = replace(self._inspect(first, []), digest=hashlib.sha256(content).hexdigest(), size=len(content))
        if told.flaws or not further:
            return told
        frames = tuple(replace(self._inspect(frame, []), features=None) for frame in further if shown(frame) is not None)
        return replace(told, further=frames, frames=(1 + len(frames), 1 + len(further)))

    def _inspect(self, content: bytes, flaws: list[Flaw]) -> Inspection:
        self.inspected += 1
        digest, seen = hashlib.sha256(content).hexdigest(), None if self.broken else shown(content)
        if seen is None:
            flaws.append(Flaw("unreadable", None, "not a picture"))
        if flaws or seen is None:
            return Inspection(digest, len(content), None, 0, 0, tuple(flaws))
        return Inspection(
            digest=digest,
            size=len(content),
            format="PNG" if seen.edition == "clear" else "JPEG",
            width=WIDTH,
            height=seen.shorter,
            flaws=(),
            scaled=b"scaled " + content,
            thumbnail=b"thumbnail " + content,
            fingerprint=content,
            features=b"features " + content,
            query=content,
        )


class FakeMatcher:
    """Fulfils `application.ports.Matcher` over the stored fingerprints of the pictures of `picture`; `sought` counts the searches."""

    def __init__(self, fingerprints: Fingerprints) -> None:
        self.fingerprints = fingerprints
        self.sought = 0

    @property
    def version(self) -> str:
        return VERSION

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        return self._seek("filings", inspection, 0)

    def seek_copies(self, inspection: Inspection) -> MatchResult:
        return self._seek("listings", inspection, 0)

    def seek_originals_of_many(self, inspections: Sequence[Inspection], patience: Patience = ENDLESS) -> list[MatchResult]:
        return [self.seek_originals(inspection) for inspection in inspections]

    def seek_originals_since(self, inspections: Sequence[Inspection], after: int) -> list[MatchResult]:
        return [self._seek("filings", inspection, after) for inspection in inspections]

    def seek_among(self, inspection: Inspection, originals: Sequence[Inspection]) -> list[PictureMatch]:
        rows = [FingerprintRow(number, one.digest, one.fingerprint or b"") for number, one in enumerate(originals, start=1)]
        return _ranked(rows, inspection)

    def _seek(self, space: str, inspection: Inspection, after: int) -> MatchResult:
        self.sought += 1
        rows = list(self.fingerprints.rows(space, after))
        return MatchResult(_ranked(rows, inspection), rows[-1].seq if rows else after)


def _ranked(rows: Iterable[FingerprintRow], inspection: Inspection) -> list[PictureMatch]:
    found = [PictureMatch(row.digest, likeness) for row in rows if (likeness := _likeness(row.fingerprint, inspection.query))]
    return sorted(found, key=lambda one: (-one.likeness.confidence, one.digest))


def _likeness(original: bytes, query: bytes | None) -> Likeness | None:
    one, other = shown(original), shown(query or b"")
    if one is None or other is None:
        return None
    if one.scene != other.scene:
        related = one.scene.partition("~")[0] == other.scene.partition("~")[0]
        return _alike(Verdict.SUSPICION, 0.4, False) if related else None
    whole = not (one.part or other.part)
    return _alike(Verdict.COPY, 0.99 if whole else 0.9, whole)


def _alike(verdict: Verdict, confidence: float, whole: bool) -> Likeness:
    box = Box(0.0, 0.0, 1.0, 1.0) if whole else Box(0.25, 0.25, 0.75, 0.75)
    return Likeness(verdict, confidence, box, box, Transform(False, 0.0, 1.0, 1.0 if whole else 0.25), whole, VERSION)
