"""A continuation: that the log of a later checkpoint begins with all of an earlier one's (RFC 9162, 2.1.4; rule G4).

Whoever kept a checkpoint, or a receipt with one in it, can have it shown with this file that nothing of that was changed. It is
plain JSON; hashes are base64.
"""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from adapters.evidence.checkpoint import Checkpoint, NoteError, PublicKey, from_base64, opened_checkpoint, to_base64
from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.merkle import verify_consistency
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.receipt import FORMAT as RECEIPT
from adapters.evidence.receipt import named_once
from adapters.evidence.trust import Trust

FORMAT = "original-protection continuation"
VERSION = 1
MOST_BYTES = 1024 * 1024
MOST_PROOF_HASHES = 128


class Continuation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The notes of both checkpoints, the consistency proof between their trees, and the log's public key."""

    format: str
    version: int
    earlier: str
    later: str
    proof: Annotated[list[str], Meta(max_length=MOST_PROOF_HASHES)]
    key: str

    def as_json(self) -> bytes:
        """The continuation as it is handed out."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


class VerifiedContinuation(Struct, frozen=True):
    """Two checkpoints of one history, and the key that signed both."""

    earlier: Checkpoint
    later: Checkpoint
    key: PublicKey
    notes: tuple[str, ...] = ()


class _Format(Struct):
    format: str = ""


_decode, _format = msgspec.json.Decoder(Continuation).decode, msgspec.json.Decoder(_Format).decode


def new_continuation(earlier: str, later: str, proof: list[bytes], key: PublicKey) -> Continuation:
    """The continuation between two notes of the key's."""
    return Continuation(
        format=FORMAT, version=VERSION, earlier=earlier, later=later, proof=[to_base64(node) for node in proof], key=key.text
    )


def looks_like_continuation(content: bytes) -> bool:
    """Whether a file says that it is one, be it a damaged one; a receipt may speak of it in what it is about."""
    try:
        return _format(content).format == FORMAT
    except UNREADABLE:
        return f'"{FORMAT}"'.encode() in content and f'"{RECEIPT}"'.encode() not in content


def verify_continuation(content: bytes, trust: Trust) -> VerifiedContinuation:
    """Verify a continuation; a checkpoint that is given has to be one of its two. Raises Tampered and NotAnExport."""
    if len(content) > MOST_BYTES:
        raise NotAnExport("too long for a continuation")
    try:
        json.loads(content, object_pairs_hook=named_once)
        read = _decode(content)
    except (*UNREADABLE, ValueError) as error:
        raise Tampered(f"the continuation cannot be read: {error}") from None
    if (read.format, read.version) != (FORMAT, VERSION):
        raise Tampered(f"the continuation is not of the format {FORMAT!r}, version {VERSION}")
    key = trust.key_of(read.key)
    try:
        earlier, later = opened_checkpoint(read.earlier, key), opened_checkpoint(read.later, key)
        proof = [from_base64(node) for node in read.proof]
    except NoteError as error:
        raise Tampered(f"the continuation: {error}") from None
    if not verify_consistency(earlier.size, later.size, earlier.root, later.root, proof):
        raise Tampered(f"the log of {later.size} events does not begin with the one of {earlier.size}")
    _compare_with_given(earlier, later, trust.earlier(key))
    return VerifiedContinuation(earlier, later, key, (read.earlier, read.later))


def _compare_with_given(earlier: Checkpoint, later: Checkpoint, given: Checkpoint | None) -> None:
    if given is None:
        return
    own = {one.size: one for one in (earlier, later)}.get(given.size)
    if own is None:
        raise NotAnExport(f"the continuation leads from {earlier.size} events to {later.size}; the given checkpoint has {given.size}")
    if own.root != given.root:
        raise Tampered(f"the history is forked: the given checkpoint of size {given.size} has another root")
