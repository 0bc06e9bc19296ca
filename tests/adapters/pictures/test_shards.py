"""The index in shards: whatever lies where, a search finds what one index finds; and a shard that is gone is missed by nobody."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pictures import Marks, PictureMatcher, PillowInspector
from adapters.pictures import parameters as p
from adapters.pictures.codes import local, wholes
from adapters.pictures.features import unpack
from adapters.pictures.shard import Ask, Shard, ShardRows, clear_away, file_suffix, lock_of, shard_of
from adapters.pictures.shards import Shards, SharedSpace, merged
from adapters.pictures.store import SPACES, Space, of_another_history
from adapters.store.opening import Stores
from application.patience import TooBusy
from application.ports import FingerprintRow, Inspection
from domain.rulebook import PictureRules
from tests.adapters.pictures.drawn import Stored, saved, scene
from tests.adapters.pictures.test_index import Standing
from tests.conftest import Place

FOR_EVER = 600.0


def digest(number: int) -> str:
    return f"{number * 2654435761 % 2**32:08x}{number:056x}"


@pytest.mark.rule("B4")
@given(
    st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), max_size=30),
    st.integers(1, 4),
    st.integers(1, 6),
    st.lists(st.integers(0, 29), max_size=5),
)
def test_shards_together_answer_what_one_index_answers(pictures: list[list[int]], shards: int, most: int, pauses: list[int]) -> None:
    """Many vectors are equal here, and pictures have several: what is as near as the last is told apart by its digest, wherever it lies."""
    few = np.random.default_rng(1).integers(-127, 128, (6, p.DIMENSIONS)).astype(np.int8)
    marks, store = Marks(Standing()), Stored()
    one = Space("filings", store, store, marks)
    parts = [ShardRows(store, number, shards) for number in range(shards)]
    several = [Space("filings", part, store, marks) for part in parts]
    sought = few[:2].astype(np.float32) / np.linalg.norm(few[:2].astype(np.float32), axis=1, keepdims=True)
    for number, vectors in enumerate(pictures):
        store.kept["filings"].append(FingerprintRow(number + 1, digest(number), marks.tag + few[vectors].tobytes()))
        if number in pauses:  # they grow while they are searched, so that each has other segments
            for space in (one, *several):
                space.follow()
                space.nearest(sought, 1)
    for space in (one, *several):
        space.follow()
    assert merged([space.nearest(sought, most) for space in several], most) == one.nearest(sought, most)
    if pictures:
        assert {part.seen("filings") for part in parts} == {len(pictures)}
    assert sum(len(space.digests) for space in several) == len(one.digests) == len(pictures)


def test_a_shard_says_up_to_which_row_it_read_whosever_row_that_was(tmp_path: Path) -> None:
    marks, store = Marks(Standing()), Stored()
    part = ShardRows(store, 0, 2)
    spaces = [Space(name, part, store, marks, tmp_path, file_suffix(0, 2)) for name in SPACES]
    shard = Shard(spaces, part)
    rows = [FingerprintRow(seq, digest(seq), marks.tag + bytes(p.DIMENSIONS)) for seq in range(1, 40)]
    store.kept["filings"] += rows
    shard.fill()
    assert shard.answer(Ask("filings")).upto == 39
    mine = [row.digest for row in rows if shard_of(row.digest, 2) == 0]
    assert part.digests("filings", 39) == spaces[0].digests == mine
    assert shard.answer(Ask("filings", digest=mine[0])).knows
    assert not shard.answer(Ask("filings", digest=digest(99))).knows
    assert of_another_history(tmp_path, part, marks, file_suffix(0, 2)) == []


@contextmanager
def shared(place: Place, patience: float = FOR_EVER) -> Iterator[tuple[Shards, list[SharedSpace]]]:
    shards = Shards(place.store, Path(place.vault), None, "none", 2, patience)
    yield shards, [SharedSpace(name, shards) for name in SPACES]
    shards.close()


def processes(shards: Shards) -> list[int]:
    return [found.process for found in shards.ask(Ask("filings"))]


def seen(inspector: PillowInspector, number: int) -> Inspection:
    return inspector.inspect_filing("a.jpg", saved(scene(number)), PictureRules())


def filed(stores: Stores, one: Inspection) -> None:
    """As a filing leaves it in vault and index."""
    stores.vault.put("scaled", one.digest, one.scaled or b"")
    about = "filings", one.digest, one.fingerprint
    stores.databases[0].write(lambda s: s.run("INSERT INTO fingerprint (space, digest, fingerprint) VALUES (?, ?, ?)", about))


@pytest.mark.rule("B4", "F2")
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_processes_answer_as_one_index_and_one_that_is_killed_is_missed_by_nobody(
    place: Place, inspector: PillowInspector, fallback: Marks
) -> None:
    stores = place.open()
    for number in range(6):
        filed(stores, seen(inspector, number))
    suspect = inspector.inspect_listing("x", saved(scene(1).resize((500, 450))))
    alone = PictureMatcher(stores.fingerprints, stores.vault, fallback)
    one = Space("filings", stores.fingerprints, stores.vault, fallback)
    with shared(place) as (shards, spaces):
        together = PictureMatcher(stores.fingerprints, stores.vault, fallback, spaces=spaces)
        assert spaces[0].follow() == one.follow() > 0
        features = unpack(seen(inspector, 3).features or b"")
        sought = [local(features, p.CODES_QUERY)], wholes(features.grey), 3
        assert spaces[0].voted(*sought) == one.voted(*sought)
        assert together.seek_originals(suspect) == alone.seek_originals(suspect)
        first = processes(shards)
        assert len(set(first)) == 2

        os.kill(first[0], signal.SIGKILL)
        assert spaces[0].voted(*sought) == one.voted(*sought)
        again = processes(shards)
        assert again[0] != first[0] and again[1] == first[1]

        wrong: list[object] = []
        stop = threading.Event()

        def search() -> None:
            while not stop.is_set():
                if not all(spaces[0].knows(known) for known in one.digests):
                    wrong.append("a picture that is filed is not known")

        searcher = threading.Thread(target=search)
        searcher.start()
        for number in range(6, 8):
            filed(stores, seen(inspector, number))
            os.kill(processes(shards)[number % 2], signal.SIGKILL)
            assert spaces[0].follow() == one.follow()
        stop.set()
        searcher.join()
        assert wrong == []
        assert len(one.digests) == 8

        last = processes(shards)
        os.kill(last[1], signal.SIGSTOP)
        with shared(place, patience=0.5) as (_, impatient), pytest.raises(TooBusy):
            impatient[0].voted(*sought)
        os.kill(last[1], signal.SIGCONT)
        assert spaces[0].voted(*sought) == one.voted(*sought)
        mine = {Path(shard._place.address) for shard in shards._all}
        assert all(address.is_socket() and lock_of(str(address)).exists() for address in mine)
        killed = min(mine).with_name(f"{uuid4().hex}.socket")
        for left in (killed, lock_of(str(killed))):
            left.touch()
        clear_away(killed.parent)
        assert not killed.exists() and not lock_of(str(killed)).exists()
        assert all(address.is_socket() and lock_of(str(address)).exists() for address in mine)
    ends = time.monotonic() + FOR_EVER
    while any(Path(f"/proc/{process}/cmdline").exists() and Path(f"/proc/{process}/cmdline").read_bytes() for process in last):
        assert time.monotonic() < ends  # nobody is connected any more
        time.sleep(0.2)
    assert not any(address.exists() or lock_of(str(address)).exists() for address in mine)
    stores.close()
