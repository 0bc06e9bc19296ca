"""Whether two pictures show the very same pixels: in another container, or pressed again without any other change (rule B4)."""

from __future__ import annotations

import cv2

from adapters.pictures import parameters as p
from adapters.pictures.features import Features, small
from adapters.pictures.marks import Suspect


def same(suspect: Suspect, original: Features) -> bool:
    """Whether both have one size and no tone of their small grey pictures differs by more than a decoder's rounding.

    A picture without any contrast is like every other one without: of those nothing is said.
    """
    if suspect.size != (original.width, original.height):
        return False
    grey = small(suspect.grey, p.PROOF_SIDE)
    if grey.shape != original.grey.shape or float(original.grey.std()) < p.SAME_CONTRAST:
        return False
    return float(cv2.absdiff(grey, original.grey).max()) <= p.SAME_TONES
