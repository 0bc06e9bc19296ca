"""The proof: do two pictures agree, pixel by pixel, once one is laid onto the other?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Features, Floats, products
from adapters.pictures.laid import Mask, Matrix, here, laid

Numbers = npt.NDArray[np.int64]
UPRIGHT = ((False, False), (True, False))
"""Senses of the first look: mirrored or not, brightness not inverted."""
INVERTED = ((False, True), (True, True))
"""Senses with inverted brightness."""


@dataclass(frozen=True)
class Alignment:
    """How the original lies in the suspect.

    `matrix` maps the original onto the suspect, both in shares of their longer sides; `pairs` rows are (original's,
    suspect's) feature numbers; `inverted` says that light and dark have changed places.
    """

    matrix: Matrix
    inverted: bool
    pairs: Numbers

    @property
    def mirrored(self) -> bool:
        """Whether the transform mirrors."""
        return bool(np.linalg.det(self.matrix[:2, :2]) < 0)


@dataclass(frozen=True)
class Agreement:
    """Counts of windows on the original's small picture, and where they lie.

    `textured` have texture in either picture, inside the overlap; `agreeing` of those correlate; `known` and `kept` are the
    same counts for windows with texture in the original and nothing laid over them, `close` those of them that hardly
    differ; `all_known` has those outside the overlap too; `apart` and `apart_close` are `known` and `close` without the
    windows in and around compact patches that differ.
    """

    textured: int
    agreeing: int
    known: int
    kept: int
    all_known: int
    close: int
    apart: int
    apart_close: int
    agree: Mask

    @property
    def share(self) -> float:
        """Share of the overlap's textured windows that agree: what is pasted on the suspect lowers it."""
        return self.agreeing / max(1, self.textured)

    @property
    def held(self) -> float:
        """Share of the original's textured windows inside the overlap that agree."""
        return self.kept / max(1, self.known)

    @property
    def exact(self) -> float:
        """Share of the original's textured windows inside the overlap that hardly differ: the same shot, not one like it."""
        return self.close / max(1, self.known)

    @property
    def exact_apart(self) -> float:
        """`exact` beside the patches that differ: under a sticker on a copy all is another, beside it all is the same."""
        return self.apart_close / max(1, self.apart)

    @property
    def area(self) -> float:
        """Share of all the original's textured windows that agree."""
        return min(1.0, self.kept / max(1, self.all_known))


def alike(suspect: Features, original: Features, inverted: bool) -> tuple[Floats, Floats] | None:
    """How alike each of the original's features is to each of the suspect's: their sum says it upright, their difference mirrored.

    None where either has too few.
    """
    if min(len(original.points), len(suspect.points)) < p.MIN_INLIERS:
        return None
    (even, odd), (their_even, their_odd) = suspect.halves(inverted=False), original.halves(inverted)
    return products(their_even, even), products(their_odd, odd)


def matches(halves: tuple[Floats, Floats] | None, mirrored: bool) -> Numbers:
    """Pairs (original's feature, suspect's feature) that pass the ratio test, by what `alike` says."""
    if halves is None:
        return np.zeros((0, 2), np.int64)
    likeness = halves[0] - halves[1] if mirrored else halves[0] + halves[1]
    best = likeness.argmax(axis=1)
    rows = np.arange(len(likeness))
    top = likeness[rows, best]
    likeness[rows, best] = -1
    second = likeness.max(axis=1)
    good = (1 - top) <= p.RATIO**2 * (1 - second)
    return np.stack([rows[good], best[good]], axis=1)


def _similarities(suspect: Features, original: Features, pairs: Numbers, mirrored: bool, inverted: bool) -> Matrix:
    """For each pair the similarity transform (2 x 3) that its two features alone suggest."""
    o = original.points[pairs[:, 0]].astype(np.float64)
    s = suspect.points[pairs[:, 1]].astype(np.float64)
    scale = s[:, 2] / o[:, 2]
    sign = -1.0 if mirrored else 1.0
    turn = s[:, 3] - sign * o[:, 3] - (np.pi if mirrored else 0.0) - (np.pi if inverted else 0.0)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    linear = np.stack([np.stack([sign * cos, -sin], 1), np.stack([sign * sin, cos], 1)], 1)
    shift = s[:, :2] - np.einsum("nij,nj->ni", linear, o[:, :2])
    return np.concatenate([linear, shift[:, :, None]], axis=2)


def align(suspect: Features, original: Features, senses: Sequence[tuple[bool, bool]] = UPRIGHT) -> Alignment | None:
    """The transform on which most matches agree, among the senses (mirrored, inverted); None where fewer than `MIN_INLIERS` do."""
    best: Alignment | None = None
    halves = {inverted: alike(suspect, original, inverted) for inverted in {inverted for _, inverted in senses}}
    for mirrored, inverted in senses:
        found = _align(suspect, original, matches(halves[inverted], mirrored), mirrored, inverted)
        if found is not None and (best is None or len(found.pairs) > len(best.pairs)):
            best = found
    return best


def _align(suspect: Features, original: Features, pairs: Numbers, mirrored: bool, inverted: bool) -> Alignment | None:
    if len(pairs) < p.MIN_INLIERS:
        return None
    guesses = _similarities(suspect, original, pairs, mirrored, inverted)
    o = original.points[pairs[:, 0], :2].astype(np.float64)
    s = suspect.points[pairs[:, 1], :2].astype(np.float64)
    inliers = _most_agreed(guesses, o, s)
    if inliers.sum() < p.MIN_INLIERS:
        return None
    matrix, inliers = _refine(o, s, inliers)
    if matrix is None or inliers.sum() < p.MIN_INLIERS:
        return None
    return Alignment(matrix, inverted, pairs[inliers])


def _most_agreed(guesses: Matrix, o: Matrix, s: Matrix) -> npt.NDArray[np.bool_]:
    """The pairs that agree with the guess on which most do."""
    scales = np.sqrt(np.abs(np.linalg.det(guesses[:, :, :2])))
    mapped = np.einsum("hij,nj->hni", guesses[:, :, :2], o) + guesses[:, None, :, 2]
    off = np.linalg.norm(mapped - s[None], axis=2) / scales[:, None]
    sizes = np.abs(np.log(scales[:, None] / scales[None]))
    good: npt.NDArray[np.bool_] = (off < p.LOOSE) & (sizes < 0.5)
    most: npt.NDArray[np.bool_] = good[int(good.sum(axis=1).argmax())]
    return most


def _refine(o: Matrix, s: Matrix, inliers: npt.NDArray[np.bool_]) -> tuple[Matrix | None, npt.NDArray[np.bool_]]:
    """Affine fits with falling tolerance, then a homography where there is evidence enough for one."""
    matrix: Matrix | None = None
    for tolerance in (p.LOOSE, p.LOOSE / 2, p.LOOSE / 4, p.TIGHT):
        fitted = _affine(o[inliers], s[inliers])
        if fitted is None:
            return None, inliers
        matrix = fitted
        inliers = _off(matrix, o, s) < tolerance
        if inliers.sum() < p.MIN_INLIERS:
            return None, inliers
    if inliers.sum() >= 12:
        bent, _ = cv2.findHomography(o[inliers], s[inliers], 0)
        if bent is not None and abs(bent[2, 0]) + abs(bent[2, 1]) < 0.5:
            close = _off(bent.astype(np.float64), o, s) < p.TIGHT
            if close.sum() >= inliers.sum():
                return bent.astype(np.float64), close
    return matrix, inliers


def bent(suspect: Features, original: Features, alignment: Alignment) -> Alignment | None:
    """The homography on which most matches agree, where more do than on an alignment: a picture photographed from the side.

    None where no more do. By MAGSAC, which draws the same samples in every run.
    """
    pairs = matches(alike(suspect, original, alignment.inverted), alignment.mirrored)
    if len(pairs) < p.BENT_INLIERS:
        return None
    o, s = original.points[pairs[:, 0], :2].astype(np.float64), suspect.points[pairs[:, 1], :2].astype(np.float64)
    tolerance = p.TIGHT * float(np.sqrt(abs(np.linalg.det(alignment.matrix[:2, :2]))))
    matrix, agreeing = cv2.findHomography(o, s, cv2.USAC_MAGSAC, tolerance)
    if matrix is None or agreeing.sum() < max(p.BENT_INLIERS, p.BENT_MORE * len(alignment.pairs)):
        return None
    # nothing of the original may lie beyond the horizon
    corners = np.array([[0, 0], [original.width, 0], [0, original.height], [original.width, original.height]]) / original.longer
    if (np.concatenate([corners, np.ones((4, 1))], axis=1) @ matrix[2] <= 0.2).any():
        return None
    return Alignment(matrix.astype(np.float64), alignment.inverted, pairs[agreeing.ravel() > 0])


def _affine(o: Matrix, s: Matrix) -> Matrix | None:
    ones = np.concatenate([o, np.ones((len(o), 1))], axis=1)
    fitted, _, rank, _ = np.linalg.lstsq(ones, s, rcond=None)
    if rank < 3:
        return None
    matrix = np.eye(3)
    matrix[:2] = fitted.T
    stretch = np.linalg.svd(matrix[:2, :2], compute_uv=False)
    return matrix if stretch[1] > 0.02 and stretch[0] < 5 * stretch[1] else None


def _off(matrix: Matrix, o: Matrix, s: Matrix) -> Matrix:
    """How far each pair is off, in shares of the original's longer side."""
    mapped = cv2.perspectiveTransform(o[None], matrix)[0]
    scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    off: Matrix = np.linalg.norm(mapped - s, axis=1) / max(scale, 1e-6)
    return off


def _overlaid(mine: Mask, good: Mask, vs: Floats, vo: Floats) -> Mask:
    """Windows that differ because something was laid over them: the suspect has much more contrast there than the original.

    They speak neither for nor against a copy, unless they are the most.
    """
    both = mine & good
    gain = float(np.median(vs[both] / vo[both])) if both.any() else 1.0
    overlaid: Mask = mine & ~good & (vs > p.OVERLAID * gain * vo)
    return overlaid if overlaid.sum() <= p.MOST_OVERLAID * mine.sum() else np.zeros_like(mine)


def patches(differing: Mask, window: int) -> Mask:
    """Windows that lie together, at least a window's side across: something else is to be seen there."""
    return np.asarray(cv2.morphologyEx(differing.astype(np.uint8), cv2.MORPH_OPEN, np.ones((window, window), np.uint8))) > 0


def agree(
    suspect: Bytes, original: Bytes, matrix: Matrix, inverted: bool = False, scale: p.Scale = p.FINE, drawn: Mask | None = None
) -> Agreement:
    """Lay the suspect onto the original and count the windows that agree (grey pictures); only those `drawn`, where that is known."""
    seen = laid(suspect, original, matrix, scale, drawn)
    inside, vs, vo = seen.inside, seen.vs, seen.vo
    alike = -seen.alike if inverted else seen.alike
    good = alike > p.CORRELATED
    known = vo > seen.texture
    if drawn is not None:
        known &= here(drawn, seen.original)
    textured = inside & (known | (vs > seen.texture))
    mine = inside & known
    mine &= ~_overlaid(mine, good, vs, vo)
    close = mine & (alike > p.EXACT)
    around = cv2.dilate(patches(mine & ~good, scale.window).astype(np.uint8), np.ones((scale.window, scale.window), np.uint8))
    apart = mine & (np.asarray(around) == 0)
    return Agreement(
        int(textured.sum()),
        int((textured & good).sum()),
        int(mine.sum()),
        int((mine & good).sum()),
        int(known.sum()),
        int(close.sum()),
        int(apart.sum()),
        int((apart & close).sum()),
        textured & good,
    )
