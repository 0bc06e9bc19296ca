"""A COSE receipt (RFC 9942) of one event: its place in the tree, and the root under the log's signature, as SCITT's programs read it.

The signature is over the root alone, and what leads there stands beside it unsigned: of a receipt as the document has it, size and index
can be others than they were (a first leaf's path is the same in a tree of 3 and of 4). So both stand among the signed claims as well.
The event is not in it: its stored bytes are given apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from adapters.evidence.cbor import CborError, CborValue, TaggedValue, decoded, encoded
from adapters.evidence.checkpoint import Checkpoint, PublicKey, checkpoint_from_text, from_base64, parted, public_key_from_text
from adapters.evidence.envelope import event_id_of
from adapters.evidence.merkle import HASH_BYTES, leaf_hash, root_from_inclusion
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.receipt import Receipt

MEDIA_TYPE: Final = "application/scitt-receipt+cose"
COSE_SIGN1: Final = 18
ALGORITHM, KEY_ID, CLAIMS, STRUCTURE, PROOFS, INCLUSION = 1, 4, 15, 395, 396, -1
EDDSA, RFC9162_SHA256 = -8, 1
ISSUER, SUBJECT = 1, 2
MOST_BYTES: Final = 16 * 1024
MOST_PROOF_HASHES: Final = 63


class VerifiedCose(Struct, frozen=True):
    """A sound one: the event's number, its bytes, and the checkpoint whose root the key signed."""

    index: int
    state: bytes
    checkpoint: Checkpoint
    key: PublicKey


def cose_receipt(receipt: Receipt, sign: Callable[[bytes], bytes]) -> bytes:
    """The same proof as a receipt's, signed anew over the same root; `sign` is the log's key. Raises KeyLost, Tampered."""
    if receipt.event is None:
        raise Tampered("the event is withheld", receipt.index)
    key, checkpoint = public_key_from_text(receipt.key), checkpoint_from_text(parted(receipt.checkpoint)[0])
    claims: dict[CborValue, CborValue] = {
        ISSUER: key.name,
        SUBJECT: event_id_of(from_base64(receipt.event)) or str(receipt.index),
        "index": receipt.index,
        "size": receipt.size,
    }
    protected = encoded({ALGORITHM: EDDSA, KEY_ID: key.key_id, CLAIMS: claims, STRUCTURE: RFC9162_SHA256})
    path: list[CborValue] = [from_base64(node) for node in receipt.proof]
    proof = encoded([receipt.size, receipt.index, path])
    signature = sign(_signed(protected, checkpoint.root))
    return encoded(TaggedValue(COSE_SIGN1, [protected, {PROOFS: {INCLUSION: [proof]}}, None, signature]))


def _signed(protected: bytes, root: bytes) -> bytes:
    """What the signature is over (RFC 9052, 4.4). No note of the log begins so, for a note begins with the log's name."""
    return encoded(["Signature1", protected, b"", root])


def looks_like_cose(content: bytes) -> bool:
    """Whether a file says that it is one."""
    return content.startswith(b"\xd2\x84")


def verify_cose(content: bytes, keys: list[PublicKey], event: bytes | None) -> VerifiedCose:
    """Verify a receipt of this log's against the keys that are trusted; `event` is the bytes that were recorded.

    Raises Tampered, and NotAnExport where no key, or nothing to hash, was given.
    """
    if not keys:
        raise NotAnExport("a COSE receipt names no key: give the log's (--key), or a policy that names it (--policy)")
    if event is None:
        raise NotAnExport("a COSE receipt holds no event: give its bytes (--event)")
    try:
        return _verified(content, keys, event)
    except (CborError, TypeError, ValueError, KeyError) as error:
        raise Tampered(f"the COSE receipt cannot be read: {error or 'not of its form'}") from None


def _verified(content: bytes, keys: list[PublicKey], event: bytes) -> VerifiedCose:
    if len(content) > MOST_BYTES:
        raise CborError("too long")
    match decoded(content):
        case TaggedValue(tag=18, value=[bytes() as protected, {396: {-1: [bytes() as proof]}}, None, bytes() as signature]):
            pass
        case _:
            raise CborError("not a COSE_Sign1 with one proof of inclusion and without its payload")
    head, place = decoded(protected), decoded(proof)
    match head, place:
        case (
            {1: -8, 4: bytes() as key_id, 15: {1: str() as issuer, "index": int() as index, "size": int() as size}, 395: 1, **others},
            [int() as given_size, int() as given_index, list() as path],
        ) if not others:
            pass
        case _:
            raise CborError("not one of a log of this kind")
    key = next((one for one in keys if (one.name, one.key_id) == (issuer, key_id)), None)
    if key is None and issuer in {one.name for one in keys}:
        raise Tampered(f"the receipt is of another key of the log {issuer}")
    if key is None:
        raise Tampered(f"the receipt is of the log {issuer}, not of one that is trusted: {', '.join(one.name for one in keys)}")
    if (given_size, given_index) != (size, index):
        raise Tampered(f"the proof is of place {given_index} of {given_size}, and signed is place {index} of {size}", index)
    root = _root(event, index, size, path)
    if root is None:
        raise Tampered("the proof leads nowhere", index, event_id_of(event))
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, _signed(protected, root))
    except InvalidSignature:
        why = "the signature is not this key's over the root that the event and the proof lead to"
        raise Tampered(why, index, event_id_of(event)) from None
    return VerifiedCose(index, event, Checkpoint(key.name, size, root), key)


def _root(event: bytes, index: int, size: int, path: list[CborValue]) -> bytes | None:
    nodes = [node for node in path if isinstance(node, bytes) and len(node) == HASH_BYTES]
    if len(nodes) != len(path) or len(nodes) > MOST_PROOF_HASHES:
        return None
    return root_from_inclusion(leaf_hash(event), index, size, nodes)
