"""Goods before a plain ground: which part of an original they take, so that a thief's other ground is no evidence against a copy."""

from __future__ import annotations

import cv2
import numpy as np

from adapters.pictures import limits
from adapters.pictures.features import Bytes, Features
from adapters.pictures.laid import Mask


def of(original: Features) -> Mask | None:
    """Where goods are to be seen in the original's small picture, well inside their outline; None where the ground is not plain."""
    if "goods" not in original.more:
        original.more["goods"] = None if original.clear else _before_a_plain_ground(original.grey)
    kept: Mask | None = original.more["goods"]
    return kept


def _before_a_plain_ground(grey: Bytes) -> Mask | None:
    edges = np.concatenate([strip.ravel() for strip in (grey[:2], grey[-2:], grey[:, :2], grey[:, -2:])]).astype(np.int16)
    ground = float(np.median(edges))
    if (np.abs(edges - ground) <= limits.GOODS_TONES).mean() < limits.GOODS_PLAIN:
        return None
    other = (np.abs(grey.astype(np.int16) - ground) > limits.GOODS_TONES).astype(np.uint8)
    closed = cv2.morphologyEx(other, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(
        cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    filled = np.zeros_like(grey)
    cv2.drawContours(filled, [one for one in outlines if cv2.contourArea(one) > 0.002 * grey.size], -1, 1, -1)
    low, high = limits.GOODS_SHARE
    if not low < float(filled.mean()) < high:
        return None
    return np.asarray(cv2.erode(filled, np.ones((limits.GOODS_EDGE, limits.GOODS_EDGE), np.uint8))) > 0
