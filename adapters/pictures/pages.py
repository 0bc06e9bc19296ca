"""Long pages: pictures so much longer than wide that as a whole nothing on them can be seen.

Apart from the cutting, since this much is known in a decoding process, which should stay small.
"""

from __future__ import annotations

from adapters.pictures import limits


def is_long(size: tuple[int, int]) -> bool:
    """Whether a picture of this width and height is a long page."""
    return max(size) >= limits.LONG_PAGE * min(size)


def longest(size: tuple[int, int], side: int) -> int:
    """The longer side, in pixels, that a picture is scaled down to: `side`, or of a long page so much that it keeps its own width."""
    shorter, longer = sorted(size)
    if not is_long(size) or longer <= side:
        return side
    factor = min(1.0, limits.PAGE_WIDTH / shorter, (limits.PAGE_PIXELS / (shorter * longer)) ** 0.5)
    kept: int = round(longer * factor)
    return max(side, kept)
