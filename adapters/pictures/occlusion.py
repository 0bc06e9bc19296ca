"""Occlusion: a copy of which much is hidden under bars, stickers and lettering, judged by what is still to be seen of it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from adapters.pictures import covers
from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats
from adapters.pictures.laid import Laid, Mask, Matrix, brightened, laid
from adapters.pictures.printed import at_an_end, letters, mean, printed
from adapters.pictures.proof import patches


class Visible(NamedTuple):
    """What is visible of an original: shares of its textured windows inside the overlap.

    `rest` has nothing laid over it, and `agreeing` of that agrees; of `photographed` windows in the rest (a count) the share
    `photographed_agreeing` does, and `plainly` without any pixel left out; `beside` and `agreeing_beside` are `rest` and the lesser
    of both shares without the windows that a cover touches; `letters` says how many letters stand on what hides; `everywhere` in which
    share of the original's parts some pixels are hidden, but not most; `other` is the share of all in place of which something else
    is seen that is not laid over: windows that lie together; `middle` is the share of the middle's textured windows that agrees,
    hidden ones counted as well, `middle_open` without those under lettering.
    """

    rest: float
    agreeing: float
    photographed: int
    photographed_agreeing: float
    plainly: float
    beside: float
    agreeing_beside: float
    letters: int
    everywhere: float
    other: float
    middle: float
    middle_open: float


def confidence(seen: Visible) -> float:
    """How sure a pair is a copy that is partly hidden: a copy, a suspicion, or nothing (docs/copies.md)."""
    return max(_under(cover, seen) for cover in covers.COVERS)


def _under(cover: covers.Cover, seen: Visible) -> float:
    """The same, where that is what covers it."""
    rest, agreeing = (seen.beside, seen.agreeing_beside) if cover.beside else (seen.rest, min(seen.agreeing, seen.photographed_agreeing))
    if seen.letters < cover.letters or seen.everywhere < cover.everywhere or seen.photographed < covers.OCCLUDED_LEAST:
        return 0.0
    middle = seen.middle_open if cover.beside else seen.middle
    if rest < cover.rest or seen.plainly < cover.plainly or seen.other > cover.other or middle < cover.middle:
        return 0.0
    return covers.OCCLUDED_COPY if agreeing >= cover.copy else covers.OCCLUDED_SUSPICION if agreeing >= cover.suspicion else 0.0


def visible(suspect: Bytes, original: Bytes, matrix: Matrix, scale: p.Scale = p.FINE, drawn: Mask | None = None) -> Visible | None:
    """What of the original the suspect still shows (grey pictures); None where hardly anything is the same to begin with."""
    seen = laid(suspect, original, matrix, scale, drawn)
    grey, inside, alike, vo = seen.original, seen.inside, seen.alike, seen.vo
    known = inside & (vo > seen.texture)
    plain = known & (alike > p.EXACT)
    if plain.sum() < p.LEAST_TEXTURE:
        return None
    seen = brightened(seen, plain)
    fit = _fitted(seen.suspect, grey, plain, scale.window)
    agreeing = (alike > p.EXACT) | ((fit.share >= covers.TRIMMED) & (fit.spread > np.maximum(seen.texture, 0.3 * vo)))
    hidden, lettering = _hidden(seen, fit, inside & ~agreeing & (alike <= p.CORRELATED), scale.window)
    touched = np.asarray(cv2.dilate(hidden.astype(np.uint8), np.ones((covers.OCCLUDED_EDGE, covers.OCCLUDED_EDGE), np.uint8))) > 0
    rest, beside, photographed = known & (agreeing | ~hidden), known & (agreeing | ~touched), ~printed(grey, scale.window)
    return Visible(
        float(rest.sum()) / int(known.sum()),
        _share(agreeing, rest),
        int((rest & photographed).sum()),
        _share(agreeing, rest & photographed),
        _share(plain, rest & photographed),
        float(beside.sum()) / int(known.sum()),
        min(_share(agreeing, beside), _share(agreeing, beside & photographed)),
        letters(np.where(hidden, seen.suspect, np.uint8(np.median(seen.suspect)))),
        _everywhere(known, fit.pixels),
        _share(patches(inside & ~agreeing & ~hidden, scale.window), known),
        _share(agreeing, known & _middle(grey)),
        _share(agreeing, known & _middle(grey) & (agreeing | ~lettering)),
    )


def _everywhere(known: Mask, fits: Mask) -> float:
    """The share of the parts of the original with texture in which some pixels do not fit, but not most."""
    height, width = (max(1, side // covers.OCCLUDED_PART) for side in known.shape)
    textured, missing = (
        cv2.resize(one.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) for one in (known, known & ~fits)
    )
    parts = textured > 0.3
    some, most = covers.OCCLUDED_SOME
    among = missing[parts] / textured[parts]
    return float(((among > some) & (among < most)).mean()) if len(among) else 0.0


class _Fit(NamedTuple):
    """Contrast of the suspect over the original's; pixels that fit; in each window their share, and the original's variance over them."""

    gain: float
    pixels: Mask
    share: Floats
    spread: Floats


def _fitted(suspect: Bytes, grey: Bytes, plain: Mask, window: int) -> _Fit:
    x, y = (np.asarray(cv2.GaussianBlur(one, (0, 0), 1.0), np.float32) for one in (grey, suspect))
    slope, constant = np.polyfit(x[plain], y[plain], 1)
    fits = np.asarray(np.abs(y - (slope * x + constant)) < covers.TRIMMED_TONES)
    share = mean(fits, window)
    count = np.maximum(share, 1e-3)
    middle = np.asarray(cv2.blur(fits * x, (window, window))) / count
    spread = np.asarray(cv2.blur(fits * x * x, (window, window))) / count - middle**2
    return _Fit(float(slope), fits, share, np.asarray(spread, np.float32))


def _hidden(seen: Laid, fit: _Fit, differing: Mask, window: int) -> tuple[Mask, Mask]:
    """Where something printed lies over the original: flat, or ink and paper, or ink with the original between; and the last alone."""
    ends = at_an_end(seen.suspect, window)
    flat = (seen.vs < covers.OCCLUDED_FLAT) | (mean(ends, window) >= p.PRINTED)
    inked = (mean(ends | fit.pixels, window) >= covers.INKED) & (seen.vs > covers.OCCLUDED_CONTRAST * fit.gain**2 * seen.vo)
    lettering = _opened(differing & inked, 3, 9)
    return _opened(differing & flat, 5, window) | lettering, lettering


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
