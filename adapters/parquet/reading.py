"""Reads a history in Parquet, part by part: only what the manifest names, and each file only as the bytes that it was sealed with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.evidence.checkpoint import Checkpoint, NoteError, PublicKey, opened, opened_checkpoint, to_base64
from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.trust import Trust
from adapters.parquet.digests import digest_of
from adapters.parquet.layout import (
    FORMAT,
    MANIFEST,
    OTHER,
    VERSION,
    DataFile,
    NumberedRow,
    ParquetManifest,
    decode_manifest,
    directory_of,
    path_of,
)
from adapters.parquet.schema import FILED_UNDER, STORED, rows_in
from adapters.store.mapper import RecordedMapper
from domain.recorded import Recorded

MOST_BYTES = 256 * 1024 * 1024
"""Bytes of a manifest that are read."""


class SealedParquet(NamedTuple):
    """A directory and the manifest in it, whose seal holds; `checkpoint` is what the log's key signed."""

    directory: Path
    manifest: ParquetManifest
    key: PublicKey
    checkpoint: Checkpoint


def opened_parquet(directory: Path, trust: Trust | None = None) -> SealedParquet:
    """The export in a directory, its manifest checked. Raises NotAnExport, Tampered, OSError."""
    try:
        with (directory / MANIFEST).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotAnExport(f"there is no {MANIFEST} in it") from None
    try:
        manifest = decode_manifest(content)
    except UNREADABLE as error:
        raise Tampered(f"the manifest cannot be read: {error}") from None
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise NotAnExport(f"the manifest is not of the format {FORMAT!r}, version {VERSION}")
    key = (trust or Trust()).key_of(manifest.key)
    try:
        sealed = opened(manifest.seal, key) == manifest.seal_text and manifest.encoded == content
        checkpoint = opened_checkpoint(manifest.checkpoint, key)
    except NoteError as error:
        raise Tampered(f"the manifest's seal or checkpoint: {error}") from None
    if not sealed:
        raise Tampered("the manifest is not the one that was sealed")
    if not _agrees(manifest, key, checkpoint):
        raise Tampered("the manifest contradicts itself")
    return SealedParquet(directory, manifest, key, checkpoint)


def _agrees(manifest: ParquetManifest, key: PublicKey, checkpoint: Checkpoint) -> bool:
    paths = [file.path for file in manifest.files]
    return (
        manifest.origin == key.name
        and (manifest.size, manifest.root) == (checkpoint.size, to_base64(checkpoint.root))
        and 1 <= manifest.parts <= manifest.spans
        and manifest.events == sum(file.rows for file in manifest.files)
        and len(set(paths)) == len(paths)
        and all(_in_place(file, manifest) for file in manifest.files)
    )


def _in_place(file: DataFile, manifest: ParquetManifest) -> bool:
    return (
        (file.topic == directory_of(file.topic) or file.topic == OTHER)
        and file.path == path_of(file.topic, file.part)
        and list(file.spans) == sorted(set(file.spans))
        and set(file.spans) <= set(manifest.spans_of(file.part))
    )


def checked_file(export: SealedParquet, file: DataFile) -> pq.ParquetFile:
    """A file of the export, if its bytes are those that were sealed; close it. Raises Tampered."""
    path = export.directory / file.path
    if not path.is_file() or path.is_symlink():
        raise Tampered(f"{file.path} is missing")
    if path.stat().st_size != file.bytes or digest_of(path) != file.sha256:
        raise Tampered(f"{file.path} is not the file that was sealed")
    try:
        opened_file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise Tampered(f"{file.path} cannot be read: {error}") from None
    if opened_file.num_row_groups != len(file.spans) or opened_file.metadata.num_rows != file.rows:
        raise Tampered(f"{file.path} has other rows than the manifest says")
    return opened_file


def spans_in(export: SealedParquet, part: int, topics: Collection[str]) -> Iterator[tuple[int, list[NumberedRow]]]:
    """The rows of some topics in a part, span by span, not in order; what is filed under no known topic is always among them."""
    with ExitStack() as files:
        there = []
        for file in export.manifest.files_of(part):
            if file.topic in topics or file.topic == OTHER:
                there.append((file, files.enter_context(checked_file(export, file))))
        for span in export.manifest.spans_of(part):
            rows: list[NumberedRow] = []
            for file, source in there:
                if span in file.spans:
                    columns = [*STORED, FILED_UNDER] if file.topic == OTHER else STORED
                    rows += rows_in(file.topic, source.read_row_group(file.spans.index(span), columns, use_threads=False))
            yield span, rows


def events_under(export: SealedParquet, topics: Sequence[str]) -> list[tuple[int, Recorded]]:
    """Position and event of all events under few topics, in the order of the log. Raises Unreadable."""
    read = RecordedMapper().read
    found: list[NumberedRow] = []
    for file in export.manifest.files:
        if file.topic in topics:
            with checked_file(export, file) as source:
                for group in range(source.num_row_groups):
                    found += rows_in(file.topic, source.read_row_group(group, STORED, use_threads=False))
    found.sort(key=lambda row: row.position)
    return [(row.position, read(row.stream, row.version, row.topic, row.state)) for row in found]
