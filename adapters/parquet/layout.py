"""How the history lies in a directory of Parquet files: which row is where, and the manifest that says what belongs to it.

A directory a topic, each with a schema of its own, and in it a file a part. What is of one case lies in one span, whichever topic it is
of: the case's own events, its appeals', and the refused attempts on it. A span is one row group of a file; parts are runs of spans.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated, NamedTuple, get_args
from zlib import crc32

import msgspec
from msgspec import Meta, Struct

from adapters.evidence.envelope import UNREADABLE
from adapters.store.kinds import KIND_OF
from adapters.store.upcasting import topics_of
from application.command import stream_of
from domain.recorded import AnyEvent

FORMAT = "original-protection parquet export"
VERSION = 1
MANIFEST = "manifest.json"
SPAN_ROWS = 32_000
"""About how many rows a span holds: as many as a worker has in memory."""
PART_ROWS = 1_000_000
"""About how many rows the files of a part hold, in a history large enough."""
PARTS = 16
"""Parts that there are at least, where there are as many spans: that many workers have something to do."""
KNOWN = frozenset(topics_of(*(kind.__name__ for kind in get_args(AnyEvent))))
"""The topics that have a directory."""
OTHER = "other"
"""The directory of all other topics, which no event is written under."""

Count = Annotated[int, Meta(ge=0, le=10**15)]


class NumberedRow(NamedTuple):
    """A row of the log with its number in the tree, None where the tree does not know it.

    `leaf` is the hash that the tree has of it where that is not the hash of the stored bytes: then the row was changed afterwards.
    """

    number: int | None
    leaf: bytes | None
    position: int
    stream: str
    version: int
    topic: str
    state: bytes

    @property
    def place(self) -> tuple[str, int, int]:
        """What rows of a span are sorted by."""
        return self.stream, self.version, self.position


class DataFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file: how many rows and bytes it has, the bytes' SHA-256 in hex, and of which span each of its row groups is."""

    path: str
    topic: str
    part: Count
    rows: Count
    bytes: Count
    sha256: str
    spans: tuple[Count, ...]


class ParquetManifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What was exported: `events` rows, those of the tree of `size` leaves and that `root`, which the signed `checkpoint` says too.

    `position` and `last_recorded_at` are the log's at that moment. `seal` is a signed note over the manifest with an empty seal.
    """

    format: str
    version: int
    origin: str
    key: str
    checkpoint: str
    size: Count
    root: str
    events: Count
    position: Count
    last_recorded_at: str | None
    spans: Count
    parts: Count
    files: tuple[DataFile, ...]
    seal: str

    @property
    def encoded(self) -> bytes:
        """The bytes of `manifest.json`."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    @property
    def seal_text(self) -> str:
        """What the seal signs; it cannot be taken for a checkpoint, nor for the seal of an export in lines."""
        unsealed = msgspec.structs.replace(self, seal="")
        return f"{FORMAT} {VERSION}\nsha256 {sha256(unsealed.encoded).hexdigest()}\n"

    def spans_of(self, part: int) -> range:
        """The spans of a part."""
        return range(-(-part * self.spans // self.parts), -(-(part + 1) * self.spans // self.parts))

    def files_of(self, part: int) -> Iterator[DataFile]:
        """The files of a part."""
        return (file for file in self.files if file.part == part)


decode_manifest = msgspec.json.Decoder(ParquetManifest).decode


class _Of(Struct):
    complaint_id: str


class _Appeals(Struct):
    event: _Of


_decode_appeals = msgspec.json.Decoder(_Appeals).decode


def home_of(stream: str, topic: str, state: bytes) -> str:
    """The stream that an event is placed by: of all that is of one case the one of the refused attempts on it, else its own.

    That stream's id is made from the case's, and not the other way round: so it is the one that both are known by.
    """
    match KIND_OF.get(topic):
        case "case":
            return stream_of("attempts", stream)
        case "appeal":
            try:
                return stream_of("attempts", _decode_appeals(state).event.complaint_id)
            except UNREADABLE:
                return stream
        case _:
            return stream


def span_of(home: str, spans: int) -> int:
    """Which of so many spans is a stream's."""
    return crc32(home.encode()) * spans >> 32


def cut(rows: int) -> tuple[int, int]:
    """How many spans, and how many parts, a history of so many rows has."""
    spans = max(1, -(-rows // SPAN_ROWS))
    return spans, min(spans, max(PARTS, -(-rows // PART_ROWS)))


def directory_of(topic: str) -> str:
    """The name of the topic's directory, without its first word: a topic that nobody knows may be any text."""
    return topic if topic in KNOWN else OTHER


def path_of(directory: str, part: int) -> str:
    """Where the file is; engines read the directory's name as a column `topic`."""
    return f"topic={directory}/part-{part:05d}.parquet"
