"""How often the first stage has the true original among its candidates: against bytes a picture, and against index size to a million.

    python -m bench.candidates --pictures DIR [DIR ...] --attacks FILE [--disguised N] [--vectors N] [--json]

Every picture of the folders is in the index; N of them, evenly chosen, are disguised by each function of `ATTACKS` and sought
as the matcher seeks: the whole suspect, then its tiles. The index is filled with drawn vectors, every one of them compared:
nothing is extrapolated. They are drawn in two ways: with the mean and the covariance of the real ones; and `crowded`, around the
real ones, as if every original had others of its studio by the hundred. Quantiles of the cosine of two different pictures say
how alike the real ones are, and the drawn ones.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from adapters.pictures import Marks, limits
from adapters.pictures import parameters as p
from adapters.pictures.descriptor import from_bytes, to_bytes
from adapters.pictures.marks import Suspect
from bench.copies import attacks_of, groups_of, pictures_of

Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]
Keep = Callable[[Floats], Floats]
BLOCK = 5_000
CROWD = 0.6
SIZES = (1_000, 20_000, 100_000, 300_000, 1_000_000)
KS = (5, 10, 20, 50, 100)


class Asked(NamedTuple):
    """Suspects: which picture each is made of, and the vectors of its whole and its tiles (10 x suspects x dimensions)."""

    of: Counts
    vectors: Floats


def unit(vectors: Floats) -> Floats:
    """The vectors at length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), np.float32)


def stored(vectors: Floats) -> Floats:
    """The vectors as the index keeps them: signed bytes."""
    return from_bytes(to_bytes(vectors))


def suspects(files: list[Path], attacks: Path, disguised: int, marks: Marks) -> Asked:
    """Disguised copies, saved as JPEG and read again."""
    step = max(1, len(files) // disguised)
    of, vectors = [], []
    for number in range(0, len(files), step)[:disguised]:
        picture = Image.open(files[number]).convert("RGB")
        for attack in attacks_of(attacks).values():
            out = io.BytesIO()
            if (disguised_picture := attack(picture)) is None:
                continue
            disguised_picture.save(out, "JPEG", quality=92)
            suspect = Suspect(np.asarray(Image.open(out).convert("RGB")), marks)
            of.append(number)
            vectors.append(np.concatenate([suspect.whole(), suspect.vectors()[-(limits.TILES**2) :]]))
    return Asked(np.array(of), np.stack(vectors, axis=1))


def drawn(real: Floats, count: int, seed: int = 1, crowd: float = 0.0) -> Iterator[Floats]:
    """`count` vectors with the mean and the covariance of the real ones, in blocks, as the index keeps them.

    `crowd` is the share of each that it has from a real one: about the cosine of two that were drawn around the same.
    """
    rng = np.random.default_rng(seed)
    mean, spread = real.mean(axis=0), np.linalg.cholesky(np.cov(real.T) + 1e-6 * np.eye(real.shape[1])).astype(np.float32)
    for start in range(0, count, BLOCK):
        block = rng.standard_normal((min(BLOCK, count - start), real.shape[1]), np.float32) @ spread.T + mean
        if crowd:
            block = (1 - crowd) ** 0.5 * unit(block) + crowd**0.5 * real[rng.integers(len(real), size=len(block))]
        yield stored(unit(block))


def nearer(asked: Asked, index: Floats, bars: Floats) -> Counts:
    """How many vectors of the index are nearer to each suspect than its own original: by its whole, and by its best tile."""
    whole = index @ asked.vectors[0].T
    tiles = index @ asked.vectors[1].T
    for tile in asked.vectors[2:]:
        np.maximum(tiles, index @ tile.T, out=tiles)
    return np.stack([(whole > bars[0]).sum(axis=0), (tiles > bars[1]).sum(axis=0)])


def bars_of(asked: Asked, real: Floats) -> Floats:
    """The cosine of each suspect with its own original: of its whole, and of its best tile."""
    own = np.einsum("tsd,sd->ts", asked.vectors, real[asked.of])
    return np.stack([own[0], own[1:].max(axis=0)])


def ranks(asked: Asked, real: Floats, more: Iterator[Floats], alike: list[set[int]]) -> Iterator[tuple[int, Counts]]:
    """After each block of drawn vectors: how many are in the index, and how many of them go before each suspect's original.

    Pictures of the same shot as the original do not count.
    """
    bars = bars_of(asked, real)
    before = nearer(asked, real, bars + 1e-6)
    for suspect, number in enumerate(asked.of):
        for other in alike[number] - {int(number)}:
            before[:, [suspect]] -= nearer(
                Asked(asked.of[[suspect]], asked.vectors[:, [suspect]]), real[[other]], bars[:, [suspect]] + 1e-6
            )
    count = len(real)
    yield count, before
    for block in more:
        before = before + nearer(asked, block, bars)
        count += len(block)
        yield count, before


def among(before: Counts, k: int) -> float:
    """Share of the suspects whose original is among the `k` nearest of the whole or of the tiles."""
    return round(float((before.min(axis=0) < k).mean()), 4)


def by_size(asked: Asked, real: Floats, vectors: int, alike: list[set[int]], crowd: float) -> dict[str, dict[str, float]]:
    """Recall for each K, at each size of the index."""
    told: dict[str, dict[str, float]] = {}
    sizes = [size for size in SIZES if size <= vectors]
    for count, before in ranks(asked, real, drawn(real, vectors, crowd=crowd), alike):
        while sizes and count >= sizes[0]:
            told[str(sizes.pop(0))] = {f"K={k}": among(before, k) for k in KS}
    return told


def by_bytes(asked: Asked, real: Floats, vectors: int, alike: list[set[int]]) -> dict[str, dict[str, float]]:
    """Recall for what is kept of a picture: signed bytes of the strongest directions of the drawn vectors, or all 512 signs."""
    sample = np.concatenate(list(drawn(real, 4 * BLOCK, seed=2)))
    turn = np.linalg.eigh(np.cov(sample.T))[1][:, ::-1].astype(np.float32)
    middle = sample.mean(axis=0)

    def directions(size: int) -> Keep:
        return lambda v: np.asarray(np.round(unit(v @ turn[:, :size]) * 254) / 254, np.float32)

    keeps: dict[str, Keep] = {
        "512 signed bytes": lambda v: v,
        "512 signs in 64 bytes": lambda v: np.asarray(np.sign(v - middle), np.float32),
    }
    keeps |= {f"{size} signed bytes": directions(size) for size in (256, 128, 64)}
    told = {}
    for name, keep in keeps.items():
        kept = Asked(asked.of, unit(keep(asked.vectors)))
        every = list(ranks(kept, unit(keep(real)), (unit(keep(block)) for block in drawn(real, vectors)), alike))
        told[name] = {f"K={k}": among(every[-1][1], k) for k in (1, 10)}
    return told


def quantiles(vectors: Floats, alike: list[set[int]]) -> dict[str, float]:
    """How alike two different pictures are: quantiles of the cosine."""
    cosines = vectors @ vectors.T
    for one, others in enumerate(alike):
        cosines[one, [one, *others]] = np.nan
    return {str(q): round(float(np.nanquantile(cosines, q)), 3) for q in (0.5, 0.99, 0.9999)}


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """The whole run."""
    marks = Marks()
    if not marks.learned:
        raise SystemExit("the learned descriptor is not installed (extra `copies`)")
    files = [file for folder in args.pictures for file in pictures_of(folder, None)]
    together = groups_of(args.same)
    alike = [{n for n, other in enumerate(files) if other.name in together.get(file.name, set())} for file in files]
    real = stored(np.concatenate([Suspect(np.asarray(Image.open(file).convert("RGB")), marks).whole() for file in files]))
    asked = suspects(files, args.attacks, args.disguised, marks)
    return {
        "pictures": len(files),
        "suspects": len(asked.of),
        "vectors": args.vectors,
        "by_size": by_size(asked, real, args.vectors, alike, 0.0),
        "by_size_crowded": by_size(asked, real, args.vectors, alike, CROWD),
        "by_bytes": by_bytes(asked, real, args.vectors // 10, alike),
        "by_bytes_vectors": args.vectors // 10,
        "real_cosine": quantiles(real, alike),
        "drawn_cosine": quantiles(next(drawn(real, BLOCK)), [set()] * BLOCK),
        "crowded_cosine": quantiles(next(drawn(real, BLOCK, crowd=CROWD)), [set()] * BLOCK),
        "nearest_taken": p.NEAREST,
    }


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pictures", type=Path, nargs="+", required=True)
    parser.add_argument("--attacks", type=Path, required=True)
    parser.add_argument("--same", type=Path)
    parser.add_argument("--disguised", type=int, default=30)
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    told = measure(args := parser.parse_args())
    print(json.dumps(told, indent=2) if args.json else "\n".join(f"{name:<18} {value}" for name, value in told.items()))


if __name__ == "__main__":
    main()
