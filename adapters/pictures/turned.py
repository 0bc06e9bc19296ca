"""Tones turned around in part: a picture solarised, or its goods in other tones against their ground.

Every edge is where it was, some with light and dark exchanged, so that windows correlate as strongly, some the other way round.
"""

from __future__ import annotations

import numpy as np

from adapters.pictures import covers
from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Features
from adapters.pictures.laid import Matrix, here, laid
from adapters.pictures.printed import printed


def confidence(suspect: Bytes, original: Features, matrix: Matrix, scale: p.Scale = p.FINE) -> float:
    """How sure a pair laid onto each other (the suspect in grey) is a copy with tones turned around in part: of a copy, or 0.

    Only what is photographed counts: a shop prints one sheet dark on light and light on dark.
    """
    seen = laid(suspect, original.grey, matrix, scale, original.drawn)
    textured = seen.vo > seen.texture
    if original.drawn is not None:
        textured &= here(original.drawn, seen.original)
    real = textured & ~printed(seen.original, scale.window)
    compared = real & seen.inside
    count = int(compared.sum())
    if count < covers.OCCLUDED_LEAST or real.sum() < p.PHOTOGRAPHED * textured.sum():
        return 0.0
    alike = seen.alike[compared]
    shares = ((alike < -p.EXACT).sum() / count, (np.abs(alike) > p.EXACT).sum() / count, (np.abs(alike) > p.CORRELATED).sum() / count)
    return covers.OCCLUDED_COPY if all(share >= least for share, least in zip(shares, covers.TURNED, strict=True)) else 0.0
