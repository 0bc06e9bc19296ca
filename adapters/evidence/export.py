"""Writes the whole log into one file that can be verified by itself (rule G4), in bounded memory.

The leaf hashes come from the tree and the events from the log. Where the two disagree (an event changed, removed or put in
after it was numbered) the export is written all the same, as both are, and verifying it names the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO

import msgspec
from msgspec import UNSET, Raw, Struct

from adapters.evidence.attestation import Attestations, AttestedCheckpoint, NoAttestations, attested, authorities_of
from adapters.evidence.checkpoint import AnySigner, to_base64
from adapters.evidence.lines import (
    FORMAT,
    MOST_ATTESTED,
    MOST_LINE_BYTES,
    TREE,
    VERSION,
    CheckpointLine,
    CheckpointsHead,
    Head,
    TreeHead,
    encoded,
    event_line,
    nodes_level,
    seal_text,
    source_json,
    thinned,
)
from adapters.evidence.log import EventRows, LoggedEvent, StoredCheckpoint, TreeStore
from adapters.evidence.sequencer import BATCH, StoredNodes

AT_ONCE_BYTES = 1 << 20
"""Lines are gathered until they are so long, for each write is a call of the system's."""


class ExportError(Exception):
    """The export cannot be made. The text is one line."""


class Extras(Struct, frozen=True):
    """What travels in the head beside the events: JSON documents, as values that msgspec encodes."""

    rulebooks: Iterable[object] = ()
    calendars: Iterable[object] = ()
    schema: object = None


def sealed_head(tree: TreeStore, signer: AnySigner, size: int, extras: Extras, attestations: Attestations | None = None) -> Head:
    """The first line of an export of the log's first `size` events, which must have a checkpoint. Raises ExportError, KeyLost."""
    last = tree.checkpoint(size)
    if last is None:
        raise ExportError(f"there is no checkpoint of size {size}")
    kept = attestations or NoAttestations()
    head = _head(tree, signer, last, extras, list(_attested(tree, kept, size)), kept)
    if len(encoded(head)) >= MOST_LINE_BYTES:
        raise ExportError("the rulebooks, calendars and schema together are too long for an export's head")
    return head


def write_export(file: BinaryIO, log: EventRows, tree: TreeStore, head: Head) -> int:
    """Write the events that the head is of, and their checkpoints. Returns how many events were written."""
    file.write(encoded(head))
    written = _write_events(file, log, tree, head.tree.size, source_json(head.origin))
    for checkpoint in _checkpoint_lines(tree, head.checkpoints.sizes):
        file.write(checkpoint)
    return written


def _attested(tree: TreeStore, kept: Attestations, until: int) -> Iterator[AttestedCheckpoint]:
    for size in thinned(kept.sizes(until), MOST_ATTESTED):
        stored = tree.checkpoint(size)
        if stored is not None:
            yield attested(stored.note, size, kept)


def _head(
    tree: TreeStore, signer: AnySigner, last: StoredCheckpoint, extras: Extras, shown: list[AttestedCheckpoint], kept: Attestations
) -> Head:
    digest, sizes = sha256(), thinned(tree.checkpoint_sizes(last.size))
    for line in _checkpoint_lines(tree, sizes):
        digest.update(line)
    nodes, level = StoredNodes(tree), nodes_level(last.size)
    hashes = b"".join(nodes.node(level, index) for index in range(last.size >> level))
    head = Head(
        format=FORMAT,
        version=VERSION,
        origin=signer.public.name,
        key=signer.public.text,
        tree=TreeHead(TREE, last.size, to_base64(last.root), level, hashes.hex()),
        checkpoints=CheckpointsHead(sizes, digest.hexdigest()),
        rulebooks=[_document(document) for document in extras.rulebooks],
        calendars=[_document(document) for document in extras.calendars],
        schema=_document(extras.schema),
        seal="",
        attested=shown or UNSET,
        authorities=authorities_of(shown, kept),
    )
    return msgspec.structs.replace(head, seal=signer.sign(seal_text(head)))


def _document(document: object) -> Raw:
    return Raw(msgspec.json.encode(document))


def _checkpoint_lines(tree: TreeStore, sizes: list[int]) -> Iterator[bytes]:
    for size in sizes:
        stored = tree.checkpoint(size)
        if stored is None:
            raise ExportError(f"the checkpoint of size {size} is gone")
        yield encoded(CheckpointLine(stored.note, stored.at))


def _write_events(file: BinaryIO, log: EventRows, tree: TreeStore, size: int, source: bytes) -> int:
    written, gathered = 0, bytearray()
    for n, leaf_hex, row in merged(log, tree, size):
        line = event_line(n, source, row.state, leaf_hex)
        if len(line) >= MOST_LINE_BYTES:
            raise ExportError(f"event {n} is too long for an export")
        gathered += line
        if len(gathered) >= AT_ONCE_BYTES:
            file.write(gathered)
            gathered.clear()
        written += 1
    file.write(gathered)
    return written


def merged(log: EventRows, tree: TreeStore, size: int) -> Iterator[tuple[int, bytes, LoggedEvent]]:
    """The log's rows beside the tree's leaves. A row that the tree does not know has no leaf hash; a leaf without a row is skipped."""
    rows = _rows(log)
    row = next(rows, None)
    for low in range(0, size, BATCH):
        for leaf in tree.leaves(low, min(low + BATCH, size)):
            while row is not None and row.notification_id < leaf.notification_id:
                yield leaf.n, b"", row
                row = next(rows, None)
            if row is not None and row.notification_id == leaf.notification_id:
                yield leaf.n, leaf.leaf_hash.hex().encode(), row
                row = next(rows, None)


def _rows(log: EventRows) -> Iterator[LoggedEvent]:
    after = 0
    while rows := log.read(after, BATCH):
        yield from rows
        after = rows[-1].notification_id
