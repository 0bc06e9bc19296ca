"""Hours of mixed load on one server: `python -m bench.soak --minutes 60` (or 10), on SQLite or with `--postgres`.

Eight clients read, feed, complain, accept, withdraw and take out what is theirs, round after round. After each round memory (what the
server's processes have to themselves) and open files are looked at, and how long the slowest of twenty answers took. Compared is the
last quarter with the second: memory and files at most a tenth more, latency at most half more again (the history has grown). Then all
its processes are killed, a new server goes on, replay and audit have to be clean. Exits with 1 where one of these is not so.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request as UrlRequest

import psutil

from bench.asking import Asked, Client, Request, ask_all
from bench.beside import HERE, Tree, answers, commanding, databases, percentile, read_requests, reading
from bench.results import Ratio, record

FLAT, SLOWER = 1.10, 1.5
CASES_A_ROUND, READS_A_ROUND = 4, 400


class Round(NamedTuple):
    """How the server stands after a round: megabytes and open files of all its processes, seconds at the 95th percentile, answers."""

    memory: float
    files: int
    p95: float
    asked: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cases", type=int, default=2_000, help="of the history to start with")
    parser.add_argument("--postgres", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), args.postgres) as urls:
        tree = _made(Path(folder), args.cases, urls)
        rounds = _soaked(tree, args.minutes * 60)
        second, last = _quarter(rounds, 1), _quarter(rounds, 3)
        sound = _sound(tree, Path(folder))
    engine = "PostgreSQL" if args.postgres else "SQLite"
    found = [
        Ratio(f"{what} after {args.minutes:g} minutes, {engine}", "its second quarter", after / before, at_most=most, figures=figures)
        for what, before, after, most, figures in (
            ("memory", second.memory, last.memory, FLAT, f"{last.memory:.0f} MB"),
            ("open files", second.files, last.files, FLAT, f"{last.files}"),
            ("p95", second.p95, last.p95, SLOWER, f"{last.p95 * 1000:.0f} ms, {sum(one.asked for one in rounds):,} answers"),
        )
    ]
    record(*found)
    for one in found:
        print(f"{one.what}: {one.value:.2f} of {one.against} (at most {one.at_most}; {one.figures}): {'met' if one.met else 'MISSED'}")
    if not sound or not all(one.met for one in found):
        raise SystemExit(1)


def _made(folder: Path, cases: int, urls: Sequence[str]) -> Tree:
    keys = folder / "keys"
    keys.mkdir()
    store = urls[0] if urls else str(folder / "store")
    settings = {"STORE": store, "VAULT": str(folder / "vault"), "KEYS": str(keys), "LOG_LEVEL": "error", "RATE_LIMIT": "off"}
    tree = Tree("here", HERE, {f"ORIGINALS_{key}": value for key, value in settings.items()}, keys)
    assert tree.command("simulate", "--cases", str(cases), "--seed", "1").wait() == 0
    return tree


def _soaked(tree: Tree, seconds: float) -> list[Round]:
    """The load, then the kill of every process at once, and a server that goes on where the killed one was."""
    rounds: list[Round] = []
    process, url = _started(tree)
    try:
        reads, ends = read_requests(tree, url, READS_A_ROUND), time.monotonic() + seconds
        while time.monotonic() < ends or len(rounds) < 8:
            rounds.append(_standing(process.pid, ask_all(url, _clients(tree, reads, f"s{len(rounds)}-{time.time():.0f}"))))
            print(f"round {len(rounds)}: {rounds[-1].memory:.0f} MB, {rounds[-1].files} files, {rounds[-1].p95 * 1000:.0f} ms", flush=True)
    finally:
        for one in [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]:
            one.kill()
        process.wait()
    process, url = _started(tree)
    try:
        ask_all(url, _clients(tree, reads, f"again-{time.time():.0f}"))
        print("killed, and went on", flush=True)
    finally:
        process.terminate()
        process.wait()
    return rounds


def _started(tree: Tree) -> tuple[subprocess.Popen[str], str]:
    process = tree.command("serve", "--port", "0")
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    asked = UrlRequest(f"{url}/v1/folders", headers={"Authorization": f"Bearer {tree.token('merchant', 'owner-0')}"})
    while not answers(asked):  # until the views have read the history
        time.sleep(0.2)
    return process, url


def _clients(tree: Tree, reads: list[Request], mark: str) -> list[Client]:
    """Who reads, who commands, and who takes out all that is theirs."""

    def taking_out() -> Client:
        for number in range(6):
            answer = yield Request("export", "GET", "/v1/me/export", tree.token("merchant", f"owner-{number}"))
            assert answer.status == 200

    return [*reading(reads)[:4], *commanding(tree, CASES_A_ROUND, mark)[:4], taking_out()]


def _standing(pid: int, asked: Asked) -> Round:
    server = psutil.Process(pid)
    processes = [server, *server.children(recursive=True)]
    times = [one for kind in asked.times.values() for one in kind]
    memory = sum(one.memory_full_info().uss for one in processes) / 2**20
    return Round(memory, sum(one.num_fds() for one in processes), percentile(times, 0.95), len(times))


def _quarter(rounds: list[Round], number: int) -> Round:
    """The medians of a quarter of the rounds."""
    some = rounds[len(rounds) * number // 4 : len(rounds) * (number + 1) // 4]
    middle = [statistics.median(column) for column in zip(*some, strict=True)]
    return Round(middle[0], int(middle[1]), middle[2], int(middle[3]))


def _sound(tree: Tree, folder: Path) -> bool:
    """Whether the history follows from its facts, and is the one that was signed."""
    commands = (("replay",), ("audit", "export", str(folder / "history.ndjson")), ("audit", "verify", str(folder / "history.ndjson")))
    codes = {" ".join(command[:2]): tree.command(*command).wait() for command in commands}
    print(", ".join(f"{name}: {'sound' if code == 0 else 'WRONG'}" for name, code in codes.items()), flush=True)
    return not any(codes.values())


if __name__ == "__main__":
    main()
