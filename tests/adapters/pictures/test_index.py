"""The indexes: nearest first, searched while they grow, kept on disk; and the learned mode with a stand-in model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageOps

from adapters.pictures import Marks, PictureMatcher, PillowInspector, limits
from adapters.pictures import parameters as p
from adapters.pictures.descriptor import Descriptor, from_bytes, to_bytes
from adapters.pictures.features import Bytes, Floats, pack, unpack
from adapters.pictures.snapshot import load, save
from adapters.pictures.store import Space, of_another_history
from adapters.pictures.vectors import VectorIndex
from adapters.pictures.votes import VoteIndex
from domain.picture import Verdict
from domain.rulebook import PictureRules
from tests.adapters.pictures.drawn import Stored, saved, scene


def drawn(count: int, seed: int = 0) -> Floats:
    vectors = np.random.default_rng(seed).standard_normal((count, p.DIMENSIONS)).astype(np.float32)
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def rows(vectors: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    return np.frombuffer(to_bytes(vectors), np.int8).reshape(-1, p.DIMENSIONS)


def test_vectors_are_rounded_to_bytes_without_loss_worth_telling() -> None:
    vectors = drawn(50)
    assert len(to_bytes(vectors[:1])) == 512
    assert (from_bytes(to_bytes(vectors)) * vectors).sum(axis=1).min() > 0.99


def test_the_nearest_are_those_of_an_exact_search() -> None:
    vectors = drawn(3000)
    index = VectorIndex()
    for place, vector in enumerate(vectors):
        index.add(rows(vector[None]))
        if place % 77 == 0:
            index.search(vectors[:1], 1)
    sought = vectors[[5, 1999]] + 0.3 * drawn(2, seed=9)
    found = index.search(sought / np.linalg.norm(sought, axis=1, keepdims=True), 5)
    exact = np.argsort(-(sought @ vectors.T), axis=1)[:, :5]
    assert [line[0][0] for line in found] == [5, 1999]
    assert len({n for n, _ in found[0]} & set(exact[0].tolist())) >= 4
    assert found[0][0][1] == pytest.approx(1 / np.sqrt(1.09), abs=0.03)


def test_a_picture_with_many_vectors_is_found_once() -> None:
    index = VectorIndex()
    assert index.search(drawn(1), 3) == [[]]
    for i in range(4):
        index.add(rows(drawn(5, seed=i)))
    found = index.search(drawn(5, seed=2)[3:4], 4)[0]
    assert found[0][0] == 2 and len({number for number, _ in found}) == len(found) == 4


def test_searching_while_adding() -> None:
    index, vectors = VectorIndex(), drawn(1200)
    for vector in vectors[:100]:
        index.add(rows(vector[None]))
    wrong: list[int] = []

    def search() -> None:
        for i in range(60):
            if index.search(vectors[i : i + 1], 1)[0][0][0] != i:
                wrong.append(i)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(100, 1200):
        index.add(rows(vectors[i : i + 1]))
    for thread in threads:
        thread.join()
    assert wrong == [] and len(index) == 1200
    assert index.search(vectors[1199:], 1)[0][0][0] == 1199


def test_a_snapshot_comes_back_and_a_broken_one_is_left_aside(tmp_path: Path) -> None:
    index, vectors = VectorIndex(), drawn(40)
    for vector in vectors:
        index.add(rows(vector[None]))
    file = tmp_path / "filings.index"
    digests = [f"{i:064x}" for i in range(40)]
    assert load(file, b"S1ab") is None
    save(file, b"S1ab", 77, digests, index)
    found = load(file, b"S1ab")
    assert found is not None and (found.upto, found.digests) == (77, digests)
    again = VectorIndex()
    again.restore(found.vectors, found.pictures, 40)
    assert again.search(vectors[7:8], 1)[0][0][0] == 7
    assert load(file, b"S1xy") is None
    content = file.read_bytes()
    for broken in (content[:-1], b"", content[:100], content[:70] + b"\xff" + content[71:]):
        file.write_bytes(broken)
        assert load(file, b"S1ab") is None


def test_votes_of_an_empty_index_and_of_pictures_without_codes(inspector: PillowInspector, fallback: Marks) -> None:
    index = VoteIndex()
    seen = inspector.inspect_filing("a.jpg", saved(scene(50)), PictureRules())
    assert seen.fingerprint is not None
    whole, entries = fallback.codes_of(seen.fingerprint)
    index.add(whole, entries[:0])
    index.add(whole, entries)
    assert len(index) == 2
    assert index.by_hash(np.array([whole], np.uint64), 5) == [(0, 0), (1, 0)] == index.by_hash(np.array([whole], np.uint64), 1)


def test_features_survive_the_vault(inspector: PillowInspector) -> None:
    seen = inspector.inspect_filing("a.jpg", saved(scene(51)), PictureRules())
    features = unpack(seen.features or b"")
    assert pack(features) == seen.features and 100 < len(features.points) <= p.ORIGINAL_COUNT
    for broken in (b"", b"garbage", (seen.features or b"").replace(p.FEATURES_TAG.encode(), b"rootsift-0")):
        with pytest.raises(ValueError, match="features"):
            unpack(broken)


class Standing(Descriptor):
    """A stand-in for the model: a random projection of the small picture's grey values."""

    def __init__(self) -> None:
        self.path, self._student = Path("standing.onnx"), None
        self._projection = np.random.default_rng(3).standard_normal((64, p.DIMENSIONS)).astype(np.float32)

    tag = b"??"

    def _vectors(self, model: Path, pictures: Sequence[Bytes], side: int) -> Floats:
        from adapters.pictures.descriptor import square

        values = np.stack([square(picture, 8).mean(axis=2).reshape(-1) for picture in pictures]).astype(np.float32)
        values -= values.mean(axis=1, keepdims=True)
        out = values @ self._projection
        unit: Floats = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        return unit


@pytest.mark.rule("B4")
def test_the_learned_mode_with_snapshots(inspector: PillowInspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SNAPSHOT_ROWS", 2)
    marks = Marks(Standing())
    taking = PillowInspector(marks, inspector._pool)
    store = Stored()
    seen = [taking.inspect_filing("a.jpg", saved(scene(seed)), PictureRules()) for seed in (60, 61, 62)]
    for one in seen:
        assert one.fingerprint is not None and len(one.fingerprint) == 516
        store.store(one)
    suspect = taking.inspect_listing("x", saved(scene(61).resize((450, 400))))
    assert suspect.fingerprint is not None and suspect.query is not None
    pieces = marks.suspect(suspect.query).pieces()
    assert len(suspect.fingerprint) == 4 + (1 + len(pieces.pieces)) * 512 and len(pieces.pieces) >= limits.TILES**2
    first = PictureMatcher(store, store, marks, tmp_path)
    assert [f.digest for f in first.seek_originals(suspect).found] == [seen[1].digest]
    negative = first.seek_originals(taking.inspect_listing("x", saved(ImageOps.invert(scene(62)))))
    assert [(f.digest, f.likeness.verdict) for f in negative.found] == [(seen[2].digest, Verdict.COPY)]
    assert (tmp_path / "filings.index").exists()
    again = Space("filings", store, store, marks, tmp_path)
    assert again.follow() == 3 and store.asked[-1] == 3
    assert again.digests == [one.digest for one in seen]
    store.store(suspect, "listings")
    assert [f.digest for f in first.seek_copies(seen[1]).found] == [suspect.digest]
    assert first.version == "sscd-sift/6"
    store.kept["filings"].pop()  # the store was put back to an older state: the snapshot tells of a picture that is not filed
    older = Space("filings", store, store, marks, tmp_path)
    assert older.follow() == 2 and older.digests == [one.digest for one in seen[:2]]
    store.kept["filings"], store.seq = [], 0  # another one, which has grown to the same length and ends alike
    for one in (seen[1], suspect, seen[2]):
        store.store(one)
    assert of_another_history(tmp_path, store, marks) == ["filings"]
    assert Space("filings", store, store, marks, tmp_path).follow() == 3
    other = Space("filings", store, store, marks, tmp_path)
    other.follow()
    assert set(other.digests) == {seen[1].digest, suspect.digest, seen[2].digest}


def test_rows_of_the_version_before_are_read_as_they_are() -> None:
    marks = Marks(Standing())
    assert marks.reads(b"S1??" + bytes(512)) and marks.reads(b"S2??" + bytes(512))
    assert not marks.reads(b"S2!!" + bytes(512)) and not marks.reads(b"L1" + bytes(20)) and Marks(None).reads(b"L1" + bytes(20))
