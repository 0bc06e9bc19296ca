"""A matcher's likeness as an event records it, and back (rules B4, F2)."""

from __future__ import annotations

from domain.events.base import Seen
from domain.picture import Box, Likeness, Transform, Verdict


def seen_of(digest: str, likeness: Likeness) -> Seen:
    """What is recorded of a likeness; `digest` is that of the picture in which the original was seen."""
    region, original, transform = likeness.region, likeness.original_region, likeness.transform
    return Seen(
        digest=digest,
        verdict=likeness.verdict.value,
        confidence=likeness.confidence,
        region=(region.left, region.top, region.right, region.bottom),
        original_region=(original.left, original.top, original.right, original.bottom),
        mirrored=transform.mirrored,
        rotated_by=transform.rotated_by,
        scaled_by=transform.scaled_by,
        covers=transform.covers,
        whole=likeness.whole,
        matcher=likeness.matcher,
    )


def likeness_of(seen: Seen) -> Likeness:
    """The likeness that was recorded, as the matcher of that day held it."""
    return Likeness(
        verdict=Verdict(seen.verdict),
        confidence=seen.confidence,
        region=Box(*seen.region),
        original_region=Box(*seen.original_region),
        transform=Transform(seen.mirrored, seen.rotated_by, seen.scaled_by, seen.covers),
        whole=seen.whole,
        matcher=seen.matcher,
    )
