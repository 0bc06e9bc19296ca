"""Verifies a history in Parquet with nothing but its directory, and optionally a trusted key and an earlier checkpoint (rule G4).

Every byte is accounted for: the manifest is sealed by the log's key and has the digest of each file; each row is derived again from its
stored bytes, columns and place; and the stored bytes are the leaves of the tree whose root the key signed, each there once.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
from msgspec import Struct

from adapters.evidence.checkpoint import PublicKey, to_base64
from adapters.evidence.envelope import event_id_of
from adapters.evidence.merkle import HASH_BYTES, leaf_hash, root_of
from adapters.evidence.reading import Tampered
from adapters.evidence.trust import Trust
from adapters.parquet.layout import MANIFEST, DataFile, NumberedRow, home_of, span_of
from adapters.parquet.reading import SealedParquet, checked_file, opened_parquet
from adapters.parquet.schema import rows_in, schema_of, table_of

_POSITION_BYTES: Final = 8
_SLOT: Final = HASH_BYTES + _POSITION_BYTES
_NONE: Final = bytes(_SLOT)


class VerifiedParquet(Struct, frozen=True):
    """What a sound export in Parquet is of; `note` is the checkpoint that the log's key signed, with whatever else was signed there."""

    size: int
    root: bytes
    key: PublicKey
    files: int
    note: str


def verify_parquet(directory: Path, trust: Trust) -> VerifiedParquet:
    """Verify an export in Parquet. Raises Tampered (what is wrong, and which event first), NotAnExport, OSError."""
    export = opened_parquet(directory, trust)
    manifest = export.manifest
    earlier = trust.earlier(export.key)
    if earlier is not None and earlier.size > manifest.size:
        raise Tampered(f"the history is cut: it has {manifest.size} events, and had {earlier.size} at the given checkpoint")
    _check_names(export)
    with _Leaves(manifest.size) as leaves:
        for file in manifest.files:
            _check_file(export, file, leaves)
        leaves.check_order(manifest.position)
        if earlier is not None and root_of(leaves.hashes(earlier.size)) != earlier.root:
            raise Tampered(f"the first {earlier.size} events are not those of the given checkpoint")
        root = root_of(leaves.hashes(manifest.size))
    if to_base64(root) != manifest.root:
        raise Tampered("the events are not those that the log's key signed: their root is another one")
    return VerifiedParquet(manifest.size, root, export.key, len(manifest.files), manifest.checkpoint)


def _check_names(export: SealedParquet) -> None:
    """Nothing is in the directory but what the manifest names."""
    named = {MANIFEST, *(file.path for file in export.manifest.files)}
    for path in sorted(export.directory.rglob("*")):
        name = path.relative_to(export.directory).as_posix()
        if name not in named and (path.is_symlink() or not path.is_dir()):
            raise Tampered(f"{name} does not belong to it: the manifest does not name it")


def _check_file(export: SealedParquet, file: DataFile, leaves: _Leaves) -> None:
    with checked_file(export, file) as source:
        if source.schema_arrow != schema_of(file.topic):
            raise Tampered(f"{file.path} has other columns than its topic")
        for group, span in enumerate(file.spans):
            try:
                table = source.read_row_group(group, use_threads=False)
            except (pa.ArrowException, OSError) as error:
                raise Tampered(f"{file.path} cannot be read: {error}") from None
            rows = rows_in(file.topic, table)
            _check_rows(file, span, table, rows, export.manifest.spans)
            for row in rows:
                leaves.put(row)


def _check_rows(file: DataFile, span: int, table: pa.Table, rows: list[NumberedRow], spans: int) -> None:
    """Each row is what its stored bytes say, and where it belongs."""
    derived = table_of(file.topic, rows)
    if not derived.equals(table):
        wrong = next(at for at in range(len(rows)) if not derived.slice(at, 1).equals(table.slice(at, 1)))
        raise _tampered("its columns do not say what its content says", rows[wrong])
    before: NumberedRow | None = None
    for row in rows:
        if row.leaf is not None:
            raise _tampered("its content is not the one that was hashed when it was recorded", row)
        if span_of(home_of(row.stream, row.topic, row.state), spans) != span or (before is not None and before.place >= row.place):
            raise _tampered(f"is not in its place in {file.path}", row)
        before = row


def _tampered(why: str, row: NumberedRow) -> Tampered:
    return Tampered(why, row.number, event_id_of(row.state))


class _Leaves:
    """The hash and the position of each leaf, in a file without a name: rows come in another order than the tree's."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the leaves
        self._file.truncate(max(1, size * _SLOT))
        self._slots = mmap.mmap(self._file.fileno(), 0)

    def __enter__(self) -> _Leaves:
        return self

    def __exit__(self, *_: object) -> None:
        self._slots.close()
        self._file.close()

    def put(self, row: NumberedRow) -> None:
        """Take a row's leaf. Raises Tampered where the tree has no place for it, or another row has it."""
        if row.number is None or not 0 <= row.number < self._size:
            raise Tampered(f"event {event_id_of(row.state) or 'unknown'} is not in the tree: it was put into the log afterwards")
        at = row.number * _SLOT
        if self._slots[at : at + _SLOT] != _NONE:
            raise _tampered("is there twice", row)
        self._slots[at : at + _SLOT] = leaf_hash(row.state) + row.position.to_bytes(_POSITION_BYTES, signed=True)

    def check_order(self, last: int) -> None:
        """No leaf is missing, positions ascend with the numbers, and the last one is the log's. Raises Tampered."""
        before = 0
        for number in range(self._size):
            slot = self._slots[number * _SLOT : (number + 1) * _SLOT]
            if slot == _NONE:
                raise Tampered("is missing", number)
            position = int.from_bytes(slot[HASH_BYTES:], signed=True)
            if position <= before:
                raise Tampered("its position in the log is not after that of the event before it", number)
            before = position
        if before != last:
            raise Tampered("the log's last position is not that of the last event")

    def hashes(self, size: int) -> Iterator[bytes]:
        """The hashes of the first leaves, in their order."""
        return (self._slots[at : at + HASH_BYTES] for at in range(0, size * _SLOT, _SLOT))
