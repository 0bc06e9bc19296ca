"""The proof of one event as other programs of transparency logs read it, and what a policy makes of a file (rule G4)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from adapters.evidence.cosignature import with_cosignatures
from tests.adapters.cli.conftest import Played, Run
from tests.adapters.witnesses.signing import BOTH_KINDS, Pen

pytestmark = pytest.mark.rule("G4")

W1, W2 = Pen("w1.example", BOTH_KINDS[1]), Pen("w2.example")


def policy_in(folder: Path, log: str, quorum: str = "group both all w1 w2\nquorum both") -> Path:
    (folder / "policy").write_text(f"log {log}\nwitness w1 {W1.key.text}\nwitness w2 {W2.key.text}\n{quorum}\n")
    return folder / "policy"


def test_the_proof_of_an_event_by_its_number_its_id_or_its_receipt(originals: Run, store: Path, tmp_path: Path) -> None:
    proof, key = tmp_path / "7.tlog-proof", tmp_path / "key"
    proof.write_text(originals("audit", "proof", "7", store=store).out)
    key.write_text(originals("audit", "key", store=store).out)
    said = originals("audit", "verify", proof, "--key", key)
    assert (said.code, said.err, said.out.startswith("verified: event 7: ")) == (0, "", True)
    event = said.out.split(", id ")[1].split(",")[0]
    by_id = originals("audit", "proof", event, "--withheld", store=store).out
    assert ("\nindex 7\n" in by_id, "extra" in by_id) == (True, False)
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(_receipt_of(originals, store, tmp_path, 7))
    assert originals("audit", "proof", receipt, store=tmp_path / "no store").out.startswith("c2sp.org/tlog-proof@v1\nextra ")
    (tmp_path / "bundle.zip").write_bytes(b"PK\x03\x04")
    has_them = originals("audit", "proof", tmp_path / "bundle.zip", store=store)
    assert (has_them.code, "has the proofs of its events already" in has_them.err) == (2, True)
    for wrong, code in (("nothing", 2), ("99999999", 2)):
        assert originals("audit", "proof", wrong, store=store).code == code
    bare = originals("audit", "verify", proof)
    assert (bare.code, "names no key" in bare.err) == (2, True)
    proof.write_text(proof.read_text().replace("index 7", "index 6"))
    said = originals("audit", "verify", proof, "--key", key)
    assert (said.code, "the proof does not lead from this event to the signed checkpoint" in said.err) == (1, True)


def test_a_cose_receipt_is_written_with_the_event_beside_it(originals: Run, store: Path, tmp_path: Path) -> None:
    receipt, key = tmp_path / "7.receipt", tmp_path / "key"
    said = originals("audit", "proof", "7", "--cose", receipt, store=store)
    assert (said.code, said.out.count(str(receipt))) == (0, 3)
    nowhere = originals("audit", "proof", "7", "--cose", tmp_path / "none" / "receipt", store=store)
    assert (nowhere.code, nowhere.err.endswith("receipt: No such file or directory\n")) == (2, True)
    key.write_text(originals("audit", "key", store=store).out)
    said = originals("audit", "verify", receipt, "--key", key)
    assert (said.code, said.err, said.out.startswith("verified: event 7: ")) == (0, "", True)
    assert originals("audit", "proof", "8", "--cose", tmp_path / "8.receipt", "--withheld", store=store).code == 0
    assert not (tmp_path / "8.receipt.event").exists()
    wrong = originals("audit", "verify", tmp_path / "8.receipt", "--key", key, "--event", tmp_path / "7.receipt.event")
    assert (wrong.code, "the signature is not this key's over the root" in wrong.err) == (1, True)


def _receipt_of(originals: Run, store: Path, folder: Path, number: int) -> bytes:
    """A receipt of that event, made of an export by hand."""
    from adapters.evidence.checkpoint import public_key_from_text
    from adapters.evidence.merkle import MemoryNodes, inclusion_proof, leaf_hash
    from adapters.evidence.receipt import new_receipt

    originals("audit", "export", folder / "export", store=store)
    head, *lines = (folder / "export").read_bytes().splitlines()
    size, key = json.loads(head)["tree"]["size"], public_key_from_text(json.loads(head)["key"])
    states = [line[line.index(b',"data":') + 8 : -1] for line in lines[:size]]
    path = inclusion_proof(MemoryNodes([leaf_hash(state) for state in states]), number, size)
    return new_receipt(number, size, states[number], path, json.loads(lines[-1])["checkpoint"], key).as_json()


def test_a_policy_says_who_saw_what_and_fails_where_that_is_not_enough(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    """Whoever kept a cosigned checkpoint gives it; the file has to agree with it."""
    key = originals("audit", "key", store=store).out.strip()
    note = originals("audit", "checkpoint", store=store).out
    originals("audit", "export", tmp_path / "export", store=store)
    cosigned, policy, now = tmp_path / "cosigned", policy_in(tmp_path, key), int(time.time())
    cosigned.write_text(with_cosignatures(note, [W1.line(note, now), W2.line(note, now - 7200)]))

    met = originals("audit", "verify", tmp_path / "export", "--checkpoint", cosigned, "--policy", policy)
    assert (met.code, met.err) == (0, "")
    assert f"witnessed: the first {note.split()[1]} events, by w1 at " in met.out
    assert f"trust: signed by the key {key}, which the policy names" in met.out
    alone = originals("audit", "verify", cosigned, "--policy", policy)
    assert (alone.code, alone.out.startswith("verified: a checkpoint of ")) == (0, True)

    short = originals("audit", "verify", tmp_path / "export", "--policy", policy)
    assert (short.code, short.out) == (1, "")
    assert "the quorum is not met: the policy asks for 2 of w1, w2, and none of its witnesses cosigned a checkpoint" in short.err
    old = originals("audit", "verify", cosigned, "--policy", policy, "--max-age", "1")
    assert (old.code, "the cosignatures are too old" in old.err) == (1, True)
    cosigned.write_text(with_cosignatures(note, [W1.line(note.replace("\n", " \n", 1), now)]))
    broken = originals("audit", "verify", cosigned, "--policy", policy)
    assert (broken.code, "the cosignature of w1.example is broken: it is not over this checkpoint" in broken.err) == (1, True)
    (tmp_path / "policy").write_text(f"witness w1 {W1.key.text}\ngroup g 2 w1\nquorum g\n")
    never = originals("audit", "verify", cosigned, "--policy", policy)
    assert (never.code, "line 2 of the policy: no one can meet it: 2 of 1 members" in never.err) == (1, True)
    (tmp_path / "policy").write_text(f"log {W1.key.text}\nquorum none\n")
    other = originals("audit", "verify", tmp_path / "export", "--policy", policy)
    assert (other.code, "the policy is about another log: it names w1.example, and this is " in other.err) == (1, True)
