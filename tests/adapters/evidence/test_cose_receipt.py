"""A COSE receipt of an event (RFC 9942): a package that others wrote verifies it, and each forgery has a name (rule G4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.evidence.cbor import CborError, TaggedValue, decoded, encoded
from adapters.evidence.checkpoint import AbsentSigner, KeyLost, PublicKey, public_key_from_text
from adapters.evidence.cose_receipt import cose_receipt, verify_cose
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.reading import NotAnExport, Tampered
from tests.adapters.evidence.store import MemoryLog, event_id, evidence_in, state

pytestmark = pytest.mark.rule("G4")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> TamperEvidence:
    return evidence_in(tmp_path_factory.mktemp("log"), MemoryLog([state(number) for number in range(21)]))


@pytest.fixture(scope="module")
def key(evidence: TamperEvidence) -> PublicKey:
    return public_key_from_text(evidence.public_key.text)


def test_a_package_that_others_wrote_verifies_every_one(evidence: TamperEvidence, key: PublicKey) -> None:
    scitt_cose = pytest.importorskip("scitt_cose")
    pem = Ed25519PublicKey.from_public_bytes(key.raw).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for number in (0, 1, 13, 15, 16, 20):
        receipt = evidence.cose_receipt(str(number) if number % 2 else event_id(number))
        theirs = scitt_cose.verify_receipt(receipt, leaf_entry_hex=state(number).hex(), log_public_key_pem=pem)
        assert (theirs.ok, theirs.errors, theirs.leaf_index, theirs.tree_size) == (True, [], number, 21)
        assert (theirs.root, theirs.issuer, theirs.subject) == (evidence.root(21).hex(), key.name, event_id(number))
        other = scitt_cose.verify_receipt(receipt, leaf_entry_hex=state(7).hex(), log_public_key_pem=pem)
        assert (other.ok, other.failed_at) == (False, "signature")
        ours = verify_cose(receipt, [key], state(number))
        assert (ours.index, ours.checkpoint.size, ours.checkpoint.root, ours.key) == (number, 21, evidence.root(21), key)


def taken_apart(receipt: bytes) -> tuple[dict[Any, Any], list[Any], bytes]:
    """The signed head, the proof and the signature of a receipt."""
    match decoded(receipt):
        case TaggedValue(value=[bytes() as head, {396: {-1: [bytes() as proof]}}, None, bytes() as signature]):
            signed, place = decoded(head), decoded(proof)
            assert isinstance(signed, dict) and isinstance(place, list)
            return signed, place, signature
        case _:
            raise AssertionError


def put_together(head: Any, proof: Any, signature: Any, payload: Any = None) -> bytes:
    return encoded(TaggedValue(18, [encoded(head), {396: {-1: [encoded(proof)]}}, payload, signature]))


def test_each_forgery_is_named(evidence: TamperEvidence, key: PublicKey) -> None:
    receipt, event = evidence.cose_receipt("13"), state(13)
    head, proof, signature = taken_apart(receipt)
    assert put_together(head, proof, signature) == receipt
    claims = head[15]
    forged = {
        "place 13 of 22": put_together(head, [22, 13, proof[2]], signature),
        "place 12 of 21": put_together(head, [21, 12, proof[2]], signature),
        "not this key's": put_together({**head, 15: {**claims, "size": 22}}, [22, 13, proof[2]], signature),
        "leads nowhere": put_together(head, [21, 13, proof[2][:-1]], signature),
        "over the root": put_together(head, [21, 13, [bytes(32), *proof[2][1:]]], signature),
        "not this key's over": put_together({**head, 15: {**claims, 2: "another"}}, proof, signature),
        "log elsewhere, not of": put_together({**head, 15: {**claims, 1: "elsewhere"}}, proof, signature),
        "not one of a log of this kind": put_together({**head, 2: [15]}, proof, signature),
        "without its payload": put_together(head, proof, signature, evidence.root(21)),
        "something stands behind": receipt + b"\x00",
        "cut short": receipt[:-1],
        "too long": receipt + bytes(20_000),
    }
    for why, content in forged.items():
        with pytest.raises(Tampered, match=why):
            verify_cose(content, [key], event)
    with pytest.raises(Tampered, match="the root that the event and the proof lead to"):
        verify_cose(receipt, [key], state(12))
    stranger = PublicKey(key.name, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    with pytest.raises(Tampered, match="of another key of the log"):
        verify_cose(receipt, [stranger], event)
    for keys, given, why in (([], event, "names no key"), ([key], None, "holds no event")):
        with pytest.raises(NotAnExport, match=why):
            verify_cose(receipt, keys, given)


def test_it_is_signed_where_the_key_is_and_of_an_event_that_is_shown(evidence: TamperEvidence, key: PublicKey) -> None:
    (shown,) = evidence.receipts([event_id(3)])
    with pytest.raises(KeyLost):
        cose_receipt(shown, AbsentSigner(key).sign_structure)
    with pytest.raises(Tampered, match="withheld"):
        cose_receipt(shown.withheld(), AbsentSigner(key).sign_structure)
    with pytest.raises(KeyError):
        evidence.cose_receipt("99")


@pytest.mark.parametrize(
    ("value", "form"),  # of RFC 8949, appendix A
    [
        (0, "00"), (23, "17"), (24, "1818"), (1000, "1903e8"), (1000000, "1a000f4240"), (18446744073709551615, "1bffffffffffffffff"),
        (-1, "20"), (-100, "3863"), (-1000, "3903e7"), (None, "f6"), (b"", "40"), (b"\x01\x02\x03\x04", "4401020304"), ("", "60"),
        ("ü", "62c3bc"), ([], "80"), ([1, [2, 3], [4, 5]], "8301820203820405"), ({}, "a0"), ({1: 2, 3: 4}, "a201020304"),
        ({"a": 1, "b": [2, 3]}, "a26161016162820203"), (TaggedValue(1, 1363896240), "c11a514b67b0"),
    ],
)  # fmt: skip
def test_the_examples_of_the_specification_are_written_and_read(value: Any, form: str) -> None:
    assert (encoded(value).hex(), decoded(bytes.fromhex(form))) == (form, value)


@pytest.mark.parametrize(
    "form",
    [
        "",
        "1817",
        "190017",
        "9f01ff",
        "a2030401020a",
        "a201020102",
        "62c3",
        "41",
        "fb3ff199999999999a",
        "f5",
        "61ff",
        "818181818181818180",
        "a1f600",
    ],
)
def test_what_is_in_no_one_form_is_not_read(form: str) -> None:
    with pytest.raises(CborError):
        decoded(bytes.fromhex(form))


def test_the_only_event_of_a_log_is_proved_by_its_number_before_anything_was_numbered(tmp_path: Path) -> None:
    one = evidence_in(tmp_path, MemoryLog([state(0)]))
    found = verify_cose(one.cose_receipt("0"), [one.public_key], state(0))
    assert (found.index, found.checkpoint.size) == (0, 1)
