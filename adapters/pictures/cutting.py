"""Cutting a listing's picture into the pieces that it may have been put together from: panes, cells, the parts of a long page.

Every piece is a box in pixels of the page. Cells are found by the gaps between them, pictures put into others by the seams around
them; what has neither is cut by trial into overlapping tiles; a long page into overlapping windows of its own width.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from adapters.pictures import limits
from adapters.pictures.features import Bytes
from adapters.pictures.laid import Mask
from adapters.pictures.pages import is_long
from adapters.pictures.seams import rectangles


class Piece(NamedTuple):
    """A rectangle of the page, in pixels: from `left`, `top` up to `right`, `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    def of(self, page: Bytes) -> Bytes:
        """The piece itself."""
        return page[self.top : self.bottom, self.left : self.right]


class Cut(NamedTuple):
    """The pieces of a page within the budget, and how many there are in all.

    The first `sure` are pieces beyond doubt (cells, windows of a long page), `seams` after them lie between seams, the others are cut
    by trial.
    """

    pieces: list[Piece]
    of: int
    sure: int
    seams: int = 0

    @property
    def tries(self) -> int:
        """In how many pieces to look at most."""
        return min(limits.PIECES_LOOKED, self.sure + self.seams + limits.PIECE_TRIES)


def cut(page: Bytes) -> Cut:
    """The pieces, those by gaps first: of a long page windows besides, of another what lies between seams, and tiles."""
    found = [piece for piece in cells(page) if piece.width * piece.height < limits.CELL_LARGEST * page.shape[0] * page.shape[1]]
    first = found[: limits.CELLS]
    if is_long((page.shape[1], page.shape[0])):
        every = [*first, *windows(page)]
        kept = every[: limits.PIECES]
        return Cut(kept, len(every) + len(found) - len(first), len(kept))
    seams = [one for one in seamed(page) if not any(_same(one, cell) for cell in first)]
    every = [*first, *seams, *tiles(page)]
    return Cut(every[: limits.PIECES], len(every) + len(found) - len(first), len(first), len(seams))


def seamed(page: Bytes) -> list[Piece]:
    """What lies between straight seams: a picture put into another one, or beside another without a gap."""
    height, width = page.shape[:2]
    return [
        Piece(round(one.left * width), round(one.top * height), round(one.right * width), round(one.bottom * height))
        for one in rectangles(page)
    ]


def _same(a: Piece, b: Piece) -> bool:
    """Whether two pieces are nearly one."""
    wide, high = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
    both = a.width * a.height + b.width * b.height
    return wide > 0 and high > 0 and wide * high >= limits.SEAM_ALIKE * (both - wide * high)


def tiles(page: Bytes) -> list[Piece]:
    """Overlapping parts of the page, in which a small inset is large."""
    height, width = page.shape[:2]
    h, w = round(height * limits.TILE_SHARE), round(width * limits.TILE_SHARE)
    steps = [i / (limits.TILES - 1) for i in range(limits.TILES)]
    corners = [(round((width - w) * x), round((height - h) * y)) for y in steps for x in steps]
    return [Piece(left, top, left + w, top + h) for left, top in corners]


def windows(page: Bytes) -> list[Piece]:
    """Overlapping windows along a long page, a little longer than they are wide."""
    height, width = page.shape[:2]
    side, longer = min(width, height), max(width, height)
    size, step = min(longer, round(side * limits.WINDOW)), side * limits.WINDOW_STEP
    count = 1 + int(np.ceil((longer - size) / step))
    starts = [round(i * (longer - size) / max(1, count - 1)) for i in range(count)]
    return [Piece(0, at, width, at + size) if height >= width else Piece(at, 0, at + size, height) for at in starts]


def cells(page: Bytes) -> list[Piece]:
    """What gaps of one colour divide the page into, largest first; strips too thin for a picture are left out."""
    height, width = page.shape[:2]
    factor = min(1.0, limits.GAPS_SIDE / min(width, height))
    seen = np.asarray(
        cv2.resize(page, (max(1, round(width * factor)), max(1, round(height * factor))), interpolation=cv2.INTER_AREA), np.uint8
    )
    least = max(8, round(limits.CELL_LEAST * min(seen.shape[:2])))
    boxes = _divided(seen, Piece(0, 0, seen.shape[1], seen.shape[0]), least, limits.GAP_DEPTH)
    boxes = [box for box in boxes if _contrast(box.of(seen)) >= limits.CELL_CONTRAST]
    scaled = [Piece(*(round(edge / factor) for edge in box)) for box in sorted(boxes, key=lambda box: -box.width * box.height)]
    return [Piece(box.left, box.top, min(box.right, width), min(box.bottom, height)) for box in scaled]


def _contrast(part: Bytes) -> float:
    """The standard deviation of all its tones, of all three colours together."""
    mean, deviation = cv2.meanStdDev(part)
    return float(np.sqrt((mean**2 + deviation**2).mean() - mean.mean() ** 2))


def _divided(page: Bytes, box: Piece, least: int, depth: int) -> list[Piece]:
    """The box, or what gaps across it, then gaps down it, divide it into."""
    if min(box.width, box.height) < least:
        return []
    part = box.of(page)
    for axis in (1, 0):
        spans = _spans(_gaps(part, axis))
        if depth and spans != [(0, part.shape[1 - axis])]:
            inner = [
                Piece(box.left, box.top + a, box.right, box.top + b) if axis else Piece(box.left + a, box.top, box.left + b, box.bottom)
                for a, b in spans
            ]
            return [piece for one in inner for piece in _divided(page, one, least, depth - 1)]
    return [box]


def _gaps(part: Bytes, axis: int) -> Mask:
    """Lines along an axis that are one colour from end to end, or nearly to the ends."""
    length = part.shape[axis]
    edge = round(limits.GAP_ENDS * length)
    lines = part[edge : length - edge] if axis == 0 else part[:, edge : length - edge]
    lightest, darkest = (cv2.reduce(lines, axis, how) for how in (cv2.REDUCE_MAX, cv2.REDUCE_MIN))
    return np.asarray(np.asarray(cv2.subtract(lightest, darkest)).reshape(-1, 3).max(axis=1) <= limits.GAP_TONES)


def _spans(gaps: Mask) -> list[tuple[int, int]]:
    """From and to of what lies between gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], gaps, [True]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
