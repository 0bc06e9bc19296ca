"""Verifies an export with nothing but its file, and optionally a trusted key and an earlier checkpoint (rule G4).

Every byte is accounted for. The head is sealed by the log's key; an event's line is derived again from its content and
compared, its content is a leaf of the tree whose root the key signed; the checkpoint lines are in the head's digest.
Without a trusted key this shows that the file agrees with itself, and no more: whoever forges everything can sign with a key
of his own. Against the holder of the real key only a checkpoint that was given out earlier helps.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from adapters.evidence.attestation import AttestedCheckpoint
from adapters.evidence.checkpoint import Checkpoint, NoteError, PublicKey, opened, opened_checkpoint, to_base64
from adapters.evidence.chunks import CHUNK_LEVEL, Hashed, check_in_turn, check_together, chunks_of, cores, event_id_at
from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.lines import (
    FORMAT,
    TREE,
    VERSION,
    Head,
    decode_checkpoint_line,
    decode_head,
    encoded,
    nodes_level,
    seal_text,
    source_json,
)
from adapters.evidence.merkle import EMPTY_ROOT, HASH_BYTES
from adapters.evidence.reading import NotAnExport, Tampered, lines_in, open_for_lines
from adapters.evidence.sealed_roots import check_sealed
from adapters.evidence.trust import Trust

SNIFFED_BYTES = 4096
TOGETHER_FROM_BYTES = 64 * 1024 * 1024
_TOKENS = (f'"format":"{FORMAT}"'.encode(), f'"algorithm":"{TREE}"'.encode())


class VerifiedExport(Struct, frozen=True):
    """What a sound export is of."""

    size: int
    root: bytes
    key: PublicKey
    checkpoints: int
    attested: tuple[AttestedCheckpoint, ...] = ()
    authorities: tuple[str, ...] = ()


def looks_like_export(start: bytes) -> bool:
    """Whether a file that starts like this is an export, be it a damaged one: of two tokens a single change leaves one."""
    return any(token in start[:SNIFFED_BYTES] for token in _TOKENS)


def verify_export(path: Path, trust: Trust, workers: int | None = None) -> VerifiedExport:
    """Verify an export. Raises Tampered (what is wrong, and which event first) and NotAnExport."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotAnExport("not a regular file")
    with open_for_lines(path) as file:
        if not looks_like_export(file.read(SNIFFED_BYTES)):
            raise NotAnExport("not an export")
        file.seek(0)
        line = next(lines_in(file), b"")
        head, key = _opened_head(line, trust)
        earlier = trust.earlier(key)
        if earlier is not None and earlier.size > head.tree.size:
            raise Tampered(f"the history is cut: it has {head.tree.size} events, and had {earlier.size} at the given checkpoint")
        try:
            known = _opened_attested(head, key)
            also = [*(one.size for one in known), *([earlier.size] if earlier else [])]
            hashed, rest = _check_events(path, file, len(line), head, also, workers)
            _check_roots(hashed, head, earlier)
            _check_attested(hashed, known)
            for one in hashed.sealed:
                check_sealed(one, hashed.root(one.size) if 0 < one.size <= one.n else EMPTY_ROOT)
        except Tampered as found:
            if found.n is not None and found.event_id is None:
                raise Tampered(found.why, found.n, _id_or_none(path, found)) from None
            raise
        _check_checkpoints(rest, head, key, hashed)
    more = tuple(head.attested or ()), tuple(head.authorities or ())
    return VerifiedExport(head.tree.size, hashed.root(head.tree.size), key, len(head.checkpoints.sizes), *more)


def _opened_attested(head: Head, key: PublicKey) -> list[Checkpoint]:
    """The checkpoints that others attest: of this log and not longer than it. What others say is not verified here."""
    try:
        known = [opened_checkpoint(one.checkpoint, key) for one in head.attested or ()]
    except NoteError as error:
        raise Tampered(f"an attested checkpoint in the head: {error}") from None
    longest = max((one.size for one in known), default=0)
    if longest > head.tree.size:
        raise Tampered(f"the history is cut: it has {head.tree.size} events, and had {longest} at an attested checkpoint")
    return known


def _check_attested(hashed: Hashed, known: list[Checkpoint]) -> None:
    for one in known:
        if (hashed.root(one.size) if one.size else EMPTY_ROOT) != one.root:
            raise Tampered(f"the history is forked: its first {one.size} events are not those of an attested checkpoint")


def _id_or_none(path: Path, found: Tampered) -> str | None:
    """The id of an event that is there but not the signed one; of a missing event there is none."""
    if found.n is None or "missing" in found.why:
        return None
    try:
        return event_id_at(path, found.n)
    except Tampered:
        return None


def _opened_head(line: bytes, trust: Trust) -> tuple[Head, PublicKey]:
    try:
        head = decode_head(line)
    except UNREADABLE as error:
        raise Tampered(f"the head cannot be read: {error}") from None
    if (head.format, head.version) != (FORMAT, VERSION):
        raise Tampered(f"the head is not of the format {FORMAT!r}, version {VERSION}")
    key = trust.key_of(head.key)
    try:
        sealed = opened(head.seal, key) == seal_text(head) and encoded(head) == line
    except NoteError as error:
        raise Tampered(f"the head's seal: {error}") from None
    if not sealed:
        raise Tampered("the head is not the one that was sealed")
    sizes = head.checkpoints.sizes
    level, size = head.tree.level, head.tree.size
    sound = (
        head.origin == key.name
        and head.tree.algorithm == TREE
        and sizes == sorted(set(sizes))
        and sizes[-1:] == [size]
        and level == nodes_level(size)
        and len(_promised(head)) == size >> level
    )
    if not sound:
        raise Tampered("the head contradicts itself")
    return head, key


def _promised(head: Head) -> list[bytes]:
    try:
        raw = bytes.fromhex(head.tree.nodes)
    except ValueError:
        raise Tampered("the head's nodes are not hexadecimal") from None
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]


def _check_events(
    path: Path, file: BinaryIO, offset: int, head: Head, also: list[int], workers: int | None
) -> tuple[Hashed, Iterator[bytes]]:
    """Check all event lines, and keep the roots at the checkpoints' sizes and `also` these; the lines after them are given back."""
    level, promised = head.tree.level, _promised(head)
    marks = sorted({*head.checkpoints.sizes, *also})
    source = source_json(head.origin)
    chunks, hashed = chunks_of(head.tree.size, source, marks, level, promised), Hashed(path, source)
    if workers is None:
        workers = cores() if path.stat().st_size >= TOGETHER_FROM_BYTES else 1
    for result in check_in_turn(path, offset, chunks) if workers == 1 else check_together(path, offset, chunks, workers):
        if isinstance(result, int):
            file.seek(result)
        else:
            hashed.add(result)
    hashed.ready()
    if level > CHUNK_LEVEL:
        hashed.check_promised(level, promised)
    return hashed, lines_in(file)


def _check_roots(hashed: Hashed, head: Head, earlier: Checkpoint | None) -> None:
    if earlier is not None and (hashed.root(earlier.size) if earlier.size else EMPTY_ROOT) != earlier.root:
        raise Tampered(f"the history is forked: its first {earlier.size} events are not those of the given checkpoint")
    if to_base64(hashed.root(head.tree.size)) != head.tree.root:
        raise changed_after(head)


def changed_after(head: Head) -> Tampered:
    """The finding that the promised subtrees are right and the root is not: what lies after them is wrong."""
    whole = (head.tree.size >> head.tree.level) << head.tree.level
    return Tampered("it or an event after it is not what the log's key signed", min(whole, max(head.tree.size - 1, 0)))


def _check_checkpoints(lines: Iterator[bytes], head: Head, key: PublicKey, hashed: Hashed) -> None:
    digest = sha256()
    for size in head.checkpoints.sizes:
        line = next(lines, None)
        if line is None:
            raise Tampered(f"the checkpoint of size {size} is missing: the file ends before it")
        digest.update(line)
        _check_checkpoint(line, size, key, hashed)
    if next(lines, None) is not None:
        raise Tampered("there is something after the last checkpoint")
    if digest.hexdigest() != head.checkpoints.sha256:
        raise Tampered("the checkpoints are not those that the head was sealed with")


def _check_checkpoint(line: bytes, size: int, key: PublicKey, hashed: Hashed) -> None:
    try:
        entry = decode_checkpoint_line(line)
        checkpoint = opened_checkpoint(entry.checkpoint, key)
    except (*UNREADABLE, NoteError) as error:
        raise Tampered(f"the checkpoint of size {size}: {error}") from None
    if encoded(entry) != line or checkpoint.size != size:
        raise Tampered(f"the checkpoint of size {size} is not in its place")
    if checkpoint.root != hashed.root(size):
        raise Tampered(f"the checkpoint of size {size} is of another history: its root is not that of the first {size} events")
