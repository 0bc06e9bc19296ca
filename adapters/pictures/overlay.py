"""Alignment without local features: the whole picture, or one as a part of the other, by its broad shapes."""

from __future__ import annotations

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats, small
from adapters.pictures.laid import Matrix, unit_of, warped

_SIDE = 96


def _dihedral(width: float, height: float, to_width: float, to_height: float, form: int) -> Matrix:
    """One of the eight ways to lay a frame over another: bit 0 mirrors across, bit 1 down, bit 2 swaps the sides first."""
    matrix = np.array([[1 / width, 0, 0.5 / width], [0, 1 / height, 0.5 / height], [0, 0, 1]])
    if form & 4:
        matrix = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]]) @ matrix
    if form & 1:
        matrix = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]]) @ matrix
    if form & 2:
        matrix = np.array([[1.0, 0, 0], [0, -1, 1], [0, 0, 1]]) @ matrix
    onto: Matrix = np.array([[to_width, 0, -0.5], [0, to_height, -0.5], [0, 0, 1]])
    return np.asarray(onto @ matrix, np.float64)


def slopes(grey: Bytes) -> Floats:
    """Gradients across and down of a blurred picture, weak ones raised: the shapes that recolouring leaves."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.2).astype(np.float32)
    both = np.stack([cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)])
    raised: Floats = np.sign(both) * np.sqrt(np.abs(both))
    return raised


def alike(a: Floats, b: Floats, mask: Bytes | None = None) -> float:
    """Correlation of two pictures' slopes, inside the mask."""
    if mask is not None:
        inside = mask > 0
        a, b = a[:, inside], b[:, inside]
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / norm if norm > 1e-6 else 0.0


def likeness(suspect: Bytes, original: Bytes, matrix: Matrix) -> tuple[float, float]:
    """How alike the slopes are once the suspect is laid onto the original, and the share of the original that it covers."""
    laid, mask = warped(suspect, original, matrix)
    inside = cv2.erode(mask, np.ones((3, 3), np.uint8))
    return alike(slopes(laid), slopes(original), np.asarray(inside)), float((inside > 0).mean())


def guesses(suspect: Bytes, original: Bytes) -> list[Matrix]:
    """Transforms (original onto suspect, in shares of the longer sides) worth a closer look, likeliest first."""
    s, o = small(suspect, _SIDE), small(original, _SIDE)
    found = [*_whole(s, o), *_parts(s, o)]
    return [matrix for _, matrix in sorted(found, key=lambda item: -item[0])[:3]]


def _whole(s: Bytes, o: Bytes) -> list[tuple[float, Matrix]]:
    theirs = slopes(o)
    found = []
    for form in range(8):
        matrix = _dihedral(o.shape[1], o.shape[0], s.shape[1], s.shape[0], form)
        laid = cv2.warpAffine(s, matrix[:2], (o.shape[1], o.shape[0]), flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP)
        found.append((alike(slopes(np.asarray(laid)), theirs), unit_of(s) @ matrix @ np.linalg.inv(unit_of(o))))
    return found


def _parts(s: Bytes, o: Bytes) -> list[tuple[float, Matrix]]:
    """The original as a part of the suspect (insets, borders, captions), and the suspect as a part of the original (crops)."""
    found = []
    for mirrored in (False, True):
        flipped = np.ascontiguousarray(s[:, ::-1]) if mirrored else s
        undo = np.array([[-1.0, 0, s.shape[1] - 1], [0, 1, 0], [0, 0, 1]]) if mirrored else np.eye(3)
        for part, page, inside in ((o, flipped, True), (flipped, o, False)):
            score, place = _sought(part, page)
            if place is not None:
                matrix = place if inside else np.linalg.inv(place)
                found.append((score, unit_of(s) @ undo @ matrix @ np.linalg.inv(unit_of(o))))
    return found


def _sought(part: Bytes, page: Bytes) -> tuple[float, Matrix | None]:
    """Where on the page the part lies best, over scales: (likeness of slopes, part's pixels onto the page's)."""
    best: tuple[float, Matrix | None] = (0.0, None)
    field = slopes(page)
    for share in p.PART_SHARES:
        factor = share * min(page.shape[0] / part.shape[0], page.shape[1] / part.shape[1])
        size = (round(part.shape[1] * factor), round(part.shape[0] * factor))
        if min(size) < 12:
            continue
        template = slopes(np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA)))[:, 1:-1, 1:-1]
        _, top, _, (x, y) = cv2.minMaxLoc(_likenesses(template, field))
        if top > best[0]:
            best = (float(top), np.array([[factor, 0, x - 1.5 + factor / 2], [0, factor, y - 1.5 + factor / 2], [0, 0, 1]]))
    return best


def _likenesses(template: Floats, field: Floats) -> Floats:
    """How alike the template is at every place of a larger field of slopes."""
    scores = np.sum([cv2.matchTemplate(field[i], np.ascontiguousarray(template[i]), cv2.TM_CCORR) for i in (0, 1)], axis=0)
    size = template.shape[:0:-1]
    energy = np.sum([cv2.boxFilter(field[i] ** 2, -1, size, normalize=False, anchor=(0, 0)) for i in (0, 1)], axis=0)
    energy = energy[: scores.shape[0], : scores.shape[1]]
    found: Floats = (scores / np.sqrt(np.maximum(energy, 1e-3) * float((template**2).sum()) + 1e-6)).astype(np.float32, copy=False)
    return found


def refined(suspect: Bytes, original: Bytes, matrix: Matrix, side: int, bent: bool) -> Matrix:
    """The transform moved, by the pictures themselves, to where they agree best; the same one where that fails."""
    s, o = small(suspect, side), small(original, side)
    start = np.linalg.inv(unit_of(s)) @ matrix @ unit_of(o)
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, p.ECC_STEPS, 1e-4)
    kind = cv2.MOTION_HOMOGRAPHY if bent else cv2.MOTION_AFFINE
    try:
        _, moved = cv2.findTransformECC(o, s, (start if bent else start[:2]).astype(np.float32), kind, criteria, None, 5)  # type: ignore[call-overload]
    except cv2.error:
        return matrix
    whole = np.eye(3)
    whole[: len(moved)] = moved
    if not np.isfinite(whole).all() or abs(np.linalg.det(whole[:2, :2])) < 1e-3:
        return matrix
    return unit_of(s) @ whole @ np.linalg.inv(unit_of(o))
