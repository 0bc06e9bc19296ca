"""The index of learned descriptors: FAISS over signed bytes, in segments, read by many threads while one adds."""

from __future__ import annotations

import threading
from typing import NamedTuple

import faiss
import numpy as np
import numpy.typing as npt

from adapters.pictures import parameters as p
from adapters.pictures.features import Floats
from adapters.pictures.leading import with_equals

Rows = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.int64]


def flat(dimensions: int = p.DIMENSIONS) -> faiss.IndexScalarQuantizer:
    """An empty exact FAISS index over signed bytes, by inner product."""
    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT)


class _Segment(NamedTuple):
    """Vectors and the pictures that they belong to. Never changed once in the list of segments."""

    vectors: faiss.IndexScalarQuantizer
    pictures: npt.NDArray[np.int32]


class VectorIndex:
    """Pictures numbered from 0 by `add`, each with one or more vectors; `search` gives the nearest pictures of each vector sought.

    What it gives depends on the pictures alone, neither on how they lie in segments nor on the order in which FAISS takes equal ones.
    """

    def __init__(self) -> None:
        """An empty index."""
        self._lock = threading.Lock()
        self._segments: list[_Segment] = []
        self._fresh: list[tuple[Rows, npt.NDArray[np.int32]]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, vectors: Rows) -> None:
        """Add the next picture's vectors (signed bytes, rows of `p.DIMENSIONS`)."""
        with self._lock:
            self._fresh.append((vectors, np.full(len(vectors), self._count, np.int32)))
            self._count += 1

    def restore(self, vectors: Rows, pictures: npt.NDArray[np.int32], count: int) -> None:
        """Fill an empty index with what `vectors` gave."""
        with self._lock:
            for start in range(0, len(vectors), p.SEGMENT):
                part = slice(start, start + p.SEGMENT)
                self._segments.append(_segment([vectors[part]], pictures[part]))
            self._count = count

    def _sealed(self) -> list[_Segment]:
        """All segments, the fresh vectors sealed; neighbours are merged until each is at least eight times the next one's size."""
        with self._lock:
            if self._fresh:
                fresh, self._fresh = self._fresh, []
                segments = [*self._segments, _segment([v for v, _ in fresh], np.concatenate([n for _, n in fresh]))]
                while len(segments) > 1 and len(segments[-2].pictures) < min(p.SEGMENT, 8 * len(segments[-1].pictures)):
                    segments[-2:] = [_merged(segments[-2], segments[-1])]
                self._segments = segments
            return self._segments

    def search(self, sought: Floats, most: int) -> list[list[tuple[int, float]]]:
        """For each unit vector its `most` nearest pictures with their cosines, nearest first, and all as near as the last of them."""
        queries = np.ascontiguousarray(np.clip(np.round(sought * (127 / p.VECTOR_RANGE)), -127, 127), np.float32)
        norms = np.maximum(np.linalg.norm(queries, axis=1), 1e-9)
        scores, pictures = [], []
        for index, numbers in self._sealed():
            got, found = _nearest(index, numbers, queries, most)
            scores.append(got)
            pictures.append(found)
        if not scores:
            return [[] for _ in sought]
        every = np.concatenate(scores, axis=1).astype(np.float64) / norms[:, None] / (127 / p.VECTOR_RANGE)
        return [_best(line, numbers, most) for line, numbers in zip(every, np.concatenate(pictures, axis=1), strict=True)]

    def vectors(self) -> tuple[Rows, npt.NDArray[np.int32]]:
        """Every vector and its picture's number, for a snapshot."""
        segments = self._sealed()
        if not segments:
            return np.zeros((0, p.DIMENSIONS), np.int8), np.zeros(0, np.int32)
        return np.concatenate([_rows(s) for s in segments]), np.concatenate([s.pictures for s in segments])


def _segment(vectors: list[Rows], pictures: npt.NDArray[np.int32]) -> _Segment:
    index = flat()
    for rows in vectors:
        # the stored byte is value + 128: the encoder of QT_8bit_direct_signed without its detour over floats
        codes = (rows.view(np.uint8) ^ np.uint8(128)).reshape(len(rows), -1)
        index.add_sa_codes(np.ascontiguousarray(codes))
    return _Segment(index, pictures)


def _rows(segment: _Segment) -> Rows:
    codes = faiss.vector_to_array(segment.vectors.codes).reshape(-1, p.DIMENSIONS)
    rows: Rows = (codes ^ np.uint8(128)).view(np.int8)
    return rows


def _merged(a: _Segment, b: _Segment) -> _Segment:
    return _segment([_rows(a), _rows(b)], np.concatenate([a.pictures, b.pictures]))


def _nearest(
    index: faiss.IndexScalarQuantizer, numbers: npt.NDArray[np.int32], queries: Floats, most: int
) -> tuple[Floats, npt.NDArray[np.int32]]:
    """So many of a segment's vectors that its `most` nearest pictures, and all that are as near as the last, are among them."""
    count = min(2 * most, len(numbers))
    while True:
        scores, rows = index.search(queries, count)
        pictures = numbers[rows]
        if count == len(numbers) or all(_settled(*line, most) for line in zip(scores, pictures, strict=True)):
            return scores, pictures
        count = min(4 * count, len(numbers))


def _settled(scores: Floats, pictures: npt.NDArray[np.int32], most: int) -> bool:
    """Whether the last of these rows, nearest first, is farther than the last picture that is wanted."""
    firsts = np.sort(np.unique(pictures, return_index=True)[1])
    return len(firsts) >= most and bool(scores[-1] < scores[firsts[most - 1]])


def _best(scores: Floats, pictures: npt.NDArray[np.int32], most: int) -> list[tuple[int, float]]:
    found: dict[int, float] = {}
    for i in np.lexsort((pictures, -scores)):
        found.setdefault(int(pictures[i]), float(scores[i]))
    return with_equals(list(found.items()), most)
