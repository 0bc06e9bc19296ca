"""A receipt: one event, and the proof that it is in the log that the key signed (rules B5, G4). Anyone can check it offline.

A receipt is plain JSON and may be written in any JSON form. It may stand inside a certificate, an object with a member
`receipt` whose other members are claims: each must be what the event says under the same name, and `about` the text that
belongs to the event; where none belongs to it, what `about` says is not verified, and the verdict says that.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from adapters.evidence.about import about
from adapters.evidence.attestation import Timestamp
from adapters.evidence.checkpoint import Checkpoint, NoteError, PublicKey, from_base64, opened_checkpoint, to_base64
from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.trust import Trust

FORMAT = "original-protection receipt"
VERSION = 1
MOST_BYTES = 32 * 1024 * 1024
MOST_PROOF_HASHES = 64
MOST_TIMESTAMPS = 32

Number = Annotated[int, Meta(ge=0, le=10**15)]


class Receipt(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Event number `index` is in the tree of `size` leaves that `checkpoint` signs.

    `event` is the stored bytes in base64, null where the content is withheld; `reads` is the same as JSON, for people;
    `leaf` is the leaf's hash, `proof` the audit path from the leaf upwards, `key` the log's public key. Hashes are base64. The
    checkpoint may be cosigned; `timestamps` are tokens over its text, `authorities` the certificates of those who gave them.
    """

    format: str = FORMAT
    version: int = VERSION
    index: Number
    size: Number
    leaf: str
    event: str | None
    reads: dict[str, Any] | None
    proof: Annotated[list[str], Meta(max_length=MOST_PROOF_HASHES)]
    checkpoint: str
    key: str
    timestamps: Annotated[list[Timestamp], Meta(max_length=MOST_TIMESTAMPS)] | UnsetType = UNSET
    authorities: Annotated[list[str], Meta(max_length=MOST_TIMESTAMPS)] | UnsetType = UNSET

    def withheld(self) -> Receipt:
        """The same receipt without the event's content: it still proves that what it was is in the log."""
        return msgspec.structs.replace(self, event=None, reads=None)

    def as_json(self) -> bytes:
        """The receipt as it is handed out."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


class Inclusion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same as a receipt, as the interface answers an auditor: `leaf` and `path` in hexadecimal, `root` in base64, as in the note."""

    index: Number
    size: Number
    root: str
    leaf: str
    path: Annotated[list[str], Meta(max_length=MOST_PROOF_HASHES)]
    event: str | None
    reads: dict[str, Any] | None
    checkpoint: str
    key: str

    @classmethod
    def of(cls, receipt: Receipt) -> Inclusion:
        """What a receipt of this house says."""
        return cls(
            index=receipt.index,
            size=receipt.size,
            root=receipt.checkpoint.splitlines()[2],
            leaf=from_base64(receipt.leaf).hex(),
            path=[from_base64(node).hex() for node in receipt.proof],
            event=receipt.event,
            reads=receipt.reads,
            checkpoint=receipt.checkpoint,
            key=receipt.key,
        )

    def receipt(self) -> Receipt:
        """The receipt that says the same. Raises ValueError: no hexadecimal, or the root is not the checkpoint's."""
        if self.checkpoint.splitlines()[2:3] != [self.root]:
            raise ValueError("the root is not the one of the checkpoint")
        return Receipt(
            index=self.index,
            size=self.size,
            leaf=to_base64(bytes.fromhex(self.leaf)),
            event=self.event,
            reads=self.reads,
            proof=[to_base64(bytes.fromhex(node)) for node in self.path],
            checkpoint=self.checkpoint,
            key=self.key,
        )


class VerifiedReceipt(Struct, frozen=True):
    """What a sound receipt says: the event (None where it is withheld), its number, and the checkpoint and key behind it.

    `note` has whatever cosignatures there are, `timestamps` and `authorities` whatever tokens; none of them is verified here.
    `unproven` is what a certificate says to people that nothing in the event proves.
    """

    index: int
    event: dict[str, Any] | None
    state: bytes | None
    checkpoint: Checkpoint
    key: PublicKey
    unproven: str | None = None
    note: str = ""
    timestamps: tuple[Timestamp, ...] = ()
    authorities: tuple[str, ...] = ()


_decode_receipt = msgspec.json.Decoder(Receipt).decode
_decode_inclusion = msgspec.json.Decoder(Inclusion).decode
_decode_members = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def new_receipt(index: int, size: int, state: bytes, proof: list[bytes], checkpoint: str, key: PublicKey) -> Receipt:
    """The receipt of the event with these stored bytes."""
    return Receipt(
        index=index,
        size=size,
        leaf=to_base64(leaf_hash(state)),
        event=to_base64(state),
        reads=object_in(state),
        proof=[to_base64(node) for node in proof],
        checkpoint=checkpoint,
        key=key.text,
    )


def verify_receipt(content: bytes | str, trust: Trust | None = None) -> VerifiedReceipt:
    """Verify a receipt, or a certificate around one. Raises Tampered and NotAnExport."""
    raw = content.encode() if isinstance(content, str) else content
    if len(raw) > MOST_BYTES:
        raise NotAnExport("too long for a receipt")
    if FORMAT.encode() not in raw and b'"checkpoint"' not in raw:
        raise NotAnExport("neither an export, a receipt nor a case bundle")
    try:
        return _verified(raw, trust or Trust())
    except RecursionError:
        raise Tampered("the receipt is nested too deeply") from None


def receipt_in(content: bytes) -> Receipt:
    """The receipt in a file, or in the certificate around it, as it reads; nothing of it is verified. Raises Tampered."""
    return _members_and_receipt(content)[1]


def _members_and_receipt(raw: bytes) -> tuple[dict[str, Raw], Receipt]:
    try:
        json.loads(raw, object_pairs_hook=named_once)
        members = _decode_members(raw)
        if "path" in members and "receipt" not in members:
            return members, _decode_inclusion(raw).receipt()
        return members, _decode_receipt(members.get("receipt", raw))
    except (*UNREADABLE, ValueError) as error:
        raise Tampered(f"the receipt cannot be read: {error}") from None


def _verified(raw: bytes, trust: Trust) -> VerifiedReceipt:
    members, receipt = _members_and_receipt(raw)
    claims = {name: value for name, value in members.items() if name not in ("receipt", "about")} if "receipt" in members else {}
    verified = checked(receipt, trust)
    _check_claims(claims, verified.event)
    if "receipt" not in members or "about" not in members:
        return verified
    return _with_text(verified, msgspec.json.decode(members["about"]))


def _with_text(verified: VerifiedReceipt, said: object) -> VerifiedReceipt:
    """What a person reads first must be what the event gives. Raises Tampered."""
    expected = about(verified.event)
    if expected is None:
        return msgspec.structs.replace(verified, unproven=str(said))
    if said != expected:
        why = "the certificate's text for people, `about`, is not the one that its event gives"
        raise Tampered(why, verified.index, _id_of(verified.event))
    return verified


def named_once(members: list[tuple[str, object]]) -> None:
    """Refuse a name that stands twice in an object: a person would read the one, a program take the other."""
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a name stands twice in one object")


def checked(receipt: Receipt, trust: Trust) -> VerifiedReceipt:
    """Verify a receipt that has been read. Raises Tampered and NotAnExport."""
    if (receipt.format, receipt.version) != (FORMAT, VERSION):
        raise Tampered(f"the receipt is not of the format {FORMAT!r}, version {VERSION}")
    key = trust.key_of(receipt.key)
    try:
        checkpoint = opened_checkpoint(receipt.checkpoint, key)
        leaf, proof = from_base64(receipt.leaf), [from_base64(node) for node in receipt.proof]
        state = from_base64(receipt.event) if receipt.event is not None else None
    except NoteError as error:
        raise Tampered(f"the receipt: {error}") from None
    event = _said(receipt, state, leaf)
    included = checkpoint.size == receipt.size and all(len(node) == HASH_BYTES for node in (leaf, *proof))
    if not included or not verify_inclusion(leaf, receipt.index, receipt.size, proof, checkpoint.root):
        raise Tampered("the proof does not lead to the signed checkpoint", receipt.index, _id_of(event))
    compare_with_given(checkpoint, trust.earlier(key))
    return VerifiedReceipt(
        receipt.index,
        event,
        state,
        checkpoint,
        key,
        note=receipt.checkpoint,
        timestamps=tuple(receipt.timestamps or ()),
        authorities=tuple(receipt.authorities or ()),
    )


def _said(receipt: Receipt, state: bytes | None, leaf: bytes) -> dict[str, Any] | None:
    """What the event says; None where it is withheld. Raises Tampered where its bytes, its hash and its reading disagree."""
    if state is None:
        if receipt.reads is not None:
            raise Tampered("the event is withheld, yet the receipt says what it reads", receipt.index)
        return None
    event = object_in(state)
    if leaf_hash(state) != leaf:
        raise Tampered("the content is not the one whose hash is given", receipt.index, _id_of(event))
    if not _same(receipt.reads, event):
        raise Tampered("the reading is not what the content says", receipt.index, _id_of(event))
    return event


def object_in(raw: bytes) -> dict[str, Any] | None:
    """What stored bytes say; None where they are no object of JSON."""
    try:
        return _decode_object(raw)
    except UNREADABLE:
        return None


def _id_of(event: dict[str, Any] | None) -> str | None:
    return str(event.get("id", "")) if event else None


def compare_with_given(own: Checkpoint, given: Checkpoint | None) -> None:
    """Whether a checkpoint that was given out is the same one. Raises Tampered, and NotAnExport where it is of another size."""
    if given is None:
        return
    if given.size != own.size:
        raise NotAnExport(
            f"a receipt at size {own.size} can be compared with a checkpoint of that size only; the given one has {given.size}"
        )
    if given.root != own.root:
        raise Tampered(f"the history is forked: the given checkpoint of size {given.size} has another root")


def _check_claims(claims: dict[str, Raw], event: dict[str, Any] | None) -> None:
    inner = event.get("event") if event else None
    for name, raw in claims.items():
        said = [source[name] for source in (inner, event) if isinstance(source, dict) and name in source]
        claimed = msgspec.json.decode(raw)
        if not any(_same(claimed, value) for value in said):
            raise Tampered(f"the certificate claims {name!r}, which the event does not say")


def _same(one: object, other: object) -> bool:
    """Whether two values are the same JSON (in Python True equals 1)."""
    return msgspec.json.encode(one, order="deterministic") == msgspec.json.encode(other, order="deterministic")
