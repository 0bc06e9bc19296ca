"""The fallback's index: local codes in buckets, read by many threads while one adds."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.pictures import parameters as p
from adapters.pictures.codes import ENTRY, Codes, Local, probes
from adapters.pictures.leading import with_equals

Numbers = npt.NDArray[np.int64]
Entries = npt.NDArray[np.void]


class _Segment(NamedTuple):
    """Codes sorted by bucket, and the picture's number of each. Never changed."""

    keys: Codes
    entries: Entries
    pictures: npt.NDArray[np.int32]


def _segment(entries: Entries, pictures: npt.NDArray[np.int32]) -> _Segment:
    keys = entries["code"] >> np.uint64(64 - p.KEY_BITS)
    order = np.argsort(keys, kind="stable")
    return _Segment(keys[order], entries[order], pictures[order])


class VoteIndex:
    """Pictures numbered from 0 by `add`; `search` ranks them by agreeing codes, and by pHash."""

    def __init__(self) -> None:
        """An empty index."""
        self._lock = threading.Lock()
        self._segments: list[_Segment] = []
        self._fresh: list[tuple[Entries, npt.NDArray[np.int32]]] = []
        self._hashes = np.zeros(64, np.uint64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, whole: int, entries: Entries) -> None:
        """Add the next picture."""
        with self._lock:
            if self._count == len(self._hashes):
                self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
            self._hashes[self._count] = whole
            self._fresh.append((entries, np.full(len(entries), self._count, np.int32)))
            self._count += 1

    def _sealed(self) -> list[_Segment]:
        """All segments, the fresh codes sealed; neighbours are merged until each is at least twice the next one's size."""
        with self._lock:
            if self._fresh:
                fresh, self._fresh = self._fresh, []
                segments = [*self._segments, _segment(np.concatenate([e for e, _ in fresh]), np.concatenate([i for _, i in fresh]))]
                while len(segments) > 1 and len(segments[-2].keys) < 2 * len(segments[-1].keys):
                    b, a = segments.pop(), segments.pop()
                    segments.append(_segment(np.concatenate([a.entries, b.entries]), np.concatenate([a.pictures, b.pictures])))
                self._segments = segments
            return self._segments

    def by_votes(self, sought: Sequence[Local], most: int) -> list[tuple[int, float]]:
        """Pictures for which at least `LEAST_VOTES` codes agree in turn and scale, most votes first: (number, votes).

        At most `most`, and all with as many votes as the last of them.
        """
        segments = self._sealed()
        found: dict[int, int] = {}
        for group in sought:
            if not len(group.entries):
                continue
            keys, codes = probes(group)
            votes = [hits for segment in segments if len(hits := _hits(segment, group, keys, codes))]
            for picture, count in _count(np.concatenate(votes)) if votes else []:
                found[picture] = max(count, found.get(picture, 0))
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return with_equals([(picture, count) for picture, count in ranked if count >= p.LEAST_VOTES], most)

    def by_hash(self, wholes: Codes, most: int) -> list[tuple[int, float]]:
        """Pictures whose pHash is within `HASH_DISTANCE` bits of one of the eight, nearest first: (number, minus the bits).

        At most `most`, and all as near as the last of them.
        """
        hashes = self._hashes[: self._count]
        if not len(hashes):
            return []
        bits = np.min([np.bitwise_count(hashes ^ form) for form in wholes], axis=0)
        near = np.flatnonzero(bits <= p.HASH_DISTANCE)
        near = near[np.argsort(bits[near], kind="stable")]
        return with_equals([(int(i), -float(bits[i])) for i in near], most)


def _hits(segment: _Segment, group: Local, keys: Codes, codes: Numbers) -> Numbers:
    """Rows of picture, code sought, and vote (turn and scale in one number) for every entry close to a code sought."""
    starts = np.searchsorted(segment.keys, keys, "left")
    counts = np.searchsorted(segment.keys, keys, "right") - starts
    if not (total := int(counts.sum())):
        return np.zeros((0, 3), np.int64)
    rows = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(total)
    asked = np.repeat(codes, counts)
    close = np.bitwise_count(segment.entries["code"][rows] ^ group.entries["code"][asked]) <= p.CODE_DISTANCE
    rows, asked = rows[close], asked[close]
    theirs, ours = segment.entries[rows], group.entries[asked]
    turn = (ours["angle"].astype(np.int64) - theirs["angle"]) % 256 // 8
    size = (ours["size"].astype(np.int64) - theirs["size"] + 256) // 8
    return np.stack([segment.pictures[rows].astype(np.int64), asked, turn * 64 + size], axis=1)


def _count(hits: Numbers) -> list[tuple[int, int]]:
    """For each picture the most codes in one neighbourhood of turn and scale; a code sought votes once for a picture."""
    spread = [(hits[:, 2] // 64 + dt) % 32 * 64 + hits[:, 2] % 64 + ds for dt in (0, 1) for ds in (0, 1)]
    picture = np.tile(hits[:, 0], 4)
    cell = picture * 4096 + np.concatenate(spread)
    single = np.unique(cell * 1024 + np.tile(hits[:, 1], 4)) // 1024
    cells, counts = np.unique(single, return_counts=True)
    pictures = cells // 4096
    order = np.argsort(pictures, kind="stable")
    pictures, counts = pictures[order], counts[order]
    firsts = np.flatnonzero(np.r_[True, pictures[1:] != pictures[:-1]])
    return list(zip(pictures[firsts].tolist(), np.maximum.reduceat(counts, firsts).tolist(), strict=True))


__all__ = ["ENTRY", "VoteIndex"]
