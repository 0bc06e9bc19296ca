"""A copy that its few features lay some pixels off is laid exactly by its pixels; another picture is not brought nearer (rule B4)."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter

from adapters.pictures import Marks, PillowInspector
from adapters.pictures import parameters as p
from adapters.pictures.evidence import numbers
from adapters.pictures.exam import _refined, examine, look
from adapters.pictures.features import products
from adapters.pictures.judge import by_features
from adapters.pictures.marks import Suspect
from adapters.pictures.proof import Alignment, agree, alike
from domain.picture import Verdict
from tests.adapters.pictures.containers import turned
from tests.adapters.pictures.drawn import saved, scene

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


def test_a_copy_photographed_from_the_side_is_laid_by_its_own_plane(fallback: Marks) -> None:
    """The first look follows it in part; another picture on that plane stays another."""
    flat, (width, height) = scene(12), scene(12).size
    plane = cv2.getPerspectiveTransform(
        np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32),
        np.array([[0.22, 0.15], [0.85, 0.05], [1, 0.95], [0.05, 0.8]], np.float32) * np.array([width, height], np.float32),
    )

    def aside(picture: Image.Image) -> Suspect:
        return Suspect(np.asarray(cv2.warpPerspective(np.asarray(picture), plane, (width, height), borderValue=(250, 250, 250))), fallback)

    original = fallback.features(Suspect(np.asarray(flat), fallback))
    proof = examine(aside(flat), original, "m/1")
    assert proof.likeness.verdict is Verdict.COPY and proof.alignment is not None and abs(proof.alignment.matrix[2]).max() > 0.05
    assert examine(aside(scene(13)), original, "m/1").likeness.verdict is Verdict.DIFFERENT


def test_the_same_pixels_in_another_container_are_the_same_whole_picture(inspector: PillowInspector, fallback: Marks) -> None:
    camera = saved(scene(30))
    seen = Image.open(io.BytesIO(camera))
    exif = turned(seen, 6)
    upright = seen.transpose(Image.Transpose.ROTATE_90)
    original = suspect_of(inspector, fallback, camera)
    others = [saved(seen, "PNG"), saved(seen, quality="keep", progressive=True), saved(upright, "PNG", exif=exif)]
    for content in others:
        proof = look(suspect_of(inspector, fallback, content), fallback.features(original), "m/1")
        assert proof.same_pixels and (proof.likeness.whole, proof.likeness.transform.covers) == (True, 1.0)
        assert numbers(proof)[0].startswith("Both pictures have one size and the same pixels")


def test_other_pixels_are_measured_and_pictures_without_contrast_are_not_taken_for_each_other(
    inspector: PillowInspector, fallback: Marks
) -> None:
    one = scene(30)
    dotted = one.copy()
    dotted.paste((255, 255, 255) if one.getpixel((405, 405)) < (128, 128, 128) else (0, 0, 0), (400, 400, 410, 410))
    clear, faint = Image.new("RGB", (900, 800), "white"), Image.new("RGB", (900, 800), (251, 251, 251))
    for a, b in ((one, dotted), (one, one.resize((720, 640))), (clear, faint)):
        suspect, original = (suspect_of(inspector, fallback, saved(picture, "PNG")) for picture in (a, b))
        assert not look(suspect, fallback.features(original), "m/1").same_pixels


def suspect_of(inspector: PillowInspector, marks: Marks, content: bytes) -> Suspect:
    return marks.suspect(inspector.inspect_listing("a", content).query or b"")


@pytest.mark.parametrize("inverted", [False, True])
def test_both_senses_are_compared_by_one_product_of_halves(fallback: Marks, inverted: bool) -> None:
    suspect, original = (Suspect(np.asarray(scene(seed)), fallback).features(p.QUERY_SIDE) for seed in (7, 8))
    halves = alike(suspect, original, inverted)
    assert halves is not None
    for mirrored, found in ((False, halves[0] + halves[1]), (True, halves[0] - halves[1])):
        assert np.allclose(found, products(original.variant(mirrored, inverted), suspect.roots()), atol=1e-5)
