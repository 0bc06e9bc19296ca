"""How many disguised copies the matcher finds, and how often it is wrong, beside ImageHash's pHash and PDQ in the same run.

    python -m bench.copies --pictures DIR --distractors DIR --attacks FILE [--same FILE] [--journal FILE] [--json]

With `--journal` a run that was broken off goes on; a disguise that gives None does not apply to a picture and is passed over.
Every picture of DIR is filed into an index with the distractors; each is disguised by each function of `ATTACKS` in FILE and
sought in the whole index, end to end: bytes, decode, review, descriptor, index, proof. A match is a verdict `copy`;
suspicions are counted beside it. `--same` lists groups of file names that are truly the same shot: a JSON list of lists, or
a group a line. The peers' thresholds are set, each at its own, to the matcher's rate of false matches in this run.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

from adapters.pictures import Marks, PictureMatcher, PillowInspector
from application.ports import FingerprintRow, Inspection
from bench import copies_peers as peers
from bench.copies_journal import Journal, Match, Search, curve
from domain.picture import Verdict
from domain.rulebook import PictureRules

SUFFIXES = (".jpg", ".jpeg", ".png")
RULES = PictureRules(min_side=1, max_bytes=2**40)


class Shot(NamedTuple):
    """A filed picture: its file, digest and fingerprint."""

    file: str
    digest: str
    fingerprint: bytes


class Shelf:
    """Fulfils the ports `Vault` and `Fingerprints` from a folder and a list."""

    def __init__(self, folder: Path, shots: Sequence[Shot] = ()) -> None:
        """`folder` exists; `shots` are what is filed."""
        self._folder = folder
        self._rows = [FingerprintRow(i + 1, shot.digest, shot.fingerprint) for i, shot in enumerate(shots)]

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """Keep a file."""
        (self._folder / f"{kind}-{digest}").write_bytes(content)

    def get(self, kind: str, digest: str) -> bytes:
        """A file kept. Raises KeyError."""
        try:
            return (self._folder / f"{kind}-{digest}").read_bytes()
        except FileNotFoundError as error:
            raise KeyError(digest) from error

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        """The filed pictures after a number."""
        return iter(self._rows[after:] if space == "filings" else [])

    def digests(self, space: str, upto: int) -> list[str]:
        """The filed pictures up to a number."""
        return [row.digest for row in self._rows[:upto]] if space == "filings" else []


def attacks_of(file: Path) -> dict[str, Callable[[Image.Image], Image.Image | None]]:
    """The functions that disguise, by name."""
    spec = importlib.util.spec_from_file_location("attacks", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["attacks"] = module
    spec.loader.exec_module(module)
    found: dict[str, Callable[[Image.Image], Image.Image | None]] = module.ATTACKS
    return found


def groups_of(file: Path | None) -> dict[str, set[str]]:
    """For each file name the names of the same shot."""
    if file is None:
        return {}
    text = file.read_text(encoding="utf-8")
    try:
        groups: list[list[str]] = json.loads(text)
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        groups = [[name for name in re.split(r"[,\t]\s*|\s{1,}", line.strip()) if name] for line in lines]
    together: dict[str, set[str]] = {}
    for group in groups:
        every = set(group).union(*(together.get(name, set()) for name in group))
        together.update(dict.fromkeys(every, every))
    return together


def pictures_of(folder: Path, most: int | None) -> list[Path]:
    """The pictures in a folder, in order."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return found[:: max(1, len(found) // most)][:most] if most else found


_here: dict[str, Any] = {}


def _start(folder: str, attacks: str, fallback: bool, shots: list[Shot]) -> None:
    """What each process of the bench has: an inspector, a matcher, the attacks."""
    cv2.setNumThreads(1)
    marks = Marks(None) if fallback else Marks()
    shelf = Shelf(Path(folder), shots)
    _here.update(
        inspector=PillowInspector(marks), matcher=PictureMatcher(shelf, shelf, marks), shelf=shelf, attacks=attacks_of(Path(attacks))
    )


def _filed(path: Path) -> tuple[Shot, float, int, peers.Hashes]:
    content = path.read_bytes()
    began = time.perf_counter()
    seen: Inspection = _here["inspector"].inspect_filing(path.name, content, RULES)
    took = time.perf_counter() - began
    if seen.flaws or seen.fingerprint is None or seen.features is None or seen.scaled is None:
        raise SystemExit(f"{path}: {seen.flaws}")
    _here["shelf"].put("features", seen.digest, seen.features)
    _here["shelf"].put("scaled", seen.digest, seen.scaled)
    if seen.layer is not None:
        _here["shelf"].put("layer", seen.digest, seen.layer)
    return Shot(path.name, seen.digest, seen.fingerprint), took, len(seen.features), peers.hashes(Image.open(path).convert("RGB"))


def _sought(job: tuple[Path, str]) -> Search:
    """One search; one without hashes where the disguise does not apply to the picture."""
    path, attack = job
    disguised = _here["attacks"][attack](Image.open(path).convert("RGB"))
    if disguised is None:
        return Search(path.name, attack, [], 0.0, None)
    out = io.BytesIO()
    disguised.save(out, "JPEG", quality=95, subsampling=0)
    began = time.perf_counter()
    seen = _here["inspector"].inspect_listing("copy.jpg", out.getvalue())
    found = _here["matcher"].seek_originals(seen).found
    took = time.perf_counter() - began
    matches = [Match(f.digest, f.likeness.verdict.value, f.likeness.confidence) for f in found]
    return Search(path.name, attack, matches, took, peers.hashes(disguised))


def _all_sought(args: argparse.Namespace, pool: ProcessPoolExecutor, journal: Journal, owners: Callable[[Search], Search]) -> list[Search]:
    """Every search that is not in the journal yet, each told and kept as it ends."""
    names = list(attacks_of(args.attacks))
    known = {(search.file, search.attack) for search in journal.done}
    jobs = [(path, name) for path in pictures_of(args.pictures, args.limit) for name in names if (path.name, name) not in known]
    for number, search in enumerate(pool.map(_sought, jobs), start=1):
        journal.add(one := owners(search))
        right, wrong = (sum(m.right is truly and m.verdict == Verdict.COPY for m in one.found) for truly in (True, False))
        result = "does not apply" if one.hashes is None else f"{'found' if right else 'missed'}{f', {wrong} false' if wrong else ''}"
        print(f"{number} of {len(jobs)}  {one.file}  {one.attack}: {result}", file=sys.stderr, flush=True)
    return [search for search in journal.done if search.hashes is not None]


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """The whole run."""
    pictures, distractors = pictures_of(args.pictures, None), pictures_of(args.distractors, None)
    names = list(attacks_of(args.attacks))
    together = groups_of(args.same)
    journal = Journal(args.journal, (Marks(None) if args.fallback else Marks()).version)
    with tempfile.TemporaryDirectory() as folder:
        begin = (folder, str(args.attacks), args.fallback)
        with ProcessPoolExecutor(args.jobs, get_context("spawn"), _start, (*begin, [])) as pool:
            filed = list(pool.map(_filed, [*pictures, *distractors], chunksize=4))
        shots = [shot for shot, *_ in filed]
        with ProcessPoolExecutor(args.jobs, get_context("spawn"), _start, (*begin, shots)) as pool:
            searches = _all_sought(args, pool, journal, _judged_by(shots, together))
    result = _told(shots, searches, names)
    result["ms_per_filing"] = round(1000 * float(np.mean([took for _, took, *_ in filed])), 1)
    result["bytes_per_picture"] = max(len(shot.fingerprint) for shot in shots)
    result["feature_bytes_per_picture"] = round(float(np.mean([size for *_, size, _ in filed])))
    result["matcher"] = (Marks(None) if args.fallback else Marks()).version
    hashed = [one for *_, one in filed]
    names = list(result["per_attack"])
    for kind in peers.KINDS:
        result[kind] = peers.told(kind, hashed, [s.file for s in shots], searches, together, result["false_matches"], names)
        result[f"times_{kind}"] = round(result["mean_recall"] / max(1e-9, result[kind]["mean_recall"]), 2)
    return result


def _judged_by(shots: list[Shot], together: dict[str, set[str]]) -> Callable[[Search], Search]:
    """What says of each match of a search whether it truly is a copy of the picture sought."""
    files: dict[str, set[str]] = {}
    for shot in shots:
        files.setdefault(shot.digest, set()).add(shot.file)

    def judged(search: Search) -> Search:
        own = together.get(search.file, set()) | {search.file}
        return search._replace(found=[match._replace(right=bool(own & files[match.digest])) for match in search.found])

    return judged


def _told(shots: list[Shot], searches: list[Search], names: list[str]) -> dict[str, Any]:
    files = {shot.digest: shot.file for shot in shots}
    hits: dict[str, list[bool]] = {name: [] for name in names}
    suspicions, false_pairs, missed = 0, [], []
    for search in searches:
        copies = [match for match in search.found if match.verdict == Verdict.COPY]
        suspicions += sum(match.verdict == Verdict.SUSPICION for match in search.found)
        hits[search.attack].append(any(match.right for match in copies))
        if not hits[search.attack][-1]:
            missed.append([search.file, search.attack])
        false_pairs += [[search.file, search.attack, files[match.digest]] for match in copies if not match.right]
    per_attack = {name: round(float(np.mean(found)), 4) for name, found in hits.items() if found}
    return {
        "mean_recall": round(float(np.mean([hit for found in hits.values() for hit in found])), 4),
        "per_attack": per_attack,
        "calibration": curve(searches),
        "false_matches": len(false_pairs),
        "false_pairs": false_pairs,
        "missed": missed,
        "suspicions": suspicions,
        "pairs": len(searches) * len(shots),
        "queries": len(searches),
        "ms_per_query": round(1000 * float(np.mean([search.seconds for search in searches])), 1),
    }


def main() -> None:
    """Parse, measure, print, draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--distractors", type=Path, required=True)
    parser.add_argument("--attacks", type=Path, required=True)
    parser.add_argument("--same", type=Path)
    parser.add_argument("--journal", type=Path, help="keeps every search as it ends; with the same file a run goes on where it was")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--chart", type=Path, help="where the chart (SVG) goes; by default copies.svg in the temporary folder")
    parser.add_argument("--fallback", action="store_true", help="measure the matcher that needs no model")
    parser.add_argument("--limit", type=int, help="disguise only so many of the pictures, evenly chosen; all are filed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    result = measure(args)
    chart = args.chart or Path(tempfile.gettempdir()) / "copies.svg"
    chart.write_text(peers.chart(result), encoding="utf-8")
    if args.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{result['matcher']}: {result['mean_recall']:.4f} of {result['queries']} disguised copies found, ", end="")
    print(f"{result['false_matches']} false matches in {result['pairs']} pairs, {result['suspicions']} suspicions")
    for name, share in sorted(result["per_attack"].items(), key=lambda item: item[1]):
        print(f"  {name:<14} {share:.3f}  (pHash {result['phash']['per_attack'][name]:.3f}, PDQ {result['pdq']['per_attack'][name]:.3f})")
    print(f"{result['ms_per_query']} ms a query, {result['ms_per_filing']} ms a filing, {result['bytes_per_picture']} bytes a picture")
    print(f"chart: {chart}")


if __name__ == "__main__":
    main()
