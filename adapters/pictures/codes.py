"""First stage without a model: 64-bit codes of local features that vote for pictures, and the whole picture's pHash."""

from __future__ import annotations

from typing import NamedTuple

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Features, Floats, products

Codes = npt.NDArray[np.uint64]

ENTRY = np.dtype([("code", "<u8"), ("angle", "u1"), ("size", "u1")])
"""One local code: 64 signs, angle in 256ths of a turn, size in 16ths of an octave."""
_PROJECTION = np.linalg.qr(np.random.default_rng(20260101).standard_normal((128, 128)))[0][:, :64].T.astype(np.float32).copy()
_BITS = np.uint64(1) << np.arange(63, -1, -1, dtype=np.uint64)
_DIHEDRAL = (
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.ROTATE_180,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_90,
)


class Local(NamedTuple):
    """Local codes with the projections that they are the signs of."""

    entries: npt.NDArray[np.void]
    projected: Floats


def local(features: Features, count: int, mirrored: bool = False) -> Local:
    """Codes of `count` features, spread over the picture, the strongest first; as the mirrored picture has them where asked."""
    chosen = _spread(features, count)
    roots = features.variant(mirrored, inverted=False)[chosen]
    projected = products(roots - roots.mean(axis=1, keepdims=True), _PROJECTION) if len(chosen) else np.zeros((0, 64), np.float32)
    entries = np.zeros(len(chosen), ENTRY)
    entries["code"] = (projected > 0) @ _BITS
    angle = features.points[chosen, 3] / (2 * np.pi) * 256
    entries["angle"] = np.round(128 - angle if mirrored else angle).astype(np.int64) % 256
    entries["size"] = np.clip(np.round(np.log2(np.maximum(features.points[chosen, 2], 1e-6)) * 16) + 200, 0, 255)
    return Local(entries, projected)


def _spread(features: Features, count: int) -> npt.NDArray[np.int64]:
    """Numbers of `count` features: round by round the strongest left in each cell of a 6 x 6 grid."""
    if len(features.points) <= count:
        return np.arange(len(features.points))
    cell = np.floor(features.points[:, :2] * 6).astype(np.int64)
    group = cell[:, 0] * 100 + cell[:, 1]
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.searchsorted(ordered, ordered)
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - starts
    return np.sort(np.lexsort((np.arange(len(group)), rank))[:count])


def whole(grey: Bytes) -> int:
    """The picture's pHash, 64 bits."""
    return _number(imagehash.phash(Image.fromarray(grey)))


def wholes(grey: Bytes) -> Codes:
    """The pHashes of the picture in its eight dihedral forms."""
    picture = Image.fromarray(grey).resize((96, 96), Image.Resampling.BOX)
    forms = [picture if turn is None else picture.transpose(turn) for turn in _DIHEDRAL]
    return np.array([_number(imagehash.phash(form)) for form in forms], np.uint64)


def _number(value: imagehash.ImageHash) -> int:
    bits = np.asarray(value.hash, bool).reshape(-1)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def probes(found: Local) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Bucket keys to look into, and for each the number of its code: the code's own bucket, then those one unsure bit away."""
    keys = found.entries["code"] >> np.uint64(64 - p.KEY_BITS)
    unsure = np.argsort(np.abs(found.projected[:, : p.KEY_BITS]), axis=1)[:, : p.PROBES - 1]
    flips = np.uint64(1) << (np.uint64(p.KEY_BITS - 1) - unsure.astype(np.uint64))
    every = np.concatenate([keys[:, None], keys[:, None] ^ flips], axis=1)
    return every.reshape(-1), np.repeat(np.arange(len(keys)), every.shape[1])
