"""A `.tlog-proof` of an event, as C2SP tlog-proof writes it, and what a changed one is called (rule G4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.evidence.checkpoint import PublicKey, Signer, public_key_from_text
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.tlog_proof import TlogProof, proof_from_text, proof_of, verify_proof
from tests.adapters.evidence.store import MemoryLog, event_id, evidence_in, state

pytestmark = pytest.mark.rule("G4")

SPECIFIED = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog hI2DJw[...]1roloI=
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[PublicKey, TlogProof]:
    evidence = evidence_in(tmp_path_factory.mktemp("log"), MemoryLog([state(number) for number in range(21)]))
    (receipt,) = evidence.receipts([event_id(13)])
    assert proof_of(receipt.withheld()).extra is None
    return public_key_from_text(receipt.key), proof_of(receipt)


def test_the_example_of_the_specification_reads_as_it_says() -> None:
    proof = proof_from_text(SPECIFIED)
    assert (proof.index, len(proof.path), proof.checkpoint.split("\n")[1], proof.text) == (73894, 5, "109482", SPECIFIED)


def test_a_proof_leads_from_the_stored_bytes_to_the_checkpoint(made: tuple[PublicKey, TlogProof]) -> None:
    key, proof = made
    verified = verify_proof(proof.text.encode(), [key])
    assert (verified.index, verified.state, verified.checkpoint.size) == (13, state(13), 21)
    bare = TlogProof(proof.index, proof.path, proof.checkpoint).text
    assert bare.count("\n") == proof.text.count("\n") - 1
    assert verify_proof(bare.encode(), [key], state(13)).index == 13
    for keys, why in (([], "names no key"), ([key], "holds no event")):
        with pytest.raises(NotAnExport, match=why):
            verify_proof(bare.encode(), keys)


def test_what_is_not_so_is_said(made: tuple[PublicKey, TlogProof], tmp_path: Path) -> None:
    key, proof = made
    text = proof.text
    other = evidence_in(tmp_path, MemoryLog([state(number) for number in range(30)])).public_key
    same_name = Signer(key.name, Ed25519PrivateKey.generate()).public

    def said(content: str, *keys: PublicKey, event: bytes | None = None) -> str:
        with pytest.raises(Tampered) as found:
            verify_proof(content.encode(), list(keys or (key,)), event)
        return found.value.line

    moved, misled = "the proof does not lead from this event to the signed checkpoint", f"event 13 (id {event_id(13)})"
    assert said(text, event=state(12)) == f"event 13 (id {event_id(12)}): {moved}"
    assert said(text.replace("index 13", "index 12")) == f"event 12 (id {event_id(13)}): {moved}"
    assert said("\n".join(line for number, line in enumerate(text.split("\n")) if number != 3)) == f"{misled}: {moved}"
    assert said(text, other) == f"the checkpoint is of the log {key.name}, not of one that is trusted: {other.name}"
    assert said(text, same_name) == "the proof's checkpoint: not signed by this key"
    assert said(text.replace("\n21\n", "\n22\n")) == "the proof's checkpoint: the signature is not this key's"
    for damaged in ("", "c2sp.org/tlog-proof@v2" + text[22:], text.replace("index 13", "index 013"), text.replace("\n\n", "\n")):
        assert said(damaged).startswith("the proof cannot be read: ")
