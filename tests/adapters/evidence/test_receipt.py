"""A receipt proves one event offline; no change of it goes unnoticed, and a certificate claims only what the event says."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.evidence.about import about
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.merkle import leaf_hash, root, verify_consistency
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.receipt import verify_receipt
from adapters.evidence.sequencer import StoredNodes
from adapters.evidence.trust import Trust
from tests.adapters.evidence.store import MemoryLog, event_id, evidence_in, state, tree_in

pytestmark = pytest.mark.rule("B5")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog([state(number) for number in range(11)])


@pytest.fixture
def evidence(tmp_path: Path, log: MemoryLog) -> TamperEvidence:
    return evidence_in(tmp_path, log)


def as_object(content: bytes) -> dict[str, Any]:
    """A receipt as data."""
    read: dict[str, Any] = msgspec.json.decode(content)
    return read


def test_a_receipt_shows_its_event_to_be_in_the_signed_log(evidence: TamperEvidence, log: MemoryLog) -> None:
    for number in range(11):
        verified = verify_receipt(evidence.receipts([event_id(number)])[0].as_json())
        assert (verified.index, verified.state) == (number, log.rows[number].state)
        assert verified.event == msgspec.json.decode(log.rows[number].state)
        assert (verified.checkpoint.size, verified.key.text) == (11, evidence.public_key_text())


def test_receipts_of_now_share_one_checkpoint(evidence: TamperEvidence, log: MemoryLog, tmp_path: Path) -> None:
    assert evidence.receipts([event_id(3)])[0].size == 11
    log.append(state(11))
    assert {receipt.size for receipt in evidence.receipts([event_id(3), event_id(11)])} == {12}
    assert list(tree_in(tmp_path).checkpoint_sizes(100)) == [11, 12]


def test_a_receipt_may_be_written_in_any_json_form(evidence: TamperEvidence) -> None:
    sorted_and_wide = json.dumps(as_object(evidence.receipts([event_id(3)])[0].as_json()), sort_keys=True, indent=8)
    assert verify_receipt(sorted_and_wide).index == 3


def test_an_unknown_event_has_no_receipt(evidence: TamperEvidence) -> None:
    with pytest.raises(KeyError):
        evidence.receipts(["nothing"])[0]


def test_an_event_that_was_changed_in_the_store_has_no_receipt_any_more(evidence: TamperEvidence, log: MemoryLog) -> None:
    evidence.receipts([event_id(3)])[0]
    log.change(3, state(3, "something else"))
    with pytest.raises(Tampered, match=f"event 3 .id {event_id(3)}.: is not the one that was recorded"):
        evidence.receipts([event_id(3)])[0]


def test_the_content_can_be_withheld_and_the_proof_stays(evidence: TamperEvidence) -> None:
    withheld = evidence.receipts([event_id(3)])[0].withheld()
    verified = verify_receipt(withheld.as_json())
    assert (verified.index, verified.event, verified.state) == (3, None, None)
    assert event_id(3).encode() not in withheld.as_json()


def test_a_certificate_may_claim_what_the_event_says_and_nothing_else(evidence: TamperEvidence, log: MemoryLog) -> None:
    receipt, stored = as_object(evidence.receipts([event_id(3)])[0].as_json()), msgspec.json.decode(log.rows[3].state)
    certificate = {"filing": stored["event"]["filing"], "at": stored["at"], "about": "how to verify", "receipt": receipt}
    assert verify_receipt(json.dumps(certificate)).index == 3
    for claim in ({"filing": "another"}, {"owner": "me"}, {"at": "2025-01-01T00:00:00Z"}, {"originator_version": True}):
        with pytest.raises(Tampered, match="which the event does not say"):
            verify_receipt(json.dumps(certificate | claim))


def filed(tmp_path: Path) -> dict[str, Any]:
    """The certificate of a filing as it is handed out."""
    stored = msgspec.json.decode(state(0))
    stored["event"] = {"type": "Filed", "owner": "member-1", "digest": "ab" * 32}
    receipt = as_object(evidence_in(tmp_path, MemoryLog([msgspec.json.encode(stored)])).receipts([event_id(0)])[0].as_json())
    return {"owner": "member-1", "about": about(receipt["reads"]), "receipt": receipt}


def test_the_text_for_people_is_the_one_that_the_event_gives(tmp_path: Path) -> None:
    certificate = filed(tmp_path)
    assert f"whose SHA-256 is {'ab' * 32} was filed by the member member-1 at 2026-03-02T09:00:00Z" in certificate["about"]
    assert verify_receipt(json.dumps(certificate)).unproven is None
    for lie in ("This certifies that Ann owns everything.", certificate["about"].replace("member-1", "member-2"), "", ["x"], None):
        with pytest.raises(Tampered, match="text for people, `about`, is not the one"):
            verify_receipt(json.dumps(certificate | {"about": lie}))


def test_a_text_that_belongs_to_no_event_is_said_to_be_unproven(evidence: TamperEvidence) -> None:
    receipt = as_object(evidence.receipts([event_id(3)])[0].as_json())
    assert verify_receipt(json.dumps({"about": "Ann owns everything", "receipt": receipt})).unproven == "Ann owns everything"


def test_a_claim_that_stands_twice_is_refused(evidence: TamperEvidence, log: MemoryLog) -> None:
    filing = msgspec.json.decode(log.rows[3].state)["event"]["filing"]
    certificate = f'{{"filing": "another", "filing": "{filing}", "receipt": {evidence.receipts([event_id(3)])[0].as_json().decode()}}}'
    with pytest.raises(Tampered, match="a name stands twice"):
        verify_receipt(certificate)


@pytest.mark.parametrize(
    "change",
    [
        {"index": 4},
        {"size": 12},
        {"proof": []},
        {"version": 2},
        {"format": "another"},
        {"reads": {"id": "another"}},
        {"reads": None},
        {"reads": 1},
        {"event": None},
        {"event": "AAAA"},
        {"event": "!"},
        {"leaf": "AAAA"},
        {"key": "nonsense"},
        {"checkpoint": "nonsense"},
        {"more": 1},
    ],
)
def test_a_changed_receipt_is_refused(evidence: TamperEvidence, change: dict[str, Any]) -> None:
    receipt = as_object(evidence.receipts([event_id(3)])[0].as_json())
    with pytest.raises(Tampered):
        verify_receipt(json.dumps(receipt | change))


def test_a_change_of_any_value_of_a_receipt_is_found(evidence: TamperEvidence) -> None:
    content, rng = evidence.receipts([event_id(3)])[0].as_json(), random.Random(5)
    sound = as_object(content)
    changed = 0
    for _ in range(500):
        place = rng.randrange(len(content))
        other = content[:place] + bytes([(content[place] + rng.randrange(1, 256)) % 256]) + content[place + 1 :]
        try:
            same = as_object(other) == sound
        except (msgspec.MsgspecError, UnicodeDecodeError):
            same = False
        if not same:
            changed += 1
            with pytest.raises((Tampered, NotAnExport)):
                verify_receipt(other)
    assert changed > 400


def test_a_receipt_of_another_log_is_not_the_trusted_ones(evidence: TamperEvidence, tmp_path: Path, log: MemoryLog) -> None:
    (tmp_path / "other").mkdir()
    other = evidence_in(tmp_path / "other", log)
    trusted = verify_receipt(evidence.receipts([event_id(3)])[0].as_json()).key
    with pytest.raises(Tampered, match="not by the trusted key"):
        verify_receipt(other.receipts([event_id(3)])[0].as_json(), Trust(key=trusted))


def test_a_checkpoint_that_was_given_out_reveals_a_fork(evidence: TamperEvidence, log: MemoryLog) -> None:
    given = evidence.checkpoint()
    receipt = evidence.receipts([event_id(3)])[0].as_json()
    assert verify_receipt(receipt, Trust(checkpoint=given)).index == 3
    log.append(state(11))
    with pytest.raises(NotAnExport, match="of that size only"):
        verify_receipt(receipt, Trust(checkpoint=evidence.checkpoint()))


def test_proofs_are_given_for_any_past_size(evidence: TamperEvidence, log: MemoryLog, tmp_path: Path) -> None:
    evidence.catch_up()
    nodes = StoredNodes(tree_in(tmp_path))
    assert verify_consistency(4, 11, root(nodes, 4), evidence.root(11), evidence.consistency(4, 11))
    assert nodes.node(0, 10) == leaf_hash(log.rows[10].state)
    with pytest.raises(ValueError, match="not 12"):
        evidence.consistency(4, 12)


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b"\xff\xfe", b"[]"])
def test_what_is_no_receipt_is_not_verified(content: bytes) -> None:
    with pytest.raises(NotAnExport):
        verify_receipt(content)


@pytest.mark.parametrize(
    "content", [b'{"checkpoint"', b'{"checkpoint":' + b"[" * 200_000, b'{"receipt":{"checkpoint":1}}', b'{"checkpoint":"\xff"}']
)
def test_what_was_a_receipt_is_said_to_be_damaged_on_one_line(content: bytes) -> None:
    with pytest.raises(Tampered) as found:
        verify_receipt(content)
    assert found.value.line.isprintable()
