"""Two sheets of one layout are no copies: what is printed on both proves nothing unless it is the same to the letter.

Agreement is counted apart where the original is photographed. An original with hardly any photograph and many letters is a
sheet: a size chart, a notice, a label. It is compared once more at the size at which letters are read, block by block, each
allowed to lie a few pixels off; a copy agrees in practically every block, another sheet fails wherever it tells something else.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Features, small
from adapters.pictures.laid import Mask, Matrix, here, laid, warped
from adapters.pictures.printed import letters, printed
from adapters.pictures.tones import rising

Blocks = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sheets:
    """Blocks of an original sheet compared with a suspect: how many there are, how many differ, and the same of photographed ones."""

    blocks: int
    differing: int
    photographed: int
    photographed_differing: int


def ceiling(suspect: Bytes, original: Features, matrix: Matrix, hidden: bool = False) -> float:
    """The confidence at most of a pair laid onto each other by `matrix` (the suspect in grey, original onto suspect): 1 or less.

    `hidden` says that what is photographed may be hidden in part, and was judged by what is left of it.
    """
    share, count, held = photographed(suspect, original, matrix)
    if share >= p.PHOTOGRAPHED:
        return 1.0 if hidden or held >= p.PHOTOGRAPHED_HELD else p.SAME_LAYOUT
    fine = original.fine() if original.fine is not None else None
    if fine is None or letters(small(fine, p.LETTERS_SIDE)) < p.LETTERS:
        return p.SAME_LAYOUT if not hidden and count >= p.LEAST_TEXTURE and held < p.PHOTOGRAPHED_HELD else 1.0
    return _of_sheets(compare(suspect, fine, matrix))


def _of_sheets(told: Sheets) -> float:
    if told.photographed >= max(p.LEAST_BLOCKS, p.PHOTOGRAPHED_BLOCKS * told.blocks):
        agreeing = 1 - told.photographed_differing / told.photographed
        return 1.0 if agreeing >= p.PHOTOGRAPHED_SAME else p.SHARED_GROUND if agreeing >= 0.5 else p.SAME_LAYOUT
    same = told.blocks >= p.LEAST_BLOCKS and told.differing <= p.SHEETS_DIFFER * told.blocks
    return 1.0 if same else p.SHARED_GROUND


def photographed(suspect: Bytes, original: Features, matrix: Matrix, scale: p.Scale = p.FINE) -> tuple[float, int, float]:
    """Of the original's textured windows the share that is photographed; inside the overlap their number, and the share that agrees."""
    seen = laid(suspect, original.grey, matrix, scale, original.drawn)
    textured = seen.vo > seen.texture
    if original.drawn is not None:
        textured &= here(original.drawn, seen.original)
    real = textured & ~printed(seen.original, scale.window)
    compared = real & seen.inside
    agree = compared & (seen.alike > p.CORRELATED)
    gain = float(np.median(seen.vs[agree] / seen.vo[agree])) if agree.any() else 1.0
    compared &= agree | (seen.vs <= p.OVERLAID * gain * seen.vo)
    count = int(compared.sum())
    return float(real.sum()) / max(1, int(textured.sum())), count, float(agree.sum()) / max(1, count)


def compare(suspect: Bytes, original: Bytes, matrix: Matrix) -> Sheets:
    """Every textured block of an original sheet against the suspect, at the larger scale that both have.

    The original is given the suspect's tones, so that nothing is asked for where those are burnt out; a sticker's ground is left out.
    """
    seen = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))) * max(suspect.shape)
    grey = small(original, int(np.clip(seen, p.SHEET_SIDES[0], p.SHEET_SIDES[1])))
    lying, mask = warped(suspect, grey, matrix)
    o, s = (np.asarray(cv2.GaussianBlur(one, (0, 0), 1.0), np.uint8) for one in (grey, lying))
    usable = (np.asarray(cv2.erode(mask, np.ones((7, 7), np.uint8))) > 0) & ~_stickers(s, o)
    if usable.any():
        o = np.asarray(np.round(rising(o[usable], s[usable].astype(np.float32))[o]), np.uint8)
    places = _places(o, usable)
    if not len(places):
        return Sheets(0, 0, 0, 0)
    differ = np.array([_likeness(s, o, y, x) < p.BLOCK_ALIKE for y, x in places])
    half = p.BLOCK // 2
    real = ~printed(grey, p.FINE.window, p.FLAT_FINE)[places[:, 0] + half, places[:, 1] + half]
    return Sheets(len(places), int(differ.sum()), int(real.sum()), int((real & differ).sum()))


def _places(original: Bytes, usable: Mask) -> Blocks:
    """Upper left corners (row, column) of the blocks with something in them, wholly where both pictures can be used."""
    size, slack = p.BLOCK, p.BLOCK_SLACK
    grey = original.astype(np.float32)
    found = []
    for y in range(slack, grey.shape[0] - size - slack, size // 2):
        for x in range(slack, grey.shape[1] - size - slack, size // 2):
            if usable[y : y + size, x : x + size].all() and grey[y : y + size, x : x + size].std() >= p.BLOCK_CONTRAST:
                found.append((y, x))
    return np.array(found, np.int64).reshape(-1, 2)


def _likeness(suspect: Bytes, original: Bytes, y: int, x: int) -> float:
    """The best correlation of a block with the suspect within a few pixels."""
    size, slack = p.BLOCK, p.BLOCK_SLACK
    around = suspect[y - slack : y + size + slack, x - slack : x + size + slack]
    if around.std() < 1.0:
        return 0.0
    return float(cv2.matchTemplate(around, original[y : y + size, x : x + size], cv2.TM_CCOEFF_NORMED).max())


def _stickers(suspect: Bytes, original: Bytes) -> Mask:
    """Where one flat convex shape lies over what is printed: thicker than letters, of one colour, on paper of one colour."""
    body = cv2.absdiff(suspect, original) > p.STICKER_TONES
    thick = cv2.morphologyEx(body.astype(np.uint8), cv2.MORPH_OPEN, np.ones((p.STICKER_THICK, p.STICKER_THICK), np.uint8))
    covered = np.zeros_like(thick)
    outlines, _ = cv2.findContours(thick, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:
        hull = cv2.convexHull(outline)
        if cv2.contourArea(outline) < p.STICKER_CONVEX * cv2.contourArea(hull):
            continue
        shape = cv2.fillConvexPoly(np.zeros_like(thick), hull, 1) > 0
        if shape.mean() <= p.STICKER_LARGEST and _one_colour(suspect[shape]) and _one_colour(original[shape]):
            covered[shape] = 1
    return np.asarray(cv2.dilate(covered, np.ones((p.BLOCK // 2, p.BLOCK // 2), np.uint8))) > 0


def _one_colour(tones: Bytes) -> bool:
    """Whether most pixels have nearly the commonest tone."""
    counts = np.bincount(tones, minlength=256)
    most = int(counts.argmax())
    return bool(counts[max(0, most - 12) : most + 13].sum() >= p.STICKER_EVEN * len(tones))
