"""How fast tamper evidence is: sequencing, exporting, verifying, proofs; and verifying as a share of bare SHA-256.

    python -m bench.evidence [--events 200000]

Everything is measured in one run on made-up events of realistic length. The bars: `verify` at least 200,000 events a second,
or at least 0.3 of `hashlib.sha256` over the same lines.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec
from sqlalchemy import create_engine

from adapters.evidence.chunks import cores
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keyfile import signer_in
from adapters.evidence.last_signed import LastSigned
from adapters.evidence.log import LoggedEvent
from adapters.evidence.merkle import leaf_hash, verify_inclusion
from adapters.evidence.tables import SqlTreeStore
from adapters.evidence.trust import Trust
from adapters.evidence.verify import verify_export
from bench.results import Ratio, record

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BAR_A_SECOND, BAR_RATIO = 200_000, 0.3
REPEATS = 3


class MadeUpLog:
    """Events of 450 to 950 bytes, like those of a case with its sealed texts."""

    def __init__(self, events: int) -> None:
        rng = random.Random(1)
        self._rows = [LoggedEvent(n, "", 1, "", _state(rng, n)) for n in range(1, events + 1)]

    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The events after one."""
        return self._rows[after : after + limit]

    def head(self) -> int:
        """The last event."""
        return len(self._rows)


def _state(rng: random.Random, n: int) -> bytes:
    sealed = f"{rng.getrandbits(4 * rng.randrange(60, 560)):x}"
    event = {"type": "ComplaintLodged", "filing": f"{rng.getrandbits(128):032x}", "statement": sealed}
    return msgspec.json.encode(
        {
            "originator_id": f"{rng.getrandbits(128):032x}",
            "originator_version": 1 + n % 9,
            "id": f"{rng.getrandbits(128):032x}",
            "at": "2026-01-01T00:00:00Z",
            "recorded_at": "2026-01-01T00:00:00Z",
            "by": f"{rng.getrandbits(128):032x}",
            "command": f"{rng.getrandbits(128):032x}",
            "event": event,
            "rules": {"name": "original-protection", "version": "2026-01", "digest": "ab" * 32},
        }
    )


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def hash_whole(path: Path) -> None:
    with path.open("rb") as file:
        file_digest(file, "sha256")


def hash_each_line(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            sha256(line).digest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    events = parser.parse_args().events
    with tempfile.TemporaryDirectory() as name:
        return verification(Path(name) / "export.ndjson", events, prepared(Path(name), events))


def prepared(folder: Path, events: int) -> Trust:
    """Write the export, and forget the events: a process that verifies has none in memory."""
    tree = SqlTreeStore(create_engine(f"sqlite:///{folder / 'evidence.sqlite'}"))
    tree.create()
    signer = signer_in(folder)
    evidence, export = (
        TamperEvidence(MadeUpLog(events), tree, signer, lambda: NOW, LastSigned(folder, signer.public)),
        folder / "export.ndjson",
    )

    def write() -> None:
        with export.open("wb") as file:
            evidence.export(file)

    show("sequenced into the tree (SQLite)", events, seconds(evidence.catch_up))
    show("exported", events, seconds(write))
    print(f"{'the export':40}{export.stat().st_size / 1e6:12.1f} MB, {export.stat().st_size // max(events, 1)} bytes an event")
    proofs(evidence, events)
    return Trust(signer.public)


def proofs(evidence: TamperEvidence, events: int) -> None:
    picked = random.Random(2).sample(range(events), 200)
    made = [evidence.inclusion(n) for n in picked[:1]]
    show("inclusion proofs made", 200, seconds(lambda: [evidence.inclusion(n) for n in picked]))
    root = evidence.root(events)
    show("inclusion proofs verified", 200, seconds(lambda: [verify_inclusion(leaf_hash(b""), n, events, made[0], root) for n in picked]))


def verification(export: Path, events: int, trust: Trust) -> int:
    bare, whole = seconds(lambda: hash_each_line(export), REPEATS), seconds(lambda: hash_whole(export), REPEATS)
    show("hashlib.sha256, line by line", events, bare)
    show("hashlib.sha256, the file at once", events, whole)
    met = False
    for workers in dict.fromkeys((1, cores())):
        taken = seconds(lambda: verify_export(export, trust, workers), REPEATS)  # noqa: B023
        show(f"verified on {workers} core{'s' * (workers > 1)}", events, taken)
        print(f"{'  as a share of sha256':40}{bare / taken:12.2f} line by line, {whole / taken:.2f} at once")
        figures = f"{events / taken:,.0f} events/s, {events / bare:,.0f} lines/s"
        record(Ratio(f"an export verified, {workers} cores", "SHA-256 line by line", bare / taken, at_least=BAR_RATIO, figures=figures))
        met = met or events / taken >= BAR_A_SECOND or bare / taken >= BAR_RATIO
    print(f"bars ({BAR_A_SECOND:,} a second, or {BAR_RATIO} of sha256): {'met' if met else 'missed'}")
    return 0 if met else 1


def show(what: str, count: int, taken: float) -> None:
    print(f"{what:40}{count / taken:12,.0f} a second")


if __name__ == "__main__":
    raise SystemExit(main())
