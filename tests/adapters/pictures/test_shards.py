"""The index in shards: whatever lies where, a search finds what one index finds; and a shard that is gone is missed by nobody."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pictures import Marks, PictureMatcher, PillowInspector
from adapters.pictures import parameters as p
from adapters.pictures.codes import local, wholes
from adapters.pictures.features import unpack
from adapters.pictures.protocol import receive, send
from adapters.pictures.shard import Ask, Shard, ShardPlace, ShardRows, answered, clear_away, file_suffix, lock_of, locked, shard_of
from adapters.pictures.shards import Process, ShardBroken, Shards, SharedSpace, Waits, merged
from adapters.pictures.store import SPACES, Space, of_another_history
from adapters.store.opening import Stores
from adapters.vault.contract import VaultAway
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


class Market(NamedTuple):
    """A store with six pictures, whose index two processes hold for whoever asks; `folder` is where they answer."""

    stores: Stores
    place: Place
    folder: Path
    shards: Shards
    space: SharedSpace
    alone: Space
    """One index of the same pictures."""


@contextmanager
def shared(place: Place, **waits: float) -> Iterator[Shards]:
    shards = Shards(place.store, Path(place.vault), None, "none", 2, Waits(**{"patience": FOR_EVER, "linger": 0.2, **waits}))
    yield shards
    shards.close()


@pytest.fixture(scope="module")
def market(inspector: PillowInspector, fallback: Marks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    kept = tmp_path_factory.mktemp("shards")
    place = Place(str(kept / "store"), str(kept / "vault"))
    with TemporaryDirectory(prefix="o-") as runtime, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        with closing(place.open()) as stores, shared(place) as shards:
            for number in range(6):
                filed(stores, seen(inspector, number))
            alone = Space("filings", stores.fingerprints, stores.vault, fallback)
            alone.follow()
            yield Market(stores, place, Path(runtime) / f"originals-{os.getuid()}", shards, SharedSpace("filings", shards), alone)


def processes(shards: Shards) -> list[int]:
    return [found.process for found in shards.ask(Ask("filings"))]


def seen(inspector: PillowInspector, number: int) -> Inspection:
    return inspector.inspect_filing("a.jpg", saved(scene(number)), PictureRules())


def filed(stores: Stores, one: Inspection) -> None:
    """As a filing leaves it in vault and index."""
    stores.vault.put("scaled", one.digest, one.scaled or b"")
    about = "filings", one.digest, one.fingerprint
    stores.databases[0].write(lambda s: s.run("INSERT INTO fingerprint (space, digest, fingerprint) VALUES (?, ?, ?)", about))


@pytest.mark.rule("B4")
def test_processes_answer_as_one_index(market: Market, inspector: PillowInspector, fallback: Marks) -> None:
    stores, spaces = market.stores, [SharedSpace(name, market.shards) for name in SPACES]
    suspect = inspector.inspect_listing("x", saved(scene(1).resize((500, 450))))
    together = PictureMatcher(stores.fingerprints, stores.vault, fallback, spaces=spaces)
    alone = PictureMatcher(stores.fingerprints, stores.vault, fallback)
    assert market.space.follow() == 6
    features = unpack(seen(inspector, 3).features or b"")
    sought = [local(features, p.CODES_QUERY)], wholes(features.grey), 3
    assert market.space.voted(*sought) == market.alone.voted(*sought)
    assert together.seek_originals(suspect) == alone.seek_originals(suspect)
    assert len(set(processes(market.shards))) == 2


@pytest.mark.rule("B4", "F2")
def test_a_process_that_is_killed_while_others_search_is_missed_by_nobody(market: Market) -> None:
    first, wrong, stop = processes(market.shards), list[object](), threading.Event()

    def search() -> None:
        while not stop.is_set():
            if not all(market.space.knows(known) for known in market.alone.digests):
                wrong.append("a picture that is filed is not known")

    searcher = threading.Thread(target=search)
    searcher.start()
    try:
        os.kill(first[0], signal.SIGKILL)
        assert market.space.follow() == market.alone.follow()
        again = processes(market.shards)
    finally:
        stop.set()
        searcher.join()
    assert wrong == []
    assert again[0] != first[0] and again[1] == first[1]
    assert not market.space.knows(digest(1))


@pytest.mark.rule("F2")
def test_who_cannot_wait_for_a_shard_is_told_to_come_again(market: Market) -> None:
    stopped = processes(market.shards)[1]
    os.kill(stopped, signal.SIGSTOP)
    try:
        with shared(market.place, patience=0.3) as impatient, pytest.raises(TooBusy):
            impatient.ask(Ask("filings"))
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert processes(market.shards)[1] == stopped


def test_a_question_that_a_shard_can_never_answer_is_no_matter_of_load(market: Market) -> None:
    before = processes(market.shards)
    for _ in range(2):
        with pytest.raises(ShardBroken, match="KeyError: 'nowhere'"):
            market.shards.ask(Ask("nowhere"))
    assert processes(market.shards) == before


def test_what_is_away_may_be_asked_for_again_and_a_fault_is_logged_with_its_trace(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Away(Stored):
        def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
            raise VaultAway("the store of pictures is away")

    marks, store = Marks(Standing()), Away()
    part = ShardRows(store, 0, 1)
    shard = Shard([Space("filings", part, store, marks, tmp_path, file_suffix(0, 1))], part)
    away, fault = answered(shard, Ask("filings")), answered(shard, Ask("nowhere"))
    assert (away.failed, away.broken) == ("VaultAway: the store of pictures is away", "")
    assert (fault.failed, fault.broken) == ("", "KeyError: 'nowhere'")
    assert [bool(one.exc_info) for one in caplog.records] == [False, True]


def test_an_answer_that_cannot_be_read_is_said_to_be_one_and_leaves_no_connection() -> None:
    with TemporaryDirectory(prefix="o-") as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{folder}/s")
        listening.listen()
        process, ends = Process(ShardPlace(0, 1, "", "", None, "", f"{folder}/s"), FOR_EVER), time.monotonic() + FOR_EVER
        channel = process.asked(b"a question", ends)
        there, _ = listening.accept()
        with there:
            send(there, b"\xc1")  # no message of this kind begins so
            with pytest.raises(ShardBroken, match="cannot be read"):
                process.answer(channel, b"a question", ends)
            assert receive(there) == b"a question"
            with pytest.raises(EOFError):
                receive(there)


@pytest.mark.rule("F2")
def test_a_shard_that_cannot_start_is_not_started_without_end_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    runtime = TemporaryDirectory(prefix="o-")
    request.addfinalizer(runtime.cleanup)
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime.name)
    store = tmp_path / "store"
    store.write_text("no store")
    with shared(Place(str(store), str(tmp_path / "vault")), again=2 * FOR_EVER) as shards:
        for _ in range(2):
            with pytest.raises(TooBusy, match=r"shard \d of 2 .* cannot be started: its process ended with 1, and the log says why"):
                shards.ask(Ask("filings"))
    told = [one.getMessage().partition(" of ")[0] for one in caplog.records]
    assert told and len(told) == len(set(told))  # each once


def test_sockets_and_locks_of_killed_processes_are_taken_away_and_of_nobody_else(tmp_path: Path) -> None:
    held, killed = tmp_path / "held.socket", tmp_path / "killed.socket"
    for address in (held, killed):
        address.touch()
        lock_of(str(address)).touch()
    lock = os.open(lock_of(str(held)), os.O_RDWR)
    assert locked(lock, lock_of(str(held)))
    clear_away(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held.socket", "held.socket.lock"]
    os.close(lock)


def test_when_nobody_is_connected_any_more_nothing_is_left_of_them(market: Market) -> None:
    last = processes(market.shards)
    assert len(list(market.folder.iterdir())) == 4
    market.shards.close()
    ends = time.monotonic() + FOR_EVER
    while list(market.folder.iterdir()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert set(processes(market.shards)).isdisjoint(last)  # who asks again starts others
