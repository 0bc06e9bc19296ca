"""Pictures as the rules see them: what a review found, and how two pictures are alike (rules B2, B4, F2)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """What the matcher holds of two pictures."""

    COPY = "copy"
    SUSPICION = "suspicion"
    DIFFERENT = "different"


class Box(Struct, frozen=True):
    """A rectangle in a picture, in shares (0..1) of its width and height, after EXIF orientation."""

    left: float
    top: float
    right: float
    bottom: float


class Transform(Struct, frozen=True):
    """How the original became the copy: mirrored or not, degrees clockwise, factor of scale, share of the original covered (0..1)."""

    mirrored: bool
    rotated_by: float
    scaled_by: float
    covers: float


class Likeness(Struct, frozen=True):
    """How a suspected picture is like an original: a fact once recorded, whatever later matchers say.

    `region` lies in the suspected picture, `original_region` in the original; `whole` says that both pictures show the
    same whole picture (no crop, no inset); `confidence` is 0..1; `matcher` names the matcher and its version.
    """

    verdict: Verdict
    confidence: float
    region: Box
    original_region: Box
    transform: Transform
    whole: bool
    matcher: str


class Flaw(Struct, frozen=True, omit_defaults=True):
    """One rule that a picture breaks: stable code, the limit and the measured value (rule B2)."""

    code: str
    limit: int | str | None = None
    measured: int | str | None = None
    filing_id: str | None = None
