"""The log's checkpoints before witnesses: what each answer means, and the fork that only a witness can see (rule G4)."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.evidence.attestation_tables import SqlAttestations
from adapters.evidence.cosignature import cosignatures
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keeper import Keeper
from adapters.evidence.keyfile import KEY_FILE, LAST_FILE, signer_in
from adapters.evidence.last_signed import LastSigned
from adapters.system.exchange import ServiceReply
from adapters.witnesses.policy import Policy, policy_from_bytes
from adapters.witnesses.submitting import AGAIN, RENEWED, Witnessing
from tests.adapters.evidence.store import MONDAY, MemoryLog, event_id, sqlite, state, tree_in
from tests.adapters.witnesses.little_witness import LittleWitness, served
from tests.adapters.witnesses.signing import BOTH_KINDS, Pen

pytestmark = pytest.mark.rule("G4")


def looked(witnessing: Witnessing) -> None:
    """One look of a server's, and all that it began."""
    witnessing.look()
    for thread in threading.enumerate():
        if thread.name.startswith("witness w"):
            thread.join()


class World:
    """A log in a folder, two witnesses that are served, and what the log keeps of them."""

    def __init__(self, folder: Path, log: MemoryLog, witnesses: list[LittleWitness] | None = None) -> None:
        self.folder, self.log, self.now = folder, log, float(int(time.time()))
        signer, tree = signer_in(folder), tree_in(folder)
        self.kept = SqlAttestations(sqlite(folder))
        self.evidence = TamperEvidence(log, tree, signer, lambda: MONDAY, LastSigned(folder, signer.public), self.kept)
        self.witnesses = witnesses or [LittleWitness(signer.public, Pen(f"w{n}.example", kind)) for n, kind in enumerate(BOTH_KINDS, 1)]

    def policy(self) -> Policy:
        lines = [f"witness w{n} {one.pen.key.text} {one.url}" for n, one in enumerate(self.witnesses, 1)]
        return policy_from_bytes("\n".join([*lines, "quorum w1"]).encode())

    def witnessing(self) -> Witnessing:
        return Witnessing(self.policy(), lambda: self.evidence, lambda: self.kept, lambda: self.now)

    def asked(self) -> list[tuple[str, str, str]]:
        return [tuple(one) for one in self.witnessing().ask(self.evidence.checkpoint())]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, MemoryLog([state(number) for number in range(5)]))
    with served(made.witnesses[0]), served(made.witnesses[1]):
        yield made


def states(world: World) -> list[str]:
    return [one[1] for one in world.asked()]


def test_each_witness_cosigns_what_continues_what_it_saw_and_receipts_and_exports_carry_that(world: World) -> None:
    assert states(world) == ["cosigned", "cosigned"]
    for number in range(5, 300):
        world.log.append(state(number))
    assert [words.split(" at ")[0] for _, _, words in world.asked()] == ["cosigned the first 300 events"] * 2
    assert [one.seen.size for one in world.witnesses] == [300, 300]
    world.log.append(state(300))
    (receipt,) = world.evidence.receipts([event_id(7)])
    assert receipt.size == 300
    assert len(cosignatures(receipt.checkpoint, [one.pen.key for one in world.witnesses])) == 2
    assert world.evidence.receipts([event_id(300)])[0].size == 301


def test_a_witness_that_saw_another_size_is_asked_again_from_there(world: World) -> None:
    assert states(world) == ["cosigned", "cosigned"]
    with sqlite3.connect(world.folder / "evidence.sqlite") as database:
        database.execute("DELETE FROM evidence_cosignature")  # as after a restore: what it saw is not known here
    world.log.append(state(5))
    assert states(world) == ["cosigned", "cosigned"]
    assert [body.split(b"\n")[0] for body in world.witnesses[0].requests] == [b"old 0", b"old 0", b"old 5"]


def test_an_operator_who_forks_the_log_with_its_own_key_is_found_by_every_witness(world: World, tmp_path: Path) -> None:
    """Nothing in the store tells: the forger empties the tree, makes the key forget, and signs another history of the same length."""
    states(world)
    forged = MemoryLog([state(number, "quite another statement" if number == 2 else "that is my picture, 是我拍的") for number in range(6)])
    (world.folder / LAST_FILE).unlink()
    with sqlite3.connect(world.folder / "evidence.sqlite") as database:
        for table in ("leaf", "node", "checkpoint", "tick", "cosignature"):
            database.execute(f"DELETE FROM evidence_{table}")
    fork = World(world.folder, forged, world.witnesses)
    assert fork.evidence.public_key == world.evidence.public_key
    assert fork.evidence.check_events() == 0
    said = fork.asked()
    assert [one[1] for one in said] == ["refused", "refused"]
    assert "not a continuation of what it saw (422): the history was changed, or another signs with its key" in said[0][2]
    assert fork.kept.lines(6) == []


def test_a_log_that_was_rolled_back_is_behind_its_witnesses(world: World, tmp_path: Path) -> None:
    states(world)
    (tmp_path / "old").mkdir()
    shutil.copy(world.folder / KEY_FILE, tmp_path / "old")
    behind = World(tmp_path / "old", MemoryLog([state(number) for number in range(3)]), world.witnesses)
    said = behind.asked()
    assert [one[1] for one in said] == ["refused", "refused"]
    assert "has seen 5 events of this log, which has 3 here: it was rolled back" in said[0][2]


@pytest.mark.parametrize(
    ("answer", "state_", "words"),
    [
        ((400, b""), "refused", "does not take the request for one (400)"),
        ((403, b""), "refused", "knows another key of this log (403)"),
        ((404, b""), "refused", "does not know this log (404)"),
        ((409, b"soon\n"), "silent", "answered 409 without the size that it saw"),
        ((409, b"4\n"), "silent", "answered 409"),
        ((409, b"77\n"), "refused", "has seen 77 events of this log, which has 5 here: it was rolled back, or another signs with its key"),
        ((500, b"later"), "silent", "answered 500"),
        ((302, b""), "silent", "answered 302"),
        ((200, b""), "refused", "answered what is no cosignature of this checkpoint: not a signed note"),
        ((200, "— stranger.example AAAAAAAAAAA=\n".encode()), "refused", "answered without a cosignature of the key that the policy names"),
        ((200, b"\xff"), "refused", "answered what is no cosignature of this checkpoint: "),
    ],
)
def test_each_answer_has_its_meaning_and_is_kept_until_it_is_better(
    world: World, answer: tuple[int, bytes], state_: str, words: str
) -> None:
    first = world.witnesses[0]
    first.answer = answer
    said = world.asked()
    assert (said[0][:2], said[1][1]) == (("w1", state_), "cosigned")
    assert words in said[0][2]
    kept = world.kept.contact(first.pen.key.text)
    assert kept is not None
    assert (kept.state, kept.failing_since is None) == (state_, False)
    first.answer = None
    assert states(world) == ["cosigned", "cosigned"]
    assert world.kept.contact(first.pen.key.text).state == "attests"  # type: ignore[union-attr]


def test_a_cosignature_of_another_checkpoint_or_time_is_not_kept(world: World) -> None:
    first, note = world.witnesses[0], world.evidence.checkpoint()
    for line, words in (
        (first.pen.line(note, int(world.now) - 3600), "dates its cosignature 3600 seconds away from the clock here"),
        (first.pen.line(note.replace("\n5\n", "\n4\n"), int(world.now)), "the cosignature of w1.example is broken"),
    ):
        first.answer = 200, f"{line}\n".encode()
        said = world.asked()[0]
        assert (said[1], words in said[2]) == ("refused", True), said
    assert world.kept.lines(5) == [line for line in world.kept.lines(5) if "w2.example" in line]


def test_a_server_asks_for_checkpoints_by_the_clock_once_and_again_only_after_a_while(tmp_path: Path) -> None:
    world, sent = World(tmp_path, MemoryLog([state(0)])), []

    def silent(url: str, _: str, body: bytes) -> ServiceReply:
        sent.append(url)
        return ServiceReply(503, b"")

    for one in world.witnesses:
        one.url = "http://w.example"
    witnessing = Witnessing(world.policy(), lambda: world.evidence, lambda: world.kept, lambda: world.now, silent)
    looked(witnessing)
    assert sent == []  # nothing was signed by the clock yet
    Keeper(lambda: world.evidence).look()
    looked(witnessing)
    looked(witnessing)
    assert sent == ["http://w.example/add-checkpoint"] * 2
    since = world.kept.contact(world.witnesses[0].pen.key.text)
    world.now += AGAIN
    looked(witnessing)
    assert len(sent) == 4
    assert world.kept.contact(world.witnesses[0].pen.key.text) == since


def test_the_last_cosignature_of_a_quiet_log_is_renewed_once_a_day(world: World) -> None:
    Keeper(lambda: world.evidence).look()
    witnessing = world.witnessing()
    for passed, requests in ((0, 1), (10, 1), (RENEWED + 10, 2)):
        world.now += passed
        for one in world.witnesses:
            one.answer = 200, f"{one.pen.line(world.evidence.checkpoint(), int(world.now))}\n".encode()
        looked(witnessing)
        assert [len(one.requests) for one in world.witnesses] == [requests] * 2
    assert world.kept.last_of_witness(world.witnesses[0].pen.key.text) == (5, int(world.now))
