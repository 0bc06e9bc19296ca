"""What of a picture is printed and what is photographed: letters, lines and flat colours against continuous tones."""

from __future__ import annotations

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats
from adapters.pictures.laid import Mask


def printed(grey: Bytes, window: int, flat: float = p.FLAT) -> Mask:
    """Windows that look printed: of one colour (`flat` is the share of even pixels that makes them so), or of two, as ink and paper are."""
    same = even(grey)
    return (mean(same, window) >= flat) | (mean(same | at_an_end(grey, window), window) >= p.PRINTED)


def even(grey: Bytes) -> Mask:
    """Pixels that are like their neighbours: nothing but one colour."""
    low, high = _ends(grey, 3)
    return high - low < p.EVEN_TONES


def at_an_end(grey: Bytes, window: int) -> Mask:
    """Pixels of nearly the darkest or the lightest tone around them: ink and paper."""
    low, high = _ends(grey, window)
    near = p.NEAR_THE_END * (high - low)
    return (grey <= low + near) | (grey >= high - near)


def mean(mask: Mask, window: int) -> Floats:
    """Share of the window around each pixel that the mask takes."""
    return np.asarray(cv2.blur(mask.astype(np.float32), (window, window)), np.float32)


def letters(grey: Bytes) -> int:
    """About how many letters, digits and signs of their size stand in a picture of some 900 px: compact strokes, dark or light."""
    count = 0
    shortest, highest, widest = p.LETTER
    for tones in (grey, 255 - grey):
        strokes = cv2.adaptiveThreshold(tones, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, p.LETTER_AROUND, p.LETTER_INK)
        *_, boxes, _ = cv2.connectedComponentsWithStats(strokes)
        width, height, area = boxes[1:, cv2.CC_STAT_WIDTH], boxes[1:, cv2.CC_STAT_HEIGHT], boxes[1:, cv2.CC_STAT_AREA]
        sized = (height >= shortest) & (height <= highest) & (width >= 2) & (width <= widest)
        count += int((sized & (area >= 0.12 * width * height) & (area <= 0.95 * width * height)).sum())
    return count


def _ends(grey: Bytes, window: int) -> tuple[Floats, Floats]:
    around = np.ones((window, window), np.uint8)
    return np.asarray(cv2.erode(grey, around), np.float32), np.asarray(cv2.dilate(grey, around), np.float32)
