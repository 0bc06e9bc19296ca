"""A key signs one history: whatever is done to the database, what it signed last is remembered beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.evidence.checkpoint import KeyLost
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.export import Extras
from adapters.evidence.keyfile import HEAD_FILE, KEY_FILE, LAST_FILE, leave_public, signer_in
from adapters.evidence.last_signed import LastSigned, TurnTaken
from adapters.evidence.reading import Tampered
from adapters.evidence.trust import Trust
from adapters.evidence.verify import verify_export
from tests.adapters.evidence.store import MONDAY, MemoryLog, event_id, evidence_in, sqlite, state, tree_in

pytestmark = pytest.mark.rule("G4")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog([state(number) for number in range(12)])


def emptied(folder: Path) -> None:
    """What an insider does who can write the database and cannot read the key."""
    with sqlite(folder).begin() as connection:
        for table in ("evidence_leaf", "evidence_node", "evidence_checkpoint"):
            connection.execute(text(f"DELETE FROM {table}"))


def run(folder: Path, statement: str) -> None:
    """A statement on the tree's tables."""
    with sqlite(folder).begin() as connection:
        connection.execute(text(statement))


def test_another_history_of_the_same_length_is_not_signed(tmp_path: Path, log: MemoryLog) -> None:
    evidence_in(tmp_path, log).checkpoint()
    emptied(tmp_path)
    log.change(3, state(3, "something else"))
    evidence = evidence_in(tmp_path, log)
    with pytest.raises(Tampered, match="not a continuation of the checkpoint of size 12"):
        evidence.checkpoint()
    log.append(state(12))
    with pytest.raises(Tampered, match="not a continuation of the checkpoint of size 12"):
        evidence.receipts([event_id(12)])


def test_a_shorter_history_is_not_signed(tmp_path: Path, log: MemoryLog) -> None:
    evidence_in(tmp_path, log).checkpoint()
    emptied(tmp_path)
    del log.rows[-1]
    with pytest.raises(Tampered, match="the log has 11 events, and 12 were signed"):
        evidence_in(tmp_path, log).checkpoint()


def test_the_same_history_is_signed_again_when_the_tree_was_lost(tmp_path: Path, log: MemoryLog) -> None:
    note = evidence_in(tmp_path, log).checkpoint()
    emptied(tmp_path)
    assert evidence_in(tmp_path, log).checkpoint() == note


def test_what_was_signed_is_remembered_before_the_database_knows_it(tmp_path: Path, log: MemoryLog) -> None:
    evidence = evidence_in(tmp_path, log)
    note = evidence.checkpoint()
    run(tmp_path, "DELETE FROM evidence_checkpoint")  # a crash between the two
    assert (tmp_path / LAST_FILE).read_text() == note
    assert (tmp_path / LAST_FILE).stat().st_mode & 0o077 == 0
    log.append(state(12))
    assert evidence.checkpoint().splitlines()[1] == "13"


def test_a_deployment_that_signed_before_there_was_a_memory_gets_one(tmp_path: Path, log: MemoryLog) -> None:
    note = evidence_in(tmp_path, log).checkpoint()
    (tmp_path / LAST_FILE).unlink()
    assert evidence_in(tmp_path, log).checkpoint() == note
    assert (tmp_path / LAST_FILE).read_text() == note


def test_a_memory_that_is_not_the_keys_is_not_believed(tmp_path: Path, log: MemoryLog) -> None:
    evidence = evidence_in(tmp_path, log)
    evidence.checkpoint()
    (tmp_path / LAST_FILE).write_bytes(b"\xff nothing")
    with pytest.raises(Tampered, match="is not the last checkpoint of the key beside it"):
        evidence.checkpoint()


def test_many_sign_in_turn_and_all_sign_one_history(tmp_path: Path, log: MemoryLog) -> None:
    several = [evidence_in(tmp_path, log) for _ in range(4)]

    def sign(number: int) -> str:
        return several[number % 4].checkpoint()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(sign, range(16)))) == 1
    last = LastSigned(tmp_path, signer_in(tmp_path).public).read()
    assert last is not None
    assert last.size == 12


def test_whoever_holds_the_right_to_sign_for_too_long_is_not_waited_for(tmp_path: Path, log: MemoryLog) -> None:
    evidence_in(tmp_path, log).checkpoint()
    last = LastSigned(tmp_path, signer_in(tmp_path).public)
    with last.turn():
        with pytest.raises(TurnTaken, match="another process holds the right to sign") as refused, last.turn(patience=0.02):
            raise AssertionError
        assert refused.value.filename == str(tmp_path / KEY_FILE)
    with last.turn(patience=0):
        assert last.read() is not None


def test_a_lost_key_is_not_replaced(tmp_path: Path, log: MemoryLog) -> None:
    evidence_in(tmp_path, log).checkpoint()
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(KeyLost, match="is gone, and the history was signed with it"):
        signer_in(tmp_path)
    (tmp_path / LAST_FILE).unlink()
    with pytest.raises(KeyLost, match="is gone, and the history was signed with it"):
        signer_in(tmp_path, signed=True)
    assert not (tmp_path / KEY_FILE).exists()


def test_another_key_does_not_go_on_with_a_history(tmp_path: Path, log: MemoryLog) -> None:
    evidence_in(tmp_path, log).checkpoint()
    other = signer_in(tmp_path / "other")
    with pytest.raises(Tampered, match="the stored checkpoint of size 12 was not signed by the key that is here"):
        TamperEvidence(log, tree_in(tmp_path), other, lambda: MONDAY, LastSigned(tmp_path / "other", other.public))


@pytest.mark.parametrize("gone", ["n = 7", "n = 11", "n >= 5 AND n < 9"])
def test_a_leaf_that_was_taken_out_of_the_tree_is_named(tmp_path: Path, log: MemoryLog, gone: str) -> None:
    evidence = evidence_in(tmp_path, log)
    evidence.checkpoint()
    log.append(state(12))
    evidence.catch_up()
    run(tmp_path, f"DELETE FROM evidence_leaf WHERE {gone}")
    with pytest.raises(Tampered, match=r"event (5|7|11) \(id unknown\): its leaf was taken out of the tree"):
        evidence.checkpoint()


def test_a_node_that_was_taken_out_of_the_tree_is_found(tmp_path: Path) -> None:
    log = MemoryLog([b"%d" % number for number in range(1025)])
    evidence = evidence_in(tmp_path, log)
    evidence.checkpoint()
    run(tmp_path, "DELETE FROM evidence_node WHERE idx = 1")
    log.append(b"one more")
    with pytest.raises(Tampered, match="node 1 of level 8 was taken out of the tree"):
        evidence.checkpoint()


def test_a_receipt_is_only_given_when_it_will_verify(tmp_path: Path, log: MemoryLog) -> None:
    evidence = evidence_in(tmp_path, log)
    evidence.tick(1)
    run(tmp_path, f"UPDATE evidence_leaf SET leaf_hash = x'{'00' * 32}' WHERE n = 4")
    with pytest.raises(Tampered, match=r"event 5 .*is not in the tree that was signed"):
        evidence.receipt(event_id(5))


def test_a_log_that_was_put_back_is_another_history_also_when_it_has_grown_since(tmp_path: Path, log: MemoryLog) -> None:
    evidence = evidence_in(tmp_path, log)
    evidence.catch_up()
    del log.rows[8:]
    assert evidence.catch_up() == 12
    with pytest.raises(Tampered, match=r"event 11 .*the log has another event in its place, or none"):
        evidence.verify_signed()
    for number in range(20, 30):
        log.append(state(number))
    with pytest.raises(Tampered, match="it is not the history that was numbered"):
        evidence.catch_up()


def test_where_the_key_was_left_out_what_was_signed_is_read_and_exported_and_nothing_is_signed(tmp_path: Path, log: MemoryLog) -> None:
    evidence, copied = evidence_in(tmp_path, log), tmp_path / "copied"
    note, key = evidence.checkpoint(), evidence.public_key_text()
    evidence.tick(1)
    copied.mkdir()
    leave_public(copied, signer_in(tmp_path).public, evidence.sealed_head(Extras()))
    signer = signer_in(copied, signed=True)
    without = TamperEvidence(log, tree_in(tmp_path), signer, lambda: MONDAY, LastSigned(copied, signer.public))
    assert (without.public_key_text(), without.checkpoint(), without.verify_signed()) == (key, note, 12)
    log.append(state(12))
    with pytest.raises(KeyLost, match="the signing key is not here, so nothing new is signed"):
        without.checkpoint()
    assert without.receipt(event_id(3)).size == 12
    with (tmp_path / "export").open("wb") as file:
        assert without.export(file) == 12
    assert verify_export(tmp_path / "export", Trust(signer.public)).size == 12
    (copied / HEAD_FILE).write_bytes(b"")
    with pytest.raises(KeyLost, match="nothing can be exported"), (tmp_path / "export").open("wb") as file:
        without.export(file)
