"""Whether each event of the log is the one that was numbered, and the tree is the one of its leaves; in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.evidence.envelope import event_id_of
from adapters.evidence.log import EventRows, Leaf, LoggedEvent, TreeStore
from adapters.evidence.merkle import leaf_hash, levels_of
from adapters.evidence.reading import Tampered
from adapters.evidence.sequencer import TILE, TILE_LEVELS, lost

AT_ONCE: Final = 16 * TILE
"""Events compared at once: a whole number of tiles."""


def check_events(log: EventRows, tree: TreeStore) -> int:
    """How many events are numbered, each of which is in the log as it was. Raises Tampered, naming the first that is not."""
    size, last = tree.tail()
    after, level = 0, []
    for low in range(0, size, AT_ONCE):
        leaves = tree.leaves(low, min(low + AT_ONCE, size))
        rows = log.read(after, len(leaves))
        _check_same(low, leaves, rows)
        after = rows[-1].notification_id
        level += _tiles([leaf.leaf_hash for leaf in leaves])
    if log.head() < last:
        raise Tampered("the log ends before it", size - 1)
    _check_nodes(tree, level)
    return size


def _check_same(low: int, leaves: Sequence[Leaf], rows: Sequence[LoggedEvent]) -> None:
    for number, leaf in enumerate(leaves, low):
        if leaf.n != number:
            raise lost(0, number)
        row = rows[number - low] if number - low < len(rows) else None
        if row is None or row.notification_id > leaf.notification_id:
            raise Tampered("is missing in the log", number, leaf.event_id)
        if row.notification_id < leaf.notification_id:
            raise Tampered("was put in after this had been numbered", number, event_id_of(row.state) or None)
        if leaf_hash(row.state) != leaf.leaf_hash:
            raise Tampered("is not the one that was recorded", number, leaf.event_id)


def _tiles(hashes: list[bytes]) -> list[bytes]:
    return [levels_of(hashes[at : at + TILE])[-1][0] for at in range(0, len(hashes) - TILE + 1, TILE)]


def _check_nodes(tree: TreeStore, level: list[bytes]) -> None:
    """The stored nodes of every eighth level against those that the leaves give."""
    height = TILE_LEVELS
    while level:
        stored = tree.hashes(height, 0, len(level))
        for index, node in enumerate(level):
            if index >= len(stored):
                raise lost(height, index)
            if stored[index] != node:
                raise Tampered(f"node {index} of level {height} is not the one that its leaves give")
        level, height = _tiles(level), height + TILE_LEVELS
