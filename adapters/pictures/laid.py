"""A suspect laid onto an original, and how alike the two are there, window by window. All pictures are grey."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from adapters.pictures import limits
from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats, small
from adapters.pictures.lately import Lately

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Windows(NamedTuple):
    """A picture's tones, softened, and the mean and the variance of the window around each pixel."""

    tones: Floats
    mean: Floats
    variance: Floats


class Laid(NamedTuple):
    """The `suspect` in the place of the small `original`.

    `mask` is 255 where it lies, `inside` where both may be compared; `alike` is the correlation of the windows, `vs` and `vo` are their
    variances in the suspect and in the original; a window of the original has `texture` over that variance.
    """

    original: Bytes
    suspect: Bytes
    mask: Bytes
    inside: Mask
    alike: Floats
    vs: Floats
    vo: Floats
    texture: float


_lately: Lately[Laid] = Lately(limits.LAID_LATELY)
_originals: Lately[tuple[Windows, float]] = Lately(limits.LAID_LATELY)


def laid(suspect: Bytes, original: Bytes, matrix: Matrix, scale: p.Scale = p.FINE, drawn: Mask | None = None) -> Laid:
    """The suspect laid onto the original at a scale; compared where something is `drawn`, where that is known."""
    return _lately.get((suspect, original, matrix.tobytes(), scale, drawn), lambda: _laid(suspect, original, matrix, scale, drawn))


def _laid(suspect: Bytes, original: Bytes, matrix: Matrix, scale: p.Scale, drawn: Mask | None) -> Laid:
    original = small(original, scale.side)
    lying, mask = warped(suspect, original, matrix)
    theirs, texture = _originals.get((original, scale), lambda: _of_original(original, scale))
    mine = windows(lying, scale.window)
    alike = _alike(mine, theirs, scale.window)
    return Laid(original, lying, mask, within(mask, drawn), alike, mine.variance, theirs.variance, texture)


def _of_original(original: Bytes, scale: p.Scale) -> tuple[Windows, float]:
    """An original's windows, and over which variance they have texture."""
    found = windows(original, scale.window)
    return found, float(np.clip(p.RELATIVE_TEXTURE * np.percentile(found.variance, 95), scale.least, scale.texture))


def brightened(seen: Laid, same: Mask) -> Laid:
    """The same, the suspect with the original's contrast where it has much less: a tone says as much of a dark or faint copy as of another.

    `same` is where both agree; by it the contrast is told.
    """
    x, y = (np.asarray(cv2.GaussianBlur(one, (0, 0), 1.0), np.float32)[same] for one in (seen.original, seen.suspect))
    slope, constant = np.polyfit(x, y, 1)
    if not 0 < slope < p.FAINT:
        return seen
    tones = (seen.suspect.astype(np.float32) - constant) / slope
    return seen._replace(suspect=np.clip(np.round(tones), 0, 255).astype(np.uint8), vs=seen.vs / np.float32(slope * slope))


def unit_of(picture: Bytes) -> Matrix:
    """From a picture's pixels, whose centres have whole numbers, to shares of its longer side."""
    longer = max(picture.shape[:2])
    return np.array([[1 / longer, 0, 0.5 / longer], [0, 1 / longer, 0.5 / longer], [0, 0, 1]])


def warped(suspect: Bytes, original: Bytes, matrix: Matrix) -> tuple[Bytes, Bytes]:
    """The suspect's picture laid onto the original's, and a mask (255) of where it lies."""
    height, width = original.shape[:2]
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))) * max(suspect.shape[:2]) / max(original.shape)
    if scale > 1.5:
        suspect = small(suspect, max(suspect.shape) // 2) if scale >= 2 else suspect  # by halves: that is known already
        scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))) * max(suspect.shape) / max(original.shape)
        size = (max(8, round(suspect.shape[1] / scale)), max(8, round(suspect.shape[0] / scale)))
        suspect = cv2.resize(suspect, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    whole = np.linalg.inv(unit_of(suspect)) @ matrix @ unit_of(original)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(suspect, whole, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    everything = np.full(suspect.shape[:2], 255, np.uint8)
    mask = cv2.warpPerspective(everything, whole, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return laid, mask  # type: ignore[return-value]


def windows(picture: Bytes, window: int) -> Windows:
    """Means and variances of a picture's windows, `window` pixels across."""
    tones: Floats = cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.float32)
    mean = _mean(tones, window)
    return Windows(tones, mean, _mean(tones * tones, window) - mean * mean)


def _alike(a: Windows, b: Windows, window: int) -> Floats:
    """The correlation of two pictures' windows."""
    both = _mean(a.tones * b.tones, window) - a.mean * b.mean
    alike: Floats = (both / np.sqrt(np.maximum(a.variance, 0.5) * np.maximum(b.variance, 0.5))).astype(np.float32, copy=False)
    return alike


def _mean(values: Floats, window: int) -> Floats:
    return np.asarray(cv2.blur(values, (window, window)), np.float32)


def within(mask: Bytes, drawn: Mask | None) -> Mask:
    """Where two pictures may be compared: well inside the mask of where they overlap, and where something is drawn."""
    inside = np.asarray(cv2.erode(mask, np.ones((5, 5), np.uint8))) > 0
    return inside if drawn is None else inside & here(drawn, mask)


def here(drawn: Mask, like: Bytes) -> Mask:
    """A mask of what is drawn in the size of a picture."""
    return np.asarray(cv2.resize(drawn.astype(np.uint8), like.shape[1::-1], interpolation=cv2.INTER_NEAREST)) > 0
