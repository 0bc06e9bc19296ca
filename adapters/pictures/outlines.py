"""Outlines of pictures laid onto each other: which part of one the other covers, in double precision throughout.

OpenCV's own `intersectConvexConvex` is not used: for outlines that nearly coincide, as those of an exact copy do, it is often
empty or far too small.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Outline = npt.NDArray[np.float64]
"""Corners in order, one a row: x and y."""


def rectangle(width: int, height: int) -> Outline:
    """The outline of a picture in shares of its longer side, clockwise from the upper left."""
    longer = max(width, height)
    x, y = width / longer, height / longer
    return np.array([[0, 0], [x, 0], [x, y], [0, y]], np.float64)


def overlap(frame: Outline, other: Outline) -> Outline:
    """The part of an upright rectangle that `other` covers (Sutherland and Hodgman, 1974); no rows where none is.

    Moving a corner by a little moves the result by as little, however near the two outlines are. Not a number anywhere: no rows.
    """
    if not np.isfinite(other).all():
        return np.zeros((0, 2))
    kept, low, high = other, frame.min(axis=0), frame.max(axis=0)
    for axis in (0, 1):
        kept = _cut(kept, axis, float(low[axis]), 1.0)
        kept = _cut(kept, axis, float(high[axis]), -1.0)
    return kept


def area(outline: Outline) -> float:
    """The area that an outline encloses (the shoelace formula), in the square of its own unit."""
    if len(outline) < 3:
        return 0.0
    x, y = (outline - outline[0]).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _cut(outline: Outline, axis: int, at: float, side: float) -> Outline:
    """The outline without what lies beyond a line across an axis; `side` 1 keeps what is greater, -1 what is less."""
    if not len(outline):
        return outline
    inside = side * (outline[:, axis] - at) >= 0
    corners: list[Outline] = []
    for here, there, is_in, comes_in in zip(outline, np.roll(outline, -1, axis=0), inside, np.roll(inside, -1), strict=True):
        if is_in:
            corners.append(here)
        if is_in != comes_in:
            share = (at - here[axis]) / (there[axis] - here[axis])
            crossing = here + share * (there - here)
            crossing[axis] = at
            corners.append(crossing)
    return np.array(corners, np.float64).reshape(-1, 2)
