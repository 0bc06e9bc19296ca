"""The index in shards, each a process, beside one index in this process: the same rows of a store, searched by turns.

    python -m bench.index --shards 2 4 [--vectors N]

Measured: filling from the store, starting again from the index files, memory of the processes (what is theirs alone), a search, and
searches by four threads at once; and that each answers what the one index answers.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from adapters.pictures import Marks
from adapters.pictures import parameters as p
from adapters.pictures.shard import Ask
from adapters.pictures.shards import Shards, SharedSpace, Waits
from adapters.pictures.store import CopySpace, Space
from adapters.pictures.vectors import Rows
from adapters.store.opening import LOG_FILE, open_store

PATIENCE = 3600.0
THREADS = 4
ROUNDS = 15
AT_ONCE = 20_000


def measured(vectors: Rows, unit: np.ndarray[Any, Any], counts: Sequence[int]) -> dict[str, Any]:
    """Figures of one index and of each number of shards."""
    marks = Marks()
    if not marks.learned:
        raise SystemExit("shards are measured with the extra `copies`, whose vectors they hold")
    with tempfile.TemporaryDirectory() as folder:
        store = f"{folder}/store"
        open_store(store).close()
        _fill(Path(store) / LOG_FILE, marks.tag, vectors)
        with closing(open_store(store)) as stores:
            before = psutil.Process().memory_info().rss
            one = Space("filings", stores.fingerprints, stores.vault, marks, Path(folder))
            told: dict[str, Any] = {"one index": {"fill_seconds": _seconds(one.follow)}}
            one.nearest(unit[:1], p.NEAREST)
            told["one index"]["mib"] = (psutil.Process().memory_info().rss - before) >> 20
            for count in counts:
                told[f"{count} shards"] = _shards(store, count, one, unit)
        return told


def _fill(file: Path, tag: bytes, vectors: Rows) -> None:
    """Rows as filings leave them."""
    with closing(sqlite3.connect(file)) as base:
        for start in range(0, len(vectors), AT_ONCE):
            rows = [
                (hashlib.sha256(b"%d" % n).hexdigest(), tag + vectors[n].tobytes())
                for n in range(start, min(start + AT_ONCE, len(vectors)))
            ]
            with base:
                base.executemany("INSERT INTO fingerprint (space, digest, fingerprint) VALUES ('filings', ?, ?)", rows)


def _shards(store: str, count: int, one: Space, unit: np.ndarray[Any, Any]) -> dict[str, Any]:
    shards = Shards(store, Path(store) / "vault", None, "", count, Waits(PATIENCE))
    space = SharedSpace("filings", shards)
    told: dict[str, Any] = {"fill_seconds": _seconds(space.follow)}
    processes = [found.process for found in shards.ask(Ask("filings"))]
    if any(one.nearest(unit[i : i + 1], p.NEAREST) != space.nearest(unit[i : i + 1], p.NEAREST) for i in range(20)):
        raise SystemExit("the shards answer something else")
    told["mib"] = [psutil.Process(process).memory_full_info().uss >> 20 for process in processes]
    alone, together = _in_turns(partial(_one, one, unit), partial(_one, space, unit))
    told["search_ms"], told["one_ms"], told["search_to_one"] = round(together, 2), round(alone, 2), round(together / alone, 2)
    alone, together = _in_turns(partial(_many, one, unit), partial(_many, space, unit))
    told["four_at_once_to_one"] = round(together / alone, 2)
    for process in processes:
        os.kill(process, signal.SIGKILL)
    told["start_seconds"] = _seconds(space.follow)
    shards.close()
    return told


def _one(space: CopySpace, unit: np.ndarray[Any, Any], i: int) -> None:
    space.nearest(unit[i : i + 1], p.NEAREST)


def _many(space: CopySpace, unit: np.ndarray[Any, Any], i: int) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda n: space.nearest(unit[n : n + 1], p.NEAREST), range(2 * THREADS)))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 1)


def _in_turns(a: Callable[[int], None], b: Callable[[int], None]) -> tuple[float, float]:
    """The median milliseconds of each; they take turns, and the first round is not counted."""
    took: tuple[list[float], list[float]] = ([], [])
    for i in range(ROUNDS + 1):
        for work, of in zip((a, b), took, strict=True):
            began = time.perf_counter()
            work(i)
            of.append(1000 * (time.perf_counter() - began))
    return statistics.median(took[0][1:]), statistics.median(took[1][1:])
