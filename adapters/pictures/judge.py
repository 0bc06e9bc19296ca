"""From evidence to verdict: how sure are we that the suspect is a copy, which part, by which transform?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Features
from adapters.pictures.laid import Matrix
from adapters.pictures.outlines import area, overlap, rectangle
from adapters.pictures.proof import Agreement, Alignment
from domain.picture import Box, Likeness, Transform, Verdict

EVERYTHING = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Proof:
    """A likeness with the evidence that it rests on; `used` are the suspect's features that the alignment's pairs number.

    `same_pixels` says that nothing else is needed: both have one size and the same pixels.
    """

    likeness: Likeness
    alignment: Alignment | None = None
    agreement: Agreement | None = None
    used: Features | None = None
    same_pixels: bool = False


def identical(matcher: str) -> Likeness:
    """The likeness of a picture to itself, byte by byte or pixel by pixel."""
    return Likeness(Verdict.COPY, 1.0, EVERYTHING, EVERYTHING, Transform(False, 0.0, 1.0, 1.0), True, matcher)


def different(matcher: str, sure: float = 0.0) -> Likeness:
    """The likeness of pictures that are not alike; `sure` is how likely they are a copy nevertheless."""
    return Likeness(Verdict.DIFFERENT, sure, EVERYTHING, EVERYTHING, Transform(False, 0.0, 1.0, 0.0), False, matcher)


def by_features(agreement: Agreement, penalty: float = 0.0) -> float:
    """How likely a pair aligned by local features is a true copy (0..1), by the calibration in docs/copies.md.

    `penalty` is taken off its logit. Where much differs and the rest is not the same either, both may lie on the same ground:
    that is no copy, however much of the ground agrees. Nor does a small part prove anything that hardly agrees exactly: the legs
    of one model in one pose are alike.
    """
    if agreement.known < p.LEAST_TEXTURE:
        return 0.0
    constant, exact, held = p.WEIGHTS
    strong, slope = p.STRONGLY_HELD
    more = slope * max(0.0, agreement.held - strong)
    sure = _logistic(constant - penalty + exact * agreement.exact + held * agreement.held + more)
    if small_part(agreement) and agreement.exact < p.SMALL_PART_EXACT:
        return min(sure, p.SHARED_GROUND)
    return sure if agreement.held >= p.HELD_APART or agreement.exact_apart >= p.EXACT_APART else min(sure, p.SHARED_GROUND)


def small_part(agreement: Agreement) -> bool:
    """Whether the overlap is a small part of what there is to see of the original."""
    return agreement.known < p.SMALL_PART * agreement.all_known


def by_shapes(agreement: Agreement, slopes: float, covers: float) -> float:
    """The same of a pair aligned by broad shapes, whose slopes are alike by `slopes` (-1..1)."""
    if agreement.known < p.LEAST_TEXTURE_COARSE or covers < p.SHAPES_COVER:
        return 0.0
    if agreement.held < p.SHAPES_HELD or agreement.exact < p.SHAPES_EXACT:
        return 0.0
    even, step = p.SHAPES
    return _logistic((slopes - even) / step)


def _logistic(strength: float) -> float:
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, strength)))), 4)


def judged(sure: float, view: tuple[int, int], original: Features, alignment: Alignment, agreement: Agreement, matcher: str) -> Likeness:
    """The likeness in the words of the domain; `view` is the suspect's width and height in pixels."""
    verdict = Verdict.COPY if sure >= p.COPY else Verdict.SUSPICION if sure >= p.SUSPICION else Verdict.DIFFERENT
    if verdict is Verdict.DIFFERENT:
        return different(matcher, sure)
    own_region, region, covers = regions(view, original, alignment.matrix, agreement)
    linear = alignment.matrix[:2, :2] * (-1 if alignment.mirrored else 1)
    turn = math.degrees(math.atan2(linear[1, 0], linear[0, 0]))
    scale = math.sqrt(abs(float(np.linalg.det(linear)))) * max(view) / original.longer
    size = (region.right - region.left) * (region.bottom - region.top)
    whole = covers >= p.WHOLE_COVERS and size >= p.WHOLE_REGION and agreement.held >= p.WHOLE_HELD
    transform = Transform(alignment.mirrored, round(turn % 360, 1) % 360, round(scale, 3), round(covers, 3))
    return Likeness(verdict, sure, region, own_region, transform, whole, matcher)


def regions(view: tuple[int, int], original: Features, matrix: Matrix, agreement: Agreement) -> tuple[Box, Box, float]:
    """The matched box in the original and in the suspect, and the share of the original that is covered."""
    frame, own = rectangle(*view), rectangle(original.width, original.height)
    there = overlap(frame, cv2.perspectiveTransform(own[None], matrix)[0])  # in the suspect: the way back may cross the horizon
    if area(there) <= 0:
        return EVERYTHING, EVERYTHING, 0.0
    common = cv2.perspectiveTransform(there[None], np.linalg.inv(matrix))[0]
    if agreement.held < p.WHOLE_HELD and agreement.agreeing:
        common = _agreeing(agreement)
        there = cv2.perspectiveTransform(common[None], matrix)[0]
    return _box(common, own[2]), _box(there, frame[2]), min(1.0, area(common) / area(own))


def _agreeing(agreement: Agreement) -> Matrix:
    """The corners of the part of the original that agrees, in shares of the longer side."""
    rows, columns = np.nonzero(agreement.agree)
    longer = max(agreement.agree.shape)
    left, right = np.percentile(columns, [1, 99]) / longer
    top, bottom = np.percentile(rows, [1, 99]) / longer
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def _box(points: Matrix, corner: Matrix) -> Box:
    shares = np.clip(points / corner, 0, 1)
    (left, top), (right, bottom) = shares.min(axis=0), shares.max(axis=0)
    return Box(round(float(left), 4), round(float(top), 4), round(float(right), 4), round(float(bottom), 4))
