"""Checks an export's event lines, 4,096 at a time, and hashes them into the tree: on one core, or on all of them.

A chunk is a perfect subtree, so what is kept of it is its root, and for a checkpoint inside it the few subtrees before it.
"""

from __future__ import annotations

import os
import re
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import NamedTuple

from adapters.evidence.envelope import UNREADABLE, decode_plain, event_id_of
from adapters.evidence.lines import DATA, LEAST_ATTRIBUTES, event_line, plain_attributes, state_in
from adapters.evidence.merkle import MemoryNodes, folded, leaf_hash, levels_of, perfect_subtrees
from adapters.evidence.reading import Blocks, Tampered, lines_in, offset_after, open_for_lines
from adapters.evidence.sealed_roots import MOST_SEALED, SEALED, SealedRoot, sealed_root

CHUNK_LEVEL = 12
CHUNK = 1 << CHUNK_LEVEL
CLOSING = ord("}")
_BEGUN = sha256(b"\x00")
"""A leaf's hash as it begins (RFC 9162, 2.1.1), to be copied: so no event is copied behind a zero byte."""
_SEQUENCE = re.compile(rb'"sequence":"(\d{1,18})"')
_LEAF_HASH = re.compile(rb'"leafhash":"([^"]*)"')
_ID = re.compile(rb'"id":"([^"\\]{1,100})"')


class Chunk(NamedTuple):
    """A chunk to check: its lines, the origin as JSON, the sizes asked of within it, and the subtrees that the head promises."""

    start: int
    length: int
    source: bytes
    marks: tuple[int, ...]
    level: int
    promised: tuple[bytes, ...]


class ChunkHashes(NamedTuple):
    """What remains of a chunk: its root if it is whole, per mark the roots of the perfect subtrees that lead up to it, what its sealed
    replays say, and where in the file it began."""

    root: bytes | None
    marks: dict[int, list[bytes]]
    sealed: list[SealedRoot]
    offset: int


def check_chunk(blocks: Blocks, chunk: Chunk) -> ChunkHashes:
    """Check the chunk's lines. Raises Tampered, naming the first event that is wrong."""
    offset = blocks.offset
    leaves, sealed = _leaves(blocks, chunk)
    levels = levels_of(leaves)
    if chunk.promised and tuple(levels[chunk.level][: len(chunk.promised)]) != chunk.promised:
        pairs = zip(levels[chunk.level], chunk.promised, strict=False)
        first = next(i for i, (found, promised) in enumerate(pairs) if found != promised)
        raise changed_consistently(chunk.start + (first << chunk.level), chunk.level)
    marks = {size: [levels[level][index] for level, index in perfect_subtrees(0, size - chunk.start)] for size in chunk.marks}
    return ChunkHashes(levels[CHUNK_LEVEL][0] if chunk.length == CHUNK else None, marks, sealed, offset)


def changed_consistently(n: int, level: int) -> Tampered:
    """The finding that lines agree with themselves but not with the signed tree."""
    reach = "it" if level == 0 else f"it or one of the {(1 << level) - 1} events after it"
    return Tampered(f"{reach} is not what the log's key signed", n)


def _leaves(blocks: Blocks, chunk: Chunk) -> tuple[list[bytes], list[SealedRoot]]:
    leaves: list[bytes] = []
    sealed: list[SealedRoot] = []
    try:
        while len(leaves) < chunk.length and blocks.fill():
            _leaves_of_block(blocks, chunk, leaves, sealed)
    except Tampered as found:
        raise found if found.n is not None else Tampered(found.why, chunk.start + len(leaves)) from None
    if len(leaves) < chunk.length:
        raise Tampered("is missing: the file ends before it", chunk.start + len(leaves))
    return leaves, sealed


def _leaves_of_block(blocks: Blocks, chunk: Chunk, leaves: list[bytes], sealed: list[SealedRoot]) -> None:
    """The leaves of the lines that are whole in the block. Nearly all are plain: what stands before an event's bytes is derived from
    these and compared. The bytes are hashed and read where they lie, for a million of them are."""
    content, at, source = blocks.content, blocks.at, chunk.source.decode()
    find, stands, begun, begin, until = content.find, content.startswith, _BEGUN.copy, chunk.start + len(leaves), blocks.end
    with memoryview(content) as view:
        for n in range(begin, chunk.start + chunk.length):
            end = find(b"\n", at, until)
            if end < 0:
                break
            data = find(DATA, at + LEAST_ATTRIBUTES, end) + len(DATA)
            if data < at:  # it carries its bytes in base64, or is no event
                data = end
            state, hashed = view[data : end - 1], begun()
            hashed.update(state)
            leaf = hashed.digest()
            try:
                envelope = decode_plain(state)
                attributes = plain_attributes(n, source, envelope, leaf.hex())
                plain = stands(attributes, at) and data - at == len(attributes)
            except UNREADABLE:
                plain = False
            if not plain or content[end - 1] != CLOSING or find(b"\\", data, end) >= 0:
                leaf = _unusual(bytes(view[at : end + 1]), n, chunk.source, sealed)
            elif envelope.event.type == SEALED:
                _add_sealed(sealed, n, state)
            leaves.append(leaf)
            at = blocks.at = end + 1


def _add_sealed(sealed: list[SealedRoot], n: int, state: bytes | memoryview) -> None:
    said = sealed_root(n, state)
    if said is not None:
        sealed.append(said)


def _unusual(line: bytes, n: int, source: bytes, sealed: list[SealedRoot]) -> bytes:
    """The leaf of a line whose bytes have a backslash or are in base64; any other line is wrong, and this says why."""
    state = state_in(line)
    if state is None:
        raise Tampered("is missing: a line that is no event stands in its place", n)
    leaf = leaf_hash(state)
    if event_line(n, source, state, leaf.hex().encode()) == line:
        _add_sealed(sealed, n, state)
        return leaf
    raise Tampered(_why(line, n, source, state, leaf), n, event_id_of(state) or _id_in(line))


def _why(line: bytes, n: int, source: bytes, state: bytes, leaf: bytes) -> str:
    sequence, stated = _SEQUENCE.search(line), _LEAF_HASH.search(line)
    if stated and not stated[1]:
        return "is not in the tree: it was put into the log afterwards"
    if stated and stated[1] != leaf.hex().encode():
        return "its content is not the one that was hashed when it was recorded"
    if sequence and int(sequence[1]) != n and event_line(int(sequence[1]), source, state, leaf.hex().encode()) == line:
        return f"stands in the place of event {n}, but is event {int(sequence[1])}"
    return "its line does not say what its content says"


def _id_in(line: bytes) -> str:
    found = _ID.search(line)
    return found[1].decode("utf-8", "replace") if found else ""


class Hashed:
    """The roots of a checked export, at every size. Those at the chunks' marks are known; for any other one chunk is read again."""

    def __init__(self, path: Path, source: bytes) -> None:
        self._path, self._source = path, source
        self._roots: list[bytes] = []
        self._marks: dict[int, list[bytes]] = {}
        self._offsets = array("Q")
        self.sealed: list[SealedRoot] = []

    def add(self, chunk: ChunkHashes) -> None:
        """Take the next chunk's hashes."""
        self._marks.update(chunk.marks)
        self._offsets.append(chunk.offset)
        self.sealed += chunk.sealed[: MOST_SEALED - len(self.sealed)]
        if chunk.root is not None:
            self._roots.append(chunk.root)

    def ready(self) -> None:
        """Call when the last chunk was added."""
        self._nodes = MemoryNodes(self._roots)

    def root(self, size: int) -> bytes:
        """The root over the first `size` events, of those that were checked. Raises Tampered where the file changed meanwhile."""
        start = size & -CHUNK
        if size > start and size not in self._marks:
            chunk = Chunk(start, size - start, self._source, (size,), 0, ())
            self._marks.update(check_part(os.fspath(self._path), self._offsets[start // CHUNK], chunk).marks)
        wide = [self._nodes.node(level - CHUNK_LEVEL, index) for level, index in perfect_subtrees(0, start)]
        return folded(wide + self._marks.get(size, []))

    def check_promised(self, level: int, promised: Sequence[bytes]) -> None:
        """Compare the promised subtrees that are wider than a chunk. Raises Tampered."""
        for index, node in enumerate(promised):
            if self._nodes.node(level - CHUNK_LEVEL, index) != node:
                raise changed_consistently(index << level, level)


def chunks_of(size: int, source: bytes, marks: Sequence[int], level: int, promised: Sequence[bytes]) -> Iterator[Chunk]:
    """The chunks of an export of `size` events. `marks` ascend."""
    waiting = deque(mark for mark in marks if mark % CHUNK)
    for start in range(0, size, CHUNK):
        count = min(CHUNK, size - start)
        within: list[int] = []
        while waiting and waiting[0] <= start + count:
            within.append(waiting.popleft())
        own = promised[start >> level : (start + count) >> level] if level <= CHUNK_LEVEL else ()
        yield Chunk(start, count, source, tuple(within), level, tuple(own))


def check_in_turn(path: Path, offset: int, chunks: Iterator[Chunk]) -> Iterator[ChunkHashes | int]:
    """Check the chunks on this core, as they come out of the file; the last item is the offset after the events."""
    with path.open("rb", buffering=0) as file:
        blocks = Blocks(file, offset)
        for chunk in chunks:
            yield check_chunk(blocks, chunk)
        yield blocks.offset


def check_together(path: Path, offset: int, chunks: Iterator[Chunk], workers: int) -> Iterator[ChunkHashes | int]:
    """Check the chunks on many cores, in order; the last item is the offset after the events.

    This process only counts line ends; each worker reads its own part of the file. No more than two chunks a worker are
    under way at once.
    """
    method = "fork" if "fork" in get_all_start_methods() else "spawn"
    under_way: deque[Future[ChunkHashes]] = deque()
    with path.open("rb") as file, ProcessPoolExecutor(workers, get_context(method)) as pool:
        try:
            for chunk in chunks:
                under_way.append(pool.submit(check_part, os.fspath(path), offset, chunk))
                offset, seen = offset_after(file, offset, chunk.length)
                if len(under_way) >= 2 * workers or seen < chunk.length:
                    yield under_way.popleft().result()
                if seen < chunk.length:
                    break
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool:
            raise OSError("a process that was verifying a part of the file has ended") from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    yield offset


def check_part(path: str, offset: int, chunk: Chunk) -> ChunkHashes:
    """One chunk, read from the file by itself: what a worker does."""
    with Path(path).open("rb", buffering=0) as file:
        return check_chunk(Blocks(file, offset), chunk)


def event_id_at(path: Path, n: int) -> str:
    """The id in the line of event `n`; empty if it does not tell."""
    with open_for_lines(path) as file:
        line = next(islice(lines_in(file), n + 1, None), b"")
    return event_id_of(state_in(line) or b"") or _id_in(line)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
