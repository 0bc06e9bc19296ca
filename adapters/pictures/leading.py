"""The best of a line of pictures, so that it is of no matter in how many parts they were sought."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Line: TypeAlias = list[tuple[str, float]]
"""Pictures' digests with how likely each is, the likeliest first."""


def leading(found: Iterable[tuple[str, float]], most: int) -> Line:
    """At most so many, the likeliest first, equally likely ones by their digests."""
    return sorted(found, key=lambda one: (-one[1], one[0]))[:most]


def with_equals(ranked: list[tuple[int, float]], most: int) -> list[tuple[int, float]]:
    """Of pictures by number, the likeliest first: so many, and all that are exactly as likely as the last of them."""
    if len(ranked) <= most:
        return ranked
    return [one for place, one in enumerate(ranked) if place < most or one[1] == ranked[most - 1][1]]
