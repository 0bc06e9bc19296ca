"""Tones: an original with the tones of a suspect that burnt its lights or its shadows out."""

from __future__ import annotations

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats, small
from adapters.pictures.laid import Matrix, warped


def burnt(suspect: Bytes, original: Bytes, matrix: Matrix) -> Bytes | None:
    """The original's small picture with the suspect's tones, so that what is one white or one black there is so here, too.

    None where the suspect burnt nothing out that the original shows, or where no rising curve leads from the original's tones
    to the suspect's: then it is not the same shot made brighter or harder.
    """
    grey = small(original, p.FINE.side)
    laid, mask = warped(suspect, grey, matrix)
    inside = cv2.erode(mask, np.ones((5, 5), np.uint8)) > 0
    low, high = p.BURNT
    lost = inside & (((laid >= high) & (grey < high - p.BURNT_BY)) | ((laid <= low) & (grey > low + p.BURNT_BY)))
    if lost.sum() < p.BURNT_SHARE * max(1, int(inside.sum())):
        return None
    before = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8)[inside]
    after = np.asarray(cv2.GaussianBlur(laid, (0, 0), 1.0))[inside].astype(np.float32)
    curve = rising(before, after)
    left = float(np.mean((after - curve[before]) ** 2))
    if left > (1 - p.BURNT_FIT) * max(1.0, float(after.var())):
        return None
    return np.asarray(np.round(curve[grey]), np.uint8)


def rising(before: Bytes, after: Floats) -> Floats:
    """The curve over the 256 tones that never falls and fits best: from those of some pixels before to those of the same after."""
    counts = np.bincount(before, minlength=256)
    sums = np.bincount(before, weights=after, minlength=256)
    steps: list[tuple[float, int, int]] = []
    for tone in np.nonzero(counts)[0]:
        total, count = float(sums[tone]), int(counts[tone])
        while steps and steps[-1][0] * count >= total * steps[-1][1]:
            total, count = total + steps[-1][0], count + steps[-1][1]
            steps.pop()
        steps.append((total, count, int(tone)))
    ends = [-1, *(end for *_, end in steps[:-1]), 255]
    curve: Floats = np.repeat([total / count for total, count, _ in steps], np.diff(ends)).astype(np.float32)
    return curve
