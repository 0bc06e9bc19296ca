"""What is drawn on a clear ground, seen on whatever ground a suspect put behind it (rule F2).

Its features are taken on white and on black, since a ground lighter than what is drawn turns every edge of it around. Once it is
laid onto a suspect, the ground there is seen beside what is drawn, and what is drawn is put onto that ground, half-transparent
shades included. Agreement is then counted where something is drawn, and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from adapters.pictures import limits
from adapters.pictures.features import Bytes, Features, Floats, Layer, products
from adapters.pictures.laid import Mask, Matrix, warped

WHITE, BLACK = 255, 0


def on_one_colour(layer: Bytes, tone: int) -> Bytes:
    """A picture with an alpha channel (RGBA) as RGB on a ground of one grey."""
    opacity = layer[..., 3:].astype(np.float32) / 255
    return np.asarray(np.round(layer[..., :3] * opacity + tone * (1 - opacity)), np.uint8)


def layer_of(picture: Bytes) -> Layer:
    """What is drawn on the clear ground of an RGBA picture, in grey."""
    black: Bytes = cv2.cvtColor(on_one_colour(picture, BLACK), cv2.COLOR_RGB2GRAY)  # type: ignore[assignment]
    return Layer(black, np.ascontiguousarray(picture[..., 3]))


def together(a: Features, b: Features) -> Features:
    """The features of one picture on two grounds, in turns, so that the strongest of both come first; none that both have alike."""
    if len(a.points) and len(b.points):
        off = np.linalg.norm(a.points[:, None, :2] - b.points[None, :, :2], axis=2)
        sizes = np.abs(np.log(a.points[:, None, 2] / b.points[None, :, 2]))
        twins = (off < limits.TWIN_OFF) & (sizes < limits.TWIN_SIZE) & (products(a.roots(), b.roots()) > limits.TWIN_ALIKE)
        b = replace(b, points=b.points[~twins.any(axis=0)], descriptors=b.descriptors[~twins.any(axis=0)], more={})
    turn = np.argsort(np.concatenate([np.arange(len(a.points)) * 2, np.arange(len(b.points)) * 2 + 1]), kind="stable")
    points = np.concatenate([a.points, b.points])[turn]
    return replace(a, points=points, descriptors=np.concatenate([a.descriptors, b.descriptors])[turn], more={}, clear=True)


def behind(suspect: Bytes, original: Features, matrix: Matrix | None = None, inverted: bool = False) -> Features:
    """The original on the ground that a suspect (grey) shows, laid onto it by `matrix`; without one, on the suspect's margins.

    An original without a clear ground, or whose layer cannot be had, is itself.
    """
    layer = _layer(original)
    if layer is None or original.drawn is not None:
        return original
    suspect = 255 - suspect if inverted else suspect
    tones, opacity = (_sized(one, original.grey) for one in layer)
    ground = _margins(suspect, opacity) if matrix is None else _ground(suspect, tones, opacity, matrix)
    return replace(
        original,
        grey=_on(tones, opacity, ground),
        fine=lambda: _on(*layer, _sized(ground, layer.tones)),
        drawn=opacity >= limits.DRAWN_ALPHA,
    )


def _layer(original: Features) -> Layer | None:
    """The original's layer, read once."""
    if not original.clear or original.layer is None:
        return None
    if "layer" not in original.more:
        original.more["layer"] = original.layer()
    kept: Layer | None = original.more["layer"]
    return kept


def _sized(picture: Bytes, like: Bytes) -> Bytes:
    """The picture in another's size."""
    if picture.shape == like.shape:
        return picture
    smaller = picture.shape[0] > like.shape[0]
    sized = cv2.resize(picture, like.shape[::-1], interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return np.asarray(sized, np.uint8)


def _on(tones: Bytes, opacity: Bytes, ground: Bytes) -> Bytes:
    return np.asarray(np.round(np.minimum(255, tones + (1 - opacity / np.float32(255)) * ground)), np.uint8)


def _margins(suspect: Bytes, opacity: Bytes) -> Bytes:
    """A ground of the one tone that most of a suspect's margins have."""
    margins = np.concatenate([suspect[0], suspect[-1], suspect[:, 0], suspect[:, -1]])
    return np.full(opacity.shape, np.uint8(np.median(margins)))


def _ground(suspect: Bytes, tones: Bytes, opacity: Bytes, matrix: Matrix) -> Bytes:
    """The ground as it is seen where nothing is drawn, spread evenly over what is drawn: light may fall off, texture is left out."""
    laid, mask = warped(suspect, tones, matrix)
    bare = (mask > 0) & (opacity < limits.DRAWN_ALPHA)
    if bare.sum() < limits.GROUND_LEAST:
        return np.full(opacity.shape, np.uint8(WHITE if not (mask > 0).any() else np.median(laid[mask > 0])))
    known: Mask = np.asarray(cv2.erode(bare.astype(np.uint8), np.ones((3, 3), np.uint8))) > 0
    known = known if known.sum() >= limits.GROUND_LEAST else bare
    weight, sums = _blurred(known.astype(np.float32)), _blurred(np.where(known, laid, 0).astype(np.float32))
    far = np.float32(np.median(laid[known]))
    spread = (sums + limits.GROUND_FAR * far) / (weight + limits.GROUND_FAR)
    return np.asarray(np.clip(np.round(spread), 0, 255), np.uint8)


def _blurred(values: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), limits.GROUND_EVEN), np.float32)
