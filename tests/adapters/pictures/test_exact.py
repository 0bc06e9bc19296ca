"""A copy that its few features lay some pixels off is laid exactly by its pixels; another picture is not brought nearer (rule B4)."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageFilter

from adapters.pictures import Marks
from adapters.pictures import parameters as p
from adapters.pictures.exam import _refined
from adapters.pictures.judge import by_features
from adapters.pictures.marks import Suspect
from adapters.pictures.proof import Alignment, agree
from tests.adapters.pictures.drawn import scene

pytestmark = pytest.mark.rule("B4")
OFF = np.array([[1, 0, 0.006], [0, 1, 0.005], [0, 0, 1.0]])
"""Two pixels of 320 across, and nearly as many down."""


def test_a_copy_some_pixels_off_is_laid_exactly(fallback: Marks) -> None:
    soft = np.asarray(scene(7).filter(ImageFilter.GaussianBlur(3)))
    suspect = Suspect(soft, fallback)
    original = fallback.features(suspect)
    laid = Alignment(OFF, False, np.zeros((0, 2), np.int64))
    before = agree(suspect.grey, original.grey, OFF)
    assert before.exact < p.INEXACT[1]
    _, after = _refined(suspect.grey, original, laid, before, p.FINE.side)
    assert after.exact > 0.98 and by_features(after) > by_features(before)


def test_what_is_not_brought_nearer_stays_as_it_was(fallback: Marks) -> None:
    suspect, other = (Suspect(np.asarray(scene(seed)), fallback) for seed in (7, 8))
    original = fallback.features(other)
    laid = Alignment(np.eye(3), False, np.zeros((0, 2), np.int64))
    before = agree(suspect.grey, original.grey, np.eye(3))
    after = _refined(suspect.grey, original, laid, before, p.FINE.side)[1]
    assert after.close >= before.close and by_features(after) < p.SUSPICION
