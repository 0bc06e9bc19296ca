"""Writes the whole history as partitioned Parquet, in bounded memory; the directory is there whole or not at all (rule G4)."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq
from msgspec.structs import replace

from adapters.evidence.checkpoint import to_base64
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keyfile import sync_directory
from adapters.evidence.log import LoggedEvent, StoredCheckpoint
from adapters.evidence.merkle import leaf_hash
from adapters.parquet.digests import digest_of
from adapters.parquet.layout import (
    FORMAT,
    MANIFEST,
    VERSION,
    DataFile,
    NumberedRow,
    ParquetManifest,
    cut,
    directory_of,
    home_of,
    path_of,
    span_of,
)
from adapters.parquet.schema import schema_of, table_of
from adapters.parquet.spill import Spill
from adapters.store.mapper import RecordedMapper, Unreadable
from adapters.wording.instants import instant

COMPRESSION, LEVEL = "zstd", 3
LAST = 50
"""Of so many rows at the end of the log the latest instant is the history's: as a replay of the log itself looks for it."""


def export_parquet(evidence: TamperEvidence, directory: Path) -> ParquetManifest:
    """Write everything until now. Raises FileExistsError where the directory is there and not empty, KeyLost, Tampered."""
    signed, events = evidence.everything()
    rows = (_numbered(*one) for one in events)
    draft = directory.with_name(f".{directory.name}.{secrets.token_hex(8)}")
    draft.mkdir(mode=0o700)
    try:
        manifest = _write(draft, rows, signed, evidence)
        (draft / MANIFEST).write_bytes(manifest.encoded)
        _sync(draft, manifest)
        draft.rename(directory)  # over an empty directory too, over no other
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync_directory(directory.absolute().parent)
    return manifest


def _numbered(number: int, leaf: bytes, row: LoggedEvent) -> NumberedRow:
    if not leaf:
        return NumberedRow(None, None, *row)
    hashed = bytes.fromhex(leaf.decode())
    return NumberedRow(number, None if hashed == leaf_hash(row.state) else hashed, *row)


def _write(draft: Path, rows: Iterable[NumberedRow], signed: StoredCheckpoint, evidence: TamperEvidence) -> ParquetManifest:
    spans, parts = cut(signed.size)
    spill, last = Spill(draft / "spill"), _Last()
    for row in rows:
        spill.put(span_of(home_of(row.stream, row.topic, row.state), spans), row)
        last.see(row)
    key = evidence.public_key
    manifest = ParquetManifest(
        format=FORMAT,
        version=VERSION,
        origin=key.name,
        key=key.text,
        checkpoint=signed.note,
        size=signed.size,
        root=to_base64(signed.root),
        events=last.seen,
        position=last.position,
        last_recorded_at=last.recorded_at,
        spans=spans,
        parts=parts,
        files=(),
        seal="",
    )
    files = [file for part in range(parts) for file in _write_part(draft, spill, manifest, part)]
    spill.close()
    manifest = replace(manifest, files=tuple(files))
    return replace(manifest, seal=evidence.seal(manifest.seal_text))


def _write_part(draft: Path, spill: Spill, manifest: ParquetManifest, part: int) -> Iterator[DataFile]:
    """The files of a part, written span by span, each span a row group in the file of each topic that it has."""
    writers: dict[str, pq.ParquetWriter] = {}
    spans: dict[str, list[int]] = {}
    for span in manifest.spans_of(part):
        for directory, rows in _by_directory(spill.take(span)):
            if directory not in writers:
                path = draft / path_of(directory, part)
                path.parent.mkdir(exist_ok=True)
                writers[directory] = pq.ParquetWriter(path, schema_of(directory), compression=COMPRESSION, compression_level=LEVEL)
            writers[directory].write_table(table_of(directory, rows), row_group_size=len(rows))
            spans.setdefault(directory, []).append(span)
    for directory, writer in sorted(writers.items()):
        writer.close()
        name = path_of(directory, part)
        path = draft / name
        rows_there = pq.ParquetFile(path).metadata.num_rows
        yield DataFile(name, directory, part, rows_there, path.stat().st_size, digest_of(path), tuple(spans[directory]))


def _by_directory(rows: Sequence[NumberedRow]) -> Iterator[tuple[str, list[NumberedRow]]]:
    def directory(row: NumberedRow) -> str:
        return directory_of(row.topic)

    for name, some in groupby(sorted(rows, key=lambda row: (directory(row), row.place)), key=directory):
        yield name, list(some)


def _sync(draft: Path, manifest: ParquetManifest) -> None:
    """Put all of it on the disk before it has its name."""
    for path in (*(draft / file.path for file in manifest.files), draft / MANIFEST):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    for path in {draft, *(draft / file.path for file in manifest.files)}:
        sync_directory(path if path.is_dir() else path.parent)


class _Last:
    """The end of the log, as its rows pass by."""

    def __init__(self) -> None:
        self.seen = 0
        self._rows: list[NumberedRow] = []
        self._mapper = RecordedMapper()

    def see(self, row: NumberedRow) -> None:
        self.seen += 1
        self._rows.append(row)
        if len(self._rows) >= 100 * LAST:
            self._rows = nlargest(LAST, self._rows, key=lambda one: one.position)

    @property
    def position(self) -> int:
        """The last row's; 0 where there is none."""
        return max((row.position for row in self._rows), default=0)

    @property
    def recorded_at(self) -> str | None:
        """When the last events were recorded, of those that can be read."""
        read = []
        for row in nlargest(LAST, self._rows, key=lambda one: one.position):
            try:
                read.append(self._mapper.read(row.stream, row.version, row.topic, row.state).recorded_at)
            except Unreadable:
                continue
        return instant(max(read, default=None))
