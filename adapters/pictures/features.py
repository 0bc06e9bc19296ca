"""Local features of a picture (RootSIFT) and its small grey picture: what a proof needs of either side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from adapters.pictures import limits
from adapters.pictures import parameters as p
from adapters.pictures.heaps import keep_freed
from adapters.pictures.lately import Lately
from adapters.pictures.memory import PURSE

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

cv2.setNumThreads(1)  # a server has threads enough; OpenCV's own would wait for each other on busy cores
keep_freed()
_INVERT = np.arange(128).reshape(4, 4, 8)[::-1, ::-1, :].reshape(-1)
_MIRROR = np.arange(128).reshape(4, 4, 8)[::-1, :, (8 - np.arange(8)) % 8].reshape(-1)
_ONE = np.flatnonzero(np.arange(128) < _MIRROR)  # one of each pair of numbers that mirroring exchanges; none stays in its place


class Layer(NamedTuple):
    """What is drawn on a clear ground: `tones` is its grey times its opacity, `opacity` 0 to 255, both at up to `limits.VIEW_SIDE`."""

    tones: Bytes
    opacity: Bytes


@dataclass(frozen=True)
class Features:
    """`points` rows are x, y, size (in shares of the longer side) and angle (radians); `descriptors` are RootSIFT times 255.

    `grey` is the picture at `p.PROOF_SIDE`; `width` and `height` are the picture's in pixels; `more` caches what proofs derive;
    `fine` reads the picture in grey at up to `limits.VIEW_SIDE`, where it can be had. With a `clear` ground, `points` are those that
    it has on white and on black, and `layer` reads what is drawn, where it can be had; `drawn` is where that is, once it is known on
    which ground it is seen: nothing else is evidence.
    """

    width: int
    height: int
    points: Floats
    descriptors: Bytes
    grey: Bytes
    more: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    fine: Callable[[], Bytes | None] | None = field(default=None, compare=False, repr=False)
    clear: bool = False
    layer: Callable[[], Layer | None] | None = field(default=None, compare=False, repr=False)
    drawn: npt.NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)

    @property
    def longer(self) -> int:
        """The picture's longer side in pixels."""
        return max(self.width, self.height)

    def roots(self) -> Floats:
        """The descriptors as unit vectors."""
        if "roots" not in self.more:
            self.more["roots"] = _unit(self.descriptors)
        kept: Floats = self.more["roots"]
        return kept

    def halves(self, inverted: bool) -> tuple[Floats, Floats]:
        """The unit descriptors (`inverted` as in `variant`) in an even and an odd half, of 64 numbers each.

        Products of two pictures' even halves plus those of their odd ones are those of their descriptors; less them, those of one
        with the other mirrored, since mirroring exchanges numbers in pairs: half the arithmetic of asking twice.
        """
        key = f"halves {inverted}"
        if key not in self.more:
            roots = self.roots()[:, _INVERT] if inverted else self.roots()
            one, other = roots[:, _ONE] * np.float32(0.5**0.5), roots[:, _MIRROR[_ONE]] * np.float32(0.5**0.5)
            self.more[key] = (one + other, one - other)
        kept: tuple[Floats, Floats] = self.more[key]
        return kept

    def variant(self, mirrored: bool, inverted: bool) -> Floats:
        """The unit descriptors that the picture mirrored, or with its brightness inverted, has at the same points."""
        key = f"variant {mirrored} {inverted}"
        if key not in self.more:
            roots = self.roots()
            roots = roots[:, _MIRROR] if mirrored else roots
            self.more[key] = np.ascontiguousarray(roots[:, _INVERT] if inverted else roots)
        kept: Floats = self.more[key]
        return kept


class _Stored(msgspec.Struct, array_like=True):
    width: int
    height: int
    points: bytes
    descriptors: bytes
    grey: bytes
    tag: str
    clear: bool = False


def _unit(descriptors: Bytes) -> Floats:
    values = descriptors.astype(np.float32)
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    unit: Floats = (values / np.maximum(norms, 1e-6)).astype(np.float32, copy=False)
    return unit


def products(a: Floats, b: Floats) -> Floats:
    """Scalar products of the rows of `a` with those of `b`. OpenCV's, since NumPy's wakes threads that spin on busy cores."""
    return np.asarray(cv2.gemm(a, b, 1.0, None, 0.0, flags=cv2.GEMM_2_T), np.float32)  # type: ignore[call-overload]


_sizes: Lately[Bytes] = Lately(limits.SIZES_LATELY)


def small(view: Bytes, side: int) -> Bytes:
    """The picture with its longer side at most `side`, each pixel the mean of those it stands for."""
    if max(view.shape[:2]) <= side:
        return view
    return _shrunk(view, side) if view.ndim > 2 else _sizes.get((view, side), lambda: _shrunk(view, side))


def _shrunk(view: Bytes, side: int) -> Bytes:
    height, width = view.shape[:2]
    longer = max(width, height)
    size = (max(1, round(width * side / longer)), max(1, round(height * side / longer)))
    shrunk: Bytes = cv2.resize(view, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return shrunk


def extract(view: Bytes, side: int, count: int) -> Features:
    """The strongest `count` features of a grey view, taken at `side` pixels; smooth pictures once more, with their contrast raised."""
    height, width = view.shape[:2]
    grey = small(view, side)
    found, descriptors = _sift(grey, count, p.SIFT_CONTRAST)
    if len(found) < p.FEW_FEATURES:
        found, descriptors = _sift(_stretched(grey), count, p.SIFT_SMOOTH)
    longer = max(grey.shape)
    if descriptors is None or not found:
        return Features(width, height, np.zeros((0, 4), np.float32), np.zeros((0, 128), np.uint8), small(view, p.PROOF_SIDE))
    order = np.argsort([-k.response for k in found], kind="stable")[:count]
    points = np.array([(k.pt[0] + 0.5, k.pt[1] + 0.5, k.size, 0.0) for k in found], np.float32)[order] / longer
    points[:, 3] = np.radians([k.angle for k in found])[order]
    roots = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6))[order]
    return Features(width, height, points, np.round(roots * 255).astype(np.uint8), small(view, p.PROOF_SIDE))


def _sift(grey: Bytes, count: int, contrast: float) -> tuple[Sequence[cv2.KeyPoint], Floats | None]:
    sift: Any = cv2.SIFT_create(nfeatures=count, contrastThreshold=contrast)  # type: ignore[attr-defined]
    with PURSE.lend(limits.MEMORY_FEATURES * grey.size):
        found, descriptors = sift.detectAndCompute(grey, None)
    return found, descriptors


def _stretched(grey: Bytes) -> Bytes:
    """The picture with its grey values stretched to the whole range, but at most eightfold: nothing is made of noise alone."""
    low, high = np.percentile(grey, [1, 99])
    factor = min(8.0, 235 / max(1.0, high - low))
    stretched: Bytes = np.clip((grey.astype(np.float32) - low) * factor + 10, 0, 255).astype(np.uint8)
    return stretched


def strongest(features: Features, count: int) -> Features:
    """The same picture with its strongest `count` features only."""
    points, descriptors = features.points[:count], features.descriptors[:count]
    return replace(features, points=points, descriptors=descriptors, more={})


def pack(features: Features) -> bytes:
    """The features as bytes for the vault."""
    _, grey = cv2.imencode(".png", features.grey)
    points, descriptors = features.points.astype("<f4").tobytes(), features.descriptors.tobytes()
    stored = _Stored(features.width, features.height, points, descriptors, grey.tobytes(), p.FEATURES_TAG, features.clear)
    return msgspec.msgpack.encode(stored)


def unpack(content: bytes) -> Features:
    """The features that `pack` made. Raises ValueError where they are of another version or broken."""
    try:
        stored = msgspec.msgpack.decode(content, type=_Stored)
    except msgspec.MsgspecError as error:
        raise ValueError("not features") from error
    grey = cv2.imdecode(np.frombuffer(stored.grey, np.uint8), cv2.IMREAD_GRAYSCALE)
    if stored.tag != p.FEATURES_TAG or grey is None:
        raise ValueError("features of another version")
    points = np.frombuffer(stored.points, "<f4").reshape(-1, 4)
    descriptors = np.frombuffer(stored.descriptors, np.uint8).reshape(-1, 128)
    return Features(stored.width, stored.height, points, descriptors, grey, clear=stored.clear)  # type: ignore[arg-type]
