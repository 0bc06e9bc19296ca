"""The lines of an export: what each one says, in the only form in which it may be said.

Line 1 is the head, then one line an event (CloudEvents 1.0), the checkpoints last. An event's line is a function of its
number, the log's origin and the stored bytes, which stand in it verbatim; so a verifier derives the line again and compares
it byte for byte. The head is sealed by a note that the log's key signs, and the head holds the digest of the checkpoint lines.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from adapters.evidence.attestation import AttestedCheckpoint
from adapters.evidence.envelope import UNREADABLE, Envelope, PlainEnvelope, decode_plain, envelope_of

FORMAT = "original-protection audit export"
VERSION = 1
TREE = "RFC 9162 SHA-256"
MOST_LINE_BYTES = 32 * 1024 * 1024
MOST_CHECKPOINTS = 1000
MOST_NODES = 1024
MOST_ATTESTED = 64
DATA = b',"data":'
LEAST_ATTRIBUTES = 200
"""Fewer bytes than stand before the data of any event whose bytes are an envelope: 64 of them are the leaf's hash."""
DATA_BASE64 = b',"data_base64":"'


Size = Annotated[int, Meta(ge=0, le=10**15)]


class TreeHead(Struct, frozen=True):
    """The tree that the export is of. `nodes`: the hashes of all perfect subtrees of 2**`level` leaves, in hex, end to end."""

    algorithm: str
    size: Size
    root: str
    level: int
    nodes: str


class CheckpointsHead(Struct, frozen=True):
    """The checkpoints at the end: their sizes in order, and the SHA-256 of their lines in hex."""

    sizes: list[Size]
    sha256: str


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line. `seal` is a signed note over the line as it reads with an empty seal.

    `attested` are the checkpoints that witnesses cosigned or authorities dated, thinned to 64; `authorities` the certificates in base64.
    """

    format: str
    version: int
    origin: str
    key: str
    tree: TreeHead
    checkpoints: CheckpointsHead
    rulebooks: list[Raw]
    calendars: list[Raw]
    schema: Raw
    seal: str
    attested: Annotated[list[AttestedCheckpoint], Meta(max_length=MOST_ATTESTED + 1)] | UnsetType = UNSET
    authorities: list[str] | UnsetType = UNSET


class CheckpointLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A signed checkpoint and the instant at which it was made."""

    checkpoint: str
    at: str


decode_head = msgspec.json.Decoder(Head).decode
decode_checkpoint_line = msgspec.json.Decoder(CheckpointLine).decode


def encoded(line: Head | CheckpointLine) -> bytes:
    """The line's bytes, with its newline."""
    return msgspec.json.encode(line) + b"\n"


def seal_text(head: Head) -> str:
    """What the seal signs. It cannot be taken for a checkpoint: its second line is no number."""
    unsealed = msgspec.structs.replace(head, seal="")
    return f"{FORMAT} {VERSION}\nsha256 {sha256(encoded(unsealed)).hexdigest()}\n"


def source_json(origin: str) -> bytes:
    """The CloudEvents attribute `source`, as JSON."""
    return msgspec.json.encode(origin)


def event_line(n: int, source: bytes, state: bytes, leaf_hex: bytes) -> bytes:
    """The line of event number `n`, with its newline; bytes that are no envelope are carried in base64."""
    if b"\\" not in state and b"\n" not in state:
        with suppress(*UNREADABLE):
            return plain_attributes(n, source.decode(), decode_plain(state), leaf_hex.decode()) + state + b"}\n"
    envelope = envelope_of(state)
    if envelope is not None:
        return enveloped_line(b"%d" % n, source, envelope, leaf_hex, state)
    return b"".join(
        (
            b'{"specversion":"1.0","id":"unreadable-%d","source":' % n,
            source,
            b',"type":"unreadable","sequence":"%d","leafhash":"' % n,
            leaf_hex,
            b'","datacontenttype":"application/octet-stream","data_base64":"',
            b2a_base64(state, newline=False),
            b'"}\n',
        )
    )


def plain_attributes(n: int, source: str, envelope: PlainEnvelope, leaf_hex: str) -> bytes:
    """What stands before the data in the line of an event whose stored bytes are an envelope without a backslash."""
    return (
        f'{{"specversion":"1.0","id":"{envelope.id}","source":{source},"type":"{envelope.event.type}","subject":"{envelope.originator_id}",'
        f'"time":"{envelope.at}","recordedat":"{envelope.recorded_at}","sequence":"{n}","leafhash":"{leaf_hex}",'
        '"datacontenttype":"application/json","data":'
    ).encode()


def enveloped_line(n: bytes, source: bytes, envelope: Envelope, leaf_hex: bytes, state: bytes) -> bytes:
    """The line of an event whose stored bytes are an envelope."""
    return b"".join(
        (
            b'{"specversion":"1.0","id":',
            envelope.id,
            b',"source":',
            source,
            b',"type":',
            envelope.event.type,
            b',"subject":',
            envelope.originator_id,
            b',"time":',
            envelope.at,
            b',"recordedat":',
            envelope.recorded_at,
            b',"sequence":"',
            n,
            b'","leafhash":"',
            leaf_hex,
            b'","datacontenttype":"application/json","data":',
            state,
            b"}\n",
        )
    )


def state_in(line: bytes) -> bytes | None:
    """The stored bytes that an event's line carries, or None. Within a JSON string no quote follows a comma unescaped, so
    the first mark is the one that ends the attributes."""
    at = line.find(DATA)
    if at >= 0:
        return line[at + len(DATA) : -2]
    at = line.find(DATA_BASE64)
    if at < 0:
        return None
    try:
        return a2b_base64(line[at + len(DATA_BASE64) : -3], strict_mode=True)
    except ValueError:
        return None


def nodes_level(size: int) -> int:
    """The lowest level at which a tree of this size has at most 1024 perfect subtrees."""
    level = 0
    while size >> level > MOST_NODES:
        level += 1
    return level


def thinned(sizes: Iterable[int], most: int = MOST_CHECKPOINTS) -> list[int]:
    """At most `most` of the ascending sizes, evenly spread, the last one always; in memory that does not grow with them."""
    kept: list[int] = []
    step, last = 1, None
    for number, size in enumerate(sizes):
        last = size
        if number % step == 0:
            kept.append(size)
        if len(kept) >= most:
            kept, step = kept[::2], step * 2
    return kept if last is None or kept[-1] == last else [*kept, last]
