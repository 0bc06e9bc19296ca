"""The log as tiles: what a mirror fetches gives the signed root again, and holds every event (rule G4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.evidence.checkpoint import Checkpoint, opened_checkpoint
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.merkle import leaf_hash, root_of
from adapters.evidence.reading import Tampered
from adapters.evidence.tiles import TilePath, tile_path
from tests.adapters.evidence.store import MemoryLog, evidence_in, state

pytestmark = pytest.mark.rule("G4")

SIZE = 2 * 256 + 44


@pytest.fixture(scope="module")
def log() -> MemoryLog:
    return MemoryLog([state(number) for number in range(SIZE)])


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory, log: MemoryLog) -> TamperEvidence:
    made = evidence_in(tmp_path_factory.mktemp("log"), log)
    made.catch_up()
    return made


def fetched(evidence: TamperEvidence, path: str) -> bytes | None:
    asked = tile_path(path)
    assert asked is not None
    return evidence.tile(asked)


def entries(bundle: bytes) -> list[bytes]:
    found = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        found.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return found


def test_a_mirror_comes_to_the_signed_root_by_hashes_and_by_events(evidence: TamperEvidence) -> None:
    signed: Checkpoint = opened_checkpoint(evidence.checkpoint(), evidence.public_key)
    names = ["000", "001", "002.p/44"]
    hashes = b"".join(fetched(evidence, f"0/{name}") or b"" for name in names)
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    states = [one for name in names for one in entries(fetched(evidence, f"entries/{name}") or b"")]
    assert [leaf_hash(one) for one in states] == leaves
    assert (len(leaves), root_of(leaves)) == (signed.size, signed.root)
    assert fetched(evidence, "1/000.p/2") == root_of(leaves[:256]) + root_of(leaves[256:512])
    for beyond in ("0/002", "0/002.p/45", "0/003.p/1", "1/000.p/3", "2/000.p/1", "63/000.p/1", "entries/002.p/45", "entries/x001/000"):
        assert fetched(evidence, beyond) is None, beyond
    for level in ("0", "7", "entries"):
        assert fetched(evidence, f"{level}/x999/x999/x999/x999/999") is None, "no database counts further"


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("0/x001/x234/067", TilePath(0, 1234067, 256)),
        ("entries/x123/456.p/7", TilePath(None, 123456, 7)),
        ("8/000.p/255", TilePath(8, 0, 255)),
        ("entries/x999/x999/x999/x999/999", TilePath(None, 10**15 - 1, 256)),
        ("entries/x001/x000/x000/x000/x000/000", None),
        ("00/000", None),
        ("64/000", None),
        ("0/x000/067", None),
        ("0/67", None),
        ("0/000.p/0", None),
        ("0/000.p/256", None),
        ("0/000.p/07", None),
        ("data/000", None),
    ],
)
def test_a_path_has_one_form(path: str, read: TilePath | None) -> None:
    assert tile_path(path) == read


def test_what_was_changed_after_it_was_numbered_is_named_and_what_is_too_long_is_in_no_bundle(tmp_path: Path) -> None:
    log = MemoryLog([state(0), state(1, "x" * 70_000), state(2)])
    evidence = evidence_in(tmp_path, log)
    evidence.catch_up()
    assert fetched(evidence, "entries/000.p/1") is not None
    assert fetched(evidence, "entries/000.p/3") is None
    log.change(0, state(0, "something else"))
    with pytest.raises(Tampered, match="event 0"):
        fetched(evidence, "entries/000.p/3")
