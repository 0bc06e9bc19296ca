"""What `bench.copies` measures beside the matcher: ImageHash's pHash and PDQ over the whole picture; and the chart of all three."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

KINDS = ("phash", "pdq")
COLORS = (("matcher", "#1b6ca8"), ("phash", "#d98b2b"), ("pdq", "#8a8a8a"))


class Hashes(NamedTuple):
    """A picture's pHash (64 bits) and PDQ (256 bits, None where `pdqhash` is not installed), packed."""

    phash: bytes
    pdq: bytes | None


def hashes(picture: Image.Image) -> Hashes:
    """Both hashes of a picture."""
    whole = np.packbits(np.asarray(imagehash.phash(picture).hash, bool)).tobytes()
    try:
        import pdqhash
    except ImportError:
        return Hashes(whole, None)
    bits, _ = pdqhash.compute(np.asarray(picture))
    return Hashes(whole, np.packbits(np.asarray(bits, bool)).tobytes())


def _packed(every: list[bytes]) -> npt.NDArray[np.uint64]:
    return np.frombuffer(b"".join(every), np.uint64).reshape(len(every), -1)


def told(
    kind: str,
    filed: Sequence[Hashes],
    files: list[str],
    searches: Sequence[Any],
    together: dict[str, set[str]],
    false_allowed: int,
    names: list[str],
) -> dict[str, Any]:
    """A peer's recall at the largest distance that calls no more wrong pairs a match than the matcher did."""
    index = [getattr(one, kind) for one in filed]
    if None in index:
        return {"mean_recall": 0.0, "per_attack": dict.fromkeys(names, 0.0), "threshold": None, "note": f"{kind} is not installed"}
    rows, wrong, right = _packed(index), [], []
    for search in searches:
        own = together.get(search.file, set()) | {search.file}
        bits = np.bitwise_count(rows ^ _packed([getattr(search.hashes, kind)])).sum(axis=1)
        same = np.array([name in own for name in files])
        right.append(int(bits[same].min()))
        wrong.append(np.bincount(bits[~same], minlength=257))
    counts = np.cumsum(np.sum(wrong, axis=0))
    allowed = np.flatnonzero(counts <= false_allowed)
    threshold = int(allowed[-1]) if len(allowed) else -1
    hits = [distance <= threshold for distance in right]
    per = {n: round(float(np.mean([h for h, s in zip(hits, searches, strict=True) if s.attack == n])), 4) for n in names}
    return {
        "mean_recall": round(float(np.mean(hits)), 4),
        "per_attack": per,
        "threshold": threshold,
        "false_matches": int(counts[threshold]) if threshold >= 0 else 0,
    }


def chart(result: dict[str, Any]) -> str:
    """Recall by disguise of the matcher and its peers, as an SVG."""
    names = sorted(result["per_attack"], key=lambda name: result["per_attack"][name])
    series = {"matcher": result["per_attack"], "phash": result["phash"]["per_attack"], "pdq": result["pdq"]["per_attack"]}
    height = 60 + 22 * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="18">Disguised copies found: {escape(result["matcher"])} {result["mean_recall"]:.3f}, '
        f"pHash {result['phash']['mean_recall']:.3f}, PDQ {result['pdq']['mean_recall']:.3f}</text>",
    ]
    for i, (label, color) in enumerate(COLORS):
        parts.append(
            f'<rect x="{130 + 110 * i}" y="28" width="10" height="10" fill="{color}"/><text x="{145 + 110 * i}" y="38">{label}</text>'
        )
    for row, name in enumerate(names):
        y = 48 + 22 * row
        parts.append(f'<text x="120" y="{y + 13}" text-anchor="end">{escape(name)}</text>')
        for i, (label, color) in enumerate(COLORS):
            parts.append(f'<rect x="130" y="{y + 6 * i}" width="{480 * series[label][name]:.1f}" height="5" fill="{color}"/>')
    return "\n".join([*parts, "</svg>", ""])
