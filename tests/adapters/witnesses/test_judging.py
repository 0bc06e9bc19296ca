"""Who saw a checkpoint, by cosignatures of both kinds, and each way in which they are not enough (rule G4)."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.evidence.checkpoint import (
    Checkpoint,
    NoteError,
    PublicKey,
    Signer,
    opened,
    parted,
    public_key_from_text,
    signature_in,
    to_base64,
)
from adapters.evidence.cosignature import cosignatures, with_cosignatures, witness_key_from_text
from adapters.evidence.reading import Tampered
from adapters.witnesses.judging import judged
from adapters.witnesses.policy import Policy, policy_from_bytes
from tests.adapters.witnesses.signing import BOTH_KINDS, Pen

pytestmark = pytest.mark.rule("G4")

NOW = 1_800_000_000
W1, W2, W3 = Pen("w1.example"), Pen("w2.example", BOTH_KINDS[1]), Pen("w3.example")
LOG = Signer("log.example", Ed25519PrivateKey.generate())
OTHER = Signer("other.example", Ed25519PrivateKey.generate())


def note(size: int, root: int = 1, log: Signer = LOG) -> str:
    return log.sign(Checkpoint(log.public.name, size, bytes([root]) * 32).text)


def seen(text: str, *by: Pen, at: int = NOW) -> str:
    return with_cosignatures(text, [pen.line(text, at) for pen in by])


def policy(quorum: str = "group enough 2 w1 w2 w3\nquorum enough", log: PublicKey = LOG.public) -> Policy:
    witnesses = "\n".join(f"witness w{number} {pen.key.text}" for number, pen in enumerate((W1, W2, W3), 1))
    return policy_from_bytes(f"log {log.text}\n{witnesses}\n{quorum}\n".encode())


def test_the_notes_of_the_specifications_read_as_they_say() -> None:
    signed = "This is an example message.\n\n— example.com/foo "
    signed += "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    key = public_key_from_text("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert opened(signed, key) == "This is an example message.\n"
    cosigned = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 "
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    name, raw = signature_in(parted(cosigned)[1][1])
    assert (name, int.from_bytes(raw[4:12], "big"), len(raw)) == ("witness.example.com/w1", 1679315147, 4 + 8 + 64)
    assert cosignatures(cosigned, [W1.key]) == []  # a stranger's is passed over


@pytest.mark.parametrize("kind", BOTH_KINDS)
def test_a_cosignature_is_its_witnesses_over_this_checkpoint_at_that_instant(kind: bytes) -> None:
    pen, text = Pen("w.example/one", kind), note(5)
    (found,) = cosignatures(seen(text, pen), [pen.key])
    assert (found.witness, found.at) == (pen.key, NOW)
    assert witness_key_from_text(pen.key.text) == pen.key
    raw = bytearray(signature_in(pen.line(text, NOW))[1])
    raw[11] ^= 1  # the last byte of the instant
    later = f"— {pen.key.name} {to_base64(bytes(raw))}"
    for wrong in (pen.line(note(5, root=2), NOW), pen.line(note(5, log=OTHER), NOW), later):
        with pytest.raises(NoteError, match=r"the cosignature of w\.example/one is broken"):
            cosignatures(with_cosignatures(text, [wrong]), [pen.key])


def test_the_largest_checkpoint_with_a_quorum_counts() -> None:
    notes = [seen(note(3), W1, W2, W3), seen(note(8), W1, W2), seen(note(9), W3), note(11)]
    found = judged(policy(), LOG.public, notes, NOW)
    assert (found.size, [one.words for one in found.sights]) == (8, ["w1 at 2027-01-15T08:00:00Z", "w2 at 2027-01-15T08:00:00Z"])


def test_each_way_to_fall_short_has_its_own_sentence() -> None:
    old, text = seen(note(8), W1, W2, at=NOW - 7200), note(8)

    def said(notes: list[str], asked: Policy | None = None, hours: int | None = None) -> str:
        with pytest.raises(Tampered) as found:
            judged(asked or policy(), LOG.public, notes, NOW, hours)
        return found.value.line

    short = "the quorum is not met: the policy asks for 2 of w1, w2, w3, and"
    assert said([seen(note(3), W1), seen(text, W2)]) == f"{short} w2 cosigned the checkpoint of 8 events"
    assert said([]) == f"{short} none of its witnesses cosigned a checkpoint"
    assert said([text], policy("quorum w3")).startswith("the quorum is not met: the policy asks for a cosignature of w3, and none of")
    assert said([text], policy(log=OTHER.public)) == "the policy is about another log: it names other.example, and this is log.example"
    assert said([with_cosignatures(text, [W1.line(note(8, 2), NOW)])]).startswith("the cosignature of w1.example is broken")
    assert "is of a time that is still to come" in said([seen(text, W1, at=NOW + 3600)])
    assert judged(policy(), LOG.public, [old], NOW, 2).size == 8
    assert said([old], hours=1) == (
        "the cosignatures are too old: the first 8 events were seen by w1 at 2027-01-15T06:00:00Z, w2 at 2027-01-15T06:00:00Z, "
        "over 1 hours ago"
    )
