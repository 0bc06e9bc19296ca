"""Twelve listing pictures in one call, and the memory of a server with its processes, of this tree beside another one's.

    python -m bench.beside_pictures --base DIR [--filings 10000] [--rounds N]

Both servers start with an index of N drawn vectors. Memory is what the processes have in memory, shared pages once (PSS): after
pictures were filed at once and again when they have rested, and the highest meanwhile. Uploads are in `bench.beside --only pictures`.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import psutil

from adapters.pictures import Marks
from bench.asking import Client, Request, ask_all
from bench.beside import Tree, filing, made, ratio, serving
from bench.index import drawn
from bench.intake import photograph
from bench.results import Ratio, record

PICTURES = 12
REST_SECONDS = 12
MOST_MIB = {10_000: 400, 100_000: 450}
"""Memory at most by the filings in the index."""


def listing(tree: Tree, url: str, number: int, pictures: list[bytes]) -> float:
    """Seconds that a listing's pictures take in one call."""
    market = tree.token("marketplace", "market")
    path = f"/v1/marketplace/listings/pictures-{number}"
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="%d.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' % i + picture + b"\r\n"
        for i, picture in enumerate(pictures)
    ]

    def client(*requests: Request) -> Client:
        for one in requests:
            answer = yield one
            assert answer.status in (200, 201), (answer.status, answer.body[:500])

    fed = f'{{"link": "https://bench.example/pictures-{number}.html", "seller": "bench", "title": "A coat"}}'
    ask_all(url, [client(Request("feed", "PUT", path, market, fed.encode()))])
    body = b"".join(parts) + b"--b--\r\n"
    return ask_all(url, [client(Request("put", "PUT", f"{path}/pictures", market, body, "multipart/form-data; boundary=b"))]).seconds


def measure_listings(trees: list[Tree], urls: list[str], rounds: int) -> None:
    """Wall time of twelve pictures that nothing filed resembles, in one call."""
    seconds: dict[str, list[float]] = {tree.name: [] for tree in trees}
    for number in range(rounds + 1):
        pictures = [photograph(number * PICTURES + i, 1200, 900) for i in range(PICTURES)]
        for tree, url in zip(trees, urls, strict=True):
            took = listing(tree, url, number, pictures)
            if number:
                seconds[tree.name].append(took)
    ratio(f"{PICTURES} listing pictures in one call", seconds, "s", 0.6)


def memory(process: psutil.Process) -> float:
    """MiB of a process and of all that descend from it."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().pss
        except psutil.Error:
            continue  # it ended meanwhile
    return total / 2**20


@contextmanager
def watched(process: psutil.Process) -> Iterator[Callable[[], float]]:
    """The highest memory while the block runs."""
    over, seen = threading.Event(), [memory(process)]

    def watch() -> None:
        while not over.wait(0.05):
            seen.append(memory(process))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lambda: max(seen)
    finally:
        over.set()
        watching.join()


def measure_memory(trees: list[Tree], urls: list[str], servers: list[psutil.Process], filings: int) -> None:
    """Memory of both servers while and after pictures are filed at once."""
    for tree, url, server in zip(trees, urls, servers, strict=True):
        with watched(server) as highest:
            filing(tree, url, 1000)
        after = memory(server)
        time.sleep(REST_SECONDS)
        figures = f"{after:.0f} MiB after, {memory(server):.0f} rested, {highest():.0f} highest"
        print(f"{tree.name}: {filings:,} filings, {len(server.children(recursive=True))} processes beside: {figures}", flush=True)
        if tree.name == "here":
            most = MOST_MIB.get(filings, 450)
            record(Ratio(f"memory with {filings:,} filings", f"{most} MiB", after / most, at_most=1, figures=figures))


def fill(tree: Tree, filings: int) -> None:
    """Put drawn vectors into the index of a tree's store (SQLite), as if that many pictures were filed."""
    vectors = drawn(filings)
    tag = b"S1" + Marks().model().tag  # both trees read it
    digests = np.random.default_rng(9).bytes(32 * filings).hex()
    rows = [("filings", digests[64 * i : 64 * i + 64], tag + vectors[i].tobytes()) for i in range(filings)]
    with sqlite3.connect(Path(tree.environment["ORIGINALS_STORE"]) / "log.sqlite") as database:
        database.executemany("INSERT INTO fingerprint (space, digest, fingerprint) VALUES (?, ?, ?)", rows)


def main() -> None:
    """Parse, start both servers, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="the other source tree")
    parser.add_argument("--filings", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3, help="of listings; 0 for memory alone")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        trees = made(Path(folder), args.base, 60, [])
        for tree in trees:
            fill(tree, args.filings)
        urls, processes = [], list[psutil.Process]()
        for tree in trees:
            urls.append(servers.enter_context(serving(tree)))
            processes += [one for one in psutil.Process().children() if one not in processes]
        if args.rounds:
            measure_listings(trees, urls, args.rounds)
        measure_memory(trees, urls, processes, args.filings)


if __name__ == "__main__":
    main()
