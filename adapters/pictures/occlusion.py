"""Occlusion: a copy of which much is hidden under bars, stickers and lettering, judged by what is still to be seen of it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats, small
from adapters.pictures.printed import at_an_end, letters, mean, printed
from adapters.pictures.proof import Mask, Matrix, correlation, patches, warped, within


class Visible(NamedTuple):
    """What is visible of an original: shares of its textured windows inside the overlap.

    `rest` has nothing laid over it, and `agreeing` of that agrees; of `photographed` windows in the rest (a count) the share
    `photographed_agreeing` does, and `plainly` without any pixel left out; `lettered` says that what hides has letters on it;
    `other` is the share of all in place of which something else is seen that is not laid over: windows that lie together;
    `middle` is the share of the middle's textured windows that agrees, hidden ones counted as well.
    """

    rest: float
    agreeing: float
    photographed: int
    photographed_agreeing: float
    plainly: float
    lettered: bool
    other: float
    middle: float


def confidence(seen: Visible) -> float:
    """How sure a pair is a copy that is partly hidden: a copy, a suspicion, or nothing (docs/copies.md)."""
    bar = p.OCCLUDED_LETTERED if seen.lettered else p.OCCLUDED_PLAIN
    if seen.photographed < p.OCCLUDED_LEAST or seen.rest < bar.rest or seen.plainly < p.OCCLUDED_PLAINLY:
        return 0.0
    if seen.other > p.OCCLUDED_OTHER or seen.middle < p.OCCLUDED_MIDDLE:
        return 0.0
    agreeing = min(seen.agreeing, seen.photographed_agreeing)
    return p.OCCLUDED_COPY if agreeing >= bar.copy else p.OCCLUDED_SUSPICION if agreeing >= bar.suspicion else 0.0


def visible(suspect: Bytes, original: Bytes, matrix: Matrix, scale: p.Scale = p.FINE, drawn: Mask | None = None) -> Visible | None:
    """What of the original the suspect still shows (grey pictures); None where hardly anything is the same to begin with."""
    grey = small(original, scale.side)
    laid, mask = warped(suspect, grey, matrix)
    inside = within(mask, drawn)
    alike, vs, vo = correlation(laid, grey, scale.window)
    texture = float(np.clip(p.RELATIVE_TEXTURE * np.percentile(vo, 95), scale.least, scale.texture))
    known = inside & (vo > texture)
    plain = known & (alike > p.EXACT)
    if plain.sum() < p.LEAST_TEXTURE:
        return None
    fit = _fitted(laid, grey, plain, scale.window)
    agreeing = (alike > p.EXACT) | ((fit.share >= p.TRIMMED) & (fit.spread > np.maximum(texture, 0.3 * vo)))
    differing = inside & ~agreeing & (alike <= p.CORRELATED)
    hidden = _hidden(laid, vs, fit, vo, differing, scale.window)
    rest = known & (agreeing | ~hidden)
    real = rest & ~printed(grey, scale.window)
    return Visible(
        float(rest.sum()) / int(known.sum()),
        _share(agreeing, rest),
        int(real.sum()),
        _share(agreeing, real),
        _share(plain, real),
        letters(np.where(hidden, laid, np.uint8(np.median(laid)))) >= p.OCCLUDED_LETTERS,
        _share(patches(inside & ~agreeing & ~hidden, scale.window), known),
        _share(agreeing, known & _middle(grey)),
    )


class _Fit(NamedTuple):
    """Contrast of the suspect over the original's; pixels that fit; in each window their share, and the original's variance over them."""

    gain: float
    pixels: Mask
    share: Floats
    spread: Floats


def _fitted(laid: Bytes, grey: Bytes, plain: Mask, window: int) -> _Fit:
    x, y = (np.asarray(cv2.GaussianBlur(one, (0, 0), 1.0), np.float32) for one in (grey, laid))
    slope, constant = np.polyfit(x[plain], y[plain], 1)
    fits = np.asarray(np.abs(y - (slope * x + constant)) < p.TRIMMED_TONES)
    share = mean(fits, window)
    count = np.maximum(share, 1e-3)
    middle = np.asarray(cv2.blur(fits * x, (window, window))) / count
    spread = np.asarray(cv2.blur(fits * x * x, (window, window))) / count - middle**2
    return _Fit(float(slope), fits, share, np.asarray(spread, np.float32))


def _hidden(laid: Bytes, vs: Floats, fit: _Fit, vo: Floats, differing: Mask, window: int) -> Mask:
    """Where something printed lies over the original: flat, or ink and paper, or ink with the original between."""
    ends = at_an_end(laid, window)
    flat = (vs < p.OCCLUDED_FLAT) | (mean(ends, window) >= p.PRINTED)
    inked = (mean(ends | fit.pixels, window) >= p.INKED) & (vs > p.OCCLUDED_CONTRAST * fit.gain**2 * vo)
    return _opened(differing & flat, 5, window) | _opened(differing & inked, 3, 9)


def _middle(grey: Bytes) -> Mask:
    """The middle of a picture, half its width and height, where the goods are."""
    mask = np.zeros(grey.shape, np.bool_)
    height, width = grey.shape
    mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return mask


def _opened(mask: Mask, least: int, around: int) -> Mask:
    """Windows that lie together, and what is around them."""
    body = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((least, least), np.uint8))
    return np.asarray(cv2.dilate(body, np.ones((around, around), np.uint8))) > 0


def _share(part: Mask, of: Mask) -> float:
    return float((part & of).sum()) / max(1, int(of.sum()))
