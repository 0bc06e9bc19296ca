"""What taking a picture in costs, in plain `imagehash.phash(Image.open(f))` of the same file; and a query, in inferences of SSCD.

    python -m bench.intake [--filings N] [--queries N] [--json]

The picture is a drawn JPEG of 2000 px. "everything" is review, scaling, hash and descriptor in one decode; "review and hash"
decodes at the reduced size that they need. The query is a listing's picture that nothing filed resembles, and one that is a
copy, all stages, against an index of N filings (drawn vectors beside the real ones).
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import imagehash
import numpy as np
from PIL import Image, ImageDraw

from adapters.pictures import Marks, PictureMatcher, PillowInspector, decode
from adapters.pictures import parameters as p
from adapters.pictures.codes import whole
from adapters.pictures.descriptor import to_bytes
from adapters.pictures.features import small
from adapters.pictures.flatten import flattened
from adapters.pictures.marks import decoded
from adapters.pictures.protocol import Order
from application.ports import FingerprintRow, Inspection
from bench.results import Ratio, record
from domain.rulebook import PictureRules

GLANCE_SIDE = 240
"""Longer side, in pixels, that suffices for review and hash alone."""


class Stored:
    """Fulfils the ports `Vault` and `Fingerprints` in memory."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes] = {}
        self.kept: list[FingerprintRow] = []

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """Keep a file."""
        self.files[kind, digest] = content

    def get(self, kind: str, digest: str) -> bytes:
        """A file kept. Raises KeyError."""
        return self.files[kind, digest]

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        """The filed pictures after a number."""
        return iter(self.kept[after:] if space == "filings" else [])

    def digests(self, space: str, upto: int) -> list[str]:
        """Those of the filed pictures up to a number."""
        return [row.digest for row in self.kept[:upto]] if space == "filings" else []

    def store(self, seen: Inspection) -> None:
        """File an inspected picture."""
        self.put("scaled", seen.digest, seen.scaled or b"")
        self.put("features", seen.digest, seen.features or b"")
        self.kept.append(FingerprintRow(len(self.kept) + 1, seen.digest, seen.fingerprint or b""))


def photograph(seed: int, width: int = 2000, height: int = 1500) -> bytes:
    """A JPEG with the texture of a photograph: shapes over clouds of noise."""
    rng = np.random.default_rng(seed)
    page = np.zeros((height, width, 3), np.float32)
    for cells in (4, 16, 64, 256):
        noise = rng.normal(0, 1, (cells * 3 // 4, cells, 3)).astype(np.float32)
        page += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) * (90 / cells**0.5)
    picture = Image.fromarray(np.clip(page + 128, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, s = (int(v) for v in (rng.integers(width), rng.integers(height), rng.integers(20, 300)))
        color = tuple(int(v) for v in rng.integers(0, 255, 3))
        (pen.ellipse if rng.random() < 0.5 else pen.rectangle)((x, y, x + s, y + int(s * rng.uniform(0.3, 1))), fill=color)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def least_ms(*works: Callable[[bytes], object], of: list[bytes], clock: Callable[[], float]) -> list[float]:
    """The least time of each call in milliseconds, over different files; the calls take turns, the first round is not counted.

    The least is what other work on the machine disturbs least.
    """
    took: list[list[float]] = [[] for _ in works]
    for content in of:
        for work, times in zip(works, took, strict=True):
            began = clock()
            work(content)
            times.append(clock() - began)
    return [1000 * min(times[1:]) for times in took]


def _phash(content: bytes) -> object:
    return imagehash.phash(Image.open(io.BytesIO(content)))


def review_and_hash(content: bytes) -> int:
    """Review at the size that the hash needs, in this process."""
    with decode.opened(content, ("JPEG",)) as picture:
        picture.draft("L", (GLANCE_SIDE, GLANCE_SIDE))
        return whole(np.asarray(flattened(picture, GLANCE_SIDE).convert("L")))


def everything(content: bytes, marks: Marks) -> object:
    """Review, scaling, thumbnail, hash and descriptor in one decode, in this process."""
    report = decode.execute(Order(content, ("JPEG",), 60_000_000, 2000, 700))
    view = decoded(report.view or b"")
    hashed = whole(small(np.asarray(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), np.uint8), p.PROOF_SIDE))
    return hashed, marks.model().vectors([view]) if marks.learned else None


def index_of(marks: Marks, filings: int, inspector: PillowInspector) -> Stored:
    """A store with some real filings and vectors drawn at random up to the number asked."""
    store = Stored()
    for seed in range(20):
        store.store(inspector.inspect_filing("a.jpg", photograph(seed, 1200, 900), PictureRules()))
    rng = np.random.default_rng(1)
    for i in range(filings - 20):
        vector = rng.normal(0, 1, (1, p.DIMENSIONS)).astype(np.float32)
        vector /= np.linalg.norm(vector)
        body = to_bytes(vector) if marks.learned else (store.kept[i % 20].fingerprint[len(marks.tag) :][:8] + rng.bytes(960))
        store.kept.append(FingerprintRow(len(store.kept) + 1, f"{i:064x}", marks.tag + body))
    return store


def queries(marks: Marks, filings: int, count: int) -> dict[str, float]:
    """Milliseconds of a query, all stages, of pictures that match nothing and of copies; and of one inference, in turns."""
    inspector = PillowInspector(marks)
    store = index_of(marks, filings, inspector)
    matcher = PictureMatcher(store, store, marks)
    strangers = [photograph(1000 + i, 1200, 900) for i in range(count)]
    copies = [_disguised(photograph(i % 20, 1200, 900)) for i in range(count)]

    def ask(content: bytes) -> float:
        began = time.perf_counter()
        matcher.seek_originals(inspector.inspect_listing("q.jpg", content))
        return 1000 * (time.perf_counter() - began)

    square = np.zeros((p.MODEL_SIDE, p.MODEL_SIDE, 3), np.uint8)

    def infer() -> float:
        began = time.perf_counter()
        marks.model().vectors([square])
        return 1000 * (time.perf_counter() - began)

    ask(strangers[0])
    took: dict[str, list[float]] = {"stranger": [], "copy": [], "inference": []}
    for stranger, copy in zip(strangers[1:], copies, strict=False):
        took["stranger"].append(ask(stranger))
        took["copy"].append(ask(copy))
        took["inference"] += [infer(), infer()] if marks.learned else []
    told = {name: float(np.median(times)) for name, times in took.items() if times}
    inspector.close()
    return told


def _disguised(content: bytes) -> bytes:
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    out = io.BytesIO()
    picture.crop((100, 80, 1100, 820)).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(out, "JPEG", quality=60)
    return out.getvalue()


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """The whole run."""
    marks = Marks(None) if args.fallback else Marks()
    files = [photograph(seed) for seed in range(500, 516)]
    inspector = PillowInspector(marks)
    rules = PictureRules()
    works = (_phash, lambda file: everything(file, marks), review_and_hash)
    plain, whole_intake, alone = least_ms(*works, of=files, clock=time.process_time)
    told_by_clock = least_ms(_phash, lambda file: inspector.inspect_filing("a.jpg", file, rules), of=files, clock=time.perf_counter)
    told: dict[str, Any] = {
        "matcher": marks.version,
        "phash_ms": round(plain, 1),
        "everything": round(whole_intake / plain, 2),
        "review_and_hash": round(alone / plain, 2),
        "filing_with_features_in_its_own_process": round(told_by_clock[1] / told_by_clock[0], 2),
    }
    inspector.close()
    took = queries(marks, args.filings, args.queries)
    if marks.learned:
        unit = took.pop("inference")
        told["inference_ms"] = round(unit, 1)
        told["query_in_inferences"] = {name: round(value / unit, 1) for name, value in took.items()}
    told["query_ms"] = {name: round(value, 1) for name, value in took.items()}
    told["filings"] = args.filings
    told["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told["peak_mib_decoding_process"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return told


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--filings", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=12)
    parser.add_argument("--fallback", action="store_true", help="measure the matcher that needs no model")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    told = measure(args)
    for name, bar in (("everything", 2.2), ("review_and_hash", 0.5)):
        record(Ratio(f"intake of a picture, {name.replace('_', ' ')}, in time", "imagehash.phash of the file", told[name], at_most=bar))
    for name, value in told.get("query_in_inferences", {}).items():
        record(Ratio(f"a query, {name}, in time", "one inference of the model", value, at_most=12))
    if args.json:
        print(json.dumps(told, indent=2))
        return
    for name, value in told.items():
        print(f"{name:<42} {value}")


if __name__ == "__main__":
    main()
