"""A distractor: another thing in place of which two aligned pictures differ, and that is neither lettering nor a sticker."""

from __future__ import annotations

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes
from adapters.pictures.laid import Mask, Matrix, laid
from adapters.pictures.printed import at_an_end, even, mean
from adapters.pictures.proof import patches


def share(suspect: Bytes, original: Bytes, matrix: Matrix, scale: p.Scale = p.FINE, drawn: Mask | None = None) -> float:
    """How many windows inside the overlap show another thing in the suspect, as a share of the original's textured ones (grey pictures).

    Such windows lie together, have texture of their own, and let nothing of the original through: goods do, on whatever floor,
    and so does the floor in place of the original's plain goods.
    A sticker, a bar and lettering are printed: flat, or of two tones; and between letters there is the original.
    """
    seen = laid(suspect, original, matrix, scale, drawn)
    inside, alike, vs, vo = seen.inside, seen.alike, seen.vs, seen.vo
    known = inside & (vo > scale.texture)
    differing = patches(inside & (known | (vs > scale.texture)) & (alike <= p.CORRELATED), scale.window)
    agreeing = known & (alike > p.EXACT)
    if not differing.any() or not agreeing.any():
        return 0.0
    strong = vs > p.DISTRACTOR_CONTRAST * float(np.median(vs[agreeing]))
    other = differing & (vs > scale.texture) & (known | (inside & strong))
    other &= mean(_through(seen.suspect, seen.original, agreeing), scale.window) < p.THROUGH
    other &= mean(even(seen.suspect), scale.window) < p.FLAT
    other &= mean(even(seen.suspect) | at_an_end(seen.suspect, scale.window), scale.window) < p.PRINTED
    return float(other.sum()) / max(1, int(known.sum()))


def _through(suspect: Bytes, original: Bytes, agreeing: Mask) -> Mask:
    """Pixels that are as the original's, once light and contrast are as where both agree."""
    x = np.asarray(cv2.GaussianBlur(original, (0, 0), 1.0), np.float32)
    y = np.asarray(cv2.GaussianBlur(suspect, (0, 0), 1.0), np.float32)
    slope, constant = np.polyfit(x[agreeing], y[agreeing], 1)
    return np.asarray(np.abs(y - (slope * x + constant)) < p.SAME_TONE)
