"""The numbers by which a copy is known that is partly hidden (adapters.pictures.occlusion): what may lie over it, what must be left."""

from __future__ import annotations

from typing import NamedTuple


class Cover(NamedTuple):
    """What lies over a partly hidden original, and what must be left of the original under it.

    Letters on it, and share of the original's parts in which it lies, at least; of the textured windows the share left at least, what
    agrees without any pixel left out at least, what may be something else at most, and what agrees in the middle at least; of those
    left the share that agrees in a copy, and in a suspicion; whether windows that the cover touches are left out, and those under
    lettering in the middle.
    """

    letters: int
    everywhere: float
    rest: float
    plainly: float
    other: float
    middle: float
    copy: float
    suspicion: float
    beside: bool = False


TRIMMED = 0.45
"""Share of a window's pixels that must fit the original for the window to agree without the others."""
TRIMMED_TONES = 14.0
"""Grey values by which a pixel may be off for it to fit."""
OCCLUDED_FLAT = 30.0
"""Variance of grey values under which what hides is flat."""
OCCLUDED_CONTRAST = 1.5
"""Times the variance expected from which lettering lies over a window."""
INKED = 0.45
"""Share of pixels that are ink, paper or the original, from which a window of so much contrast is lettering over the original."""
OCCLUDED_LEAST = 1000
"""Photographed windows in the rest at least."""
OCCLUDED_EDGE = 7
"""Pixels around a cover in which windows are touched by it, twice over."""
OCCLUDED_PART = 20
"""Side, in pixels, of the parts of an original in each of which it is asked whether something lies over it."""
OCCLUDED_SOME = (0.08, 0.75)
"""Share of a part's textured pixels from which some are hidden, and from which most are."""
COVERS = (
    Cover(0, 0.0, rest=0.6, plainly=0.4, other=0.002, middle=0.6, copy=0.985, suspicion=0.95),
    Cover(8, 0.0, rest=0.35, plainly=0.4, other=0.002, middle=0.6, copy=0.96, suspicion=0.92),
    Cover(55, 0.0, rest=0.25, plainly=0.1, other=0.036, middle=0.72, copy=0.92, suspicion=0.86, beside=True),
    Cover(0, 0.6, rest=0.5, plainly=0.0, other=0.002, middle=0.5, copy=0.955, suspicion=0.93),
)
"""Flat shapes (plain goods drawn on one floor: 0.98); shapes with some letters (hardest wrong pairs: 0.83); an advertisement full of
letters (of wrong pairs under it at most 0.63 of the middle agrees); marks all over, a net, stripes (wrong pairs: 0.93)."""
OCCLUDED_COPY = 0.85
"""Confidence of a copy that is partly hidden."""
OCCLUDED_SUSPICION = 0.4
"""Confidence of one that may be."""
OCCLUDED_INLIERS = 6
"""Agreeing matches from which a pair that was not proved is looked at for what hides it."""
TURNED = (0.1, 0.4, 0.7)
"""Of the photographed windows of a copy whose tones are turned around in part, shares at least: those that hardly differ but for light
and dark, those that hardly differ either way, those that agree either way (wrong pairs: the first at most 0.03)."""
