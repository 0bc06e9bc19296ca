"""Seams: the straight edges, along and across, at which a picture was put into another one; and the rectangles that they make."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from adapters.pictures import limits
from adapters.pictures.features import Bytes, Floats, small

Lines = npt.NDArray[np.int64]


class Rectangle(NamedTuple):
    """Edges in shares of the page's width and height."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the page."""
        return (self.right - self.left) * (self.bottom - self.top)


def rectangles(page: Bytes) -> list[Rectangle]:
    """Where pictures may have been put into an RGB page, the surest first; the page's own edges count as seams."""
    seen = small(page, limits.SEAMS_SIDE)
    height, width = seen.shape[:2]
    least = max(8, round(limits.SEAM_LEAST * min(width, height)))
    down, across = _steps(seen), _steps(np.ascontiguousarray(seen.transpose(1, 0, 2)))
    xs, ys = _lines(down, least), _lines(across, least)
    sums = [np.concatenate([np.zeros((1, one.shape[1]), np.float32), one.cumsum(axis=0, dtype=np.float32)]) for one in (down, across)]
    return _best(xs, ys, sums[0], sums[1], least, (width, height))


def _steps(picture: Bytes) -> Floats:
    """1 where a picture changes suddenly between a column and the one before, and at both ends; 0 elsewhere: a column more than it has."""
    height, width = picture.shape[:2]
    step = np.zeros((height, width + 1), np.float32)
    step[:, 1:width] = cv2.absdiff(picture[:, 1:], picture[:, :-1]).max(axis=2)
    around = cv2.blur(step, (9, 1))
    sudden = ((step >= limits.SEAM_TONES) & (step > limits.SEAM_SUDDEN * around)).astype(np.float32)
    near = cv2.dilate(sudden, np.ones((1, 3), np.uint8))
    found: Floats = np.asarray(near, np.float32)
    found[:, [0, width]] = 1.0
    return found


def _lines(steps: Floats, least: int) -> Lines:
    """The columns along which a seam runs for a while, the longest; both ends among them."""
    runs = cv2.blur(steps, (1, least), borderType=cv2.BORDER_CONSTANT).max(axis=0)
    peaks = np.flatnonzero((runs >= limits.SEAM_FILLED) & (runs >= np.roll(runs, 1)) & (runs > np.roll(runs, -1)))
    inner = peaks[(peaks > 0) & (peaks < steps.shape[1] - 1)]
    length = (cv2.blur(steps, (1, least))[:, inner] >= limits.SEAM_FILLED).sum(axis=0)
    kept = inner[np.argsort(-length, kind="stable")[: limits.SEAM_LINES]]
    return np.asarray(np.unique(np.concatenate([[0], kept, [steps.shape[1] - 1]])), np.int64)


def _best(xs: Lines, ys: Lines, down: Floats, across: Floats, least: int, size: tuple[int, int]) -> list[Rectangle]:
    """The rectangles between lines, all of whose sides are seams; one of those that nearly coincide."""
    width, height = size
    x1, x2 = _pairs(xs, least)
    y1, y2 = _pairs(ys, least)
    if not len(x1) or not len(y1):
        return []
    left, right = (_filled(down, x, y1, y2) for x in (x1, x2))
    top, bottom = (_filled(across, y, x1, x2).T for y in (y1, y2))
    worst = np.minimum(np.minimum(left, right), np.minimum(top, bottom))
    share = (x2 - x1)[:, None] * (y2 - y1)[None] / (width * height)
    worst[share > limits.CELL_LARGEST] = 0
    inside = [(x1 > 0)[:, None], (x2 < width)[:, None], (y1 > 0)[None], (y2 < height)[None]]
    sides = sum(one.astype(np.int64) for one in inside)  # the page's own edges are sides of anything
    order = np.argsort(-(worst + 0.05 * sides).ravel(), kind="stable")
    found: list[Rectangle] = []
    for number in order[: limits.SEAM_TRIED]:
        a, b = divmod(int(number), len(y1))
        if worst[a, b] < limits.SEAM_SIDE_FILLED or len(found) == limits.SEAM_PIECES:
            break
        one = Rectangle(float(x1[a] / width), float(y1[b] / height), float(x2[a] / width), float(y2[b] / height))
        if not any(_alike(one, other) >= limits.SEAM_ALIKE or _around(one, other) for other in found):
            found.append(one)
    return found


def _pairs(lines: Lines, least: int) -> tuple[Lines, Lines]:
    a, b = np.triu_indices(len(lines), 1)
    far = lines[b] - lines[a] >= least
    return lines[a][far], lines[b][far]


def _filled(sums: Floats, lines: Lines, start: Lines, end: Lines) -> Floats:
    """The share of each line that is a seam from each start to its end."""
    filled: Floats = ((sums[end][:, lines] - sums[start][:, lines]) / (end - start)[:, None]).T.astype(np.float32)
    return filled


def _common(a: Rectangle, b: Rectangle) -> float:
    wide, high = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
    return max(0.0, wide) * max(0.0, high)


def _alike(a: Rectangle, b: Rectangle) -> float:
    common = _common(a, b)
    return common / (a.area + b.area - common)


def _around(a: Rectangle, b: Rectangle) -> bool:
    """Whether the first holds the second and others beside it: it is several pictures."""
    return _common(a, b) > 0.95 * b.area and b.area > limits.SEAM_PART * a.area
