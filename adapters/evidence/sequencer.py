"""Numbers the log's events 0, 1, 2 and so on, in the log's order, and grows the tree over them.

The store's own ids have gaps, a tree has none. Each batch is prepared without a lock and written in one transaction that
first checks that the tree still ends where the batch begins, so any number of processes can do this at once: a loser throws
its batch away and looks again. Stored are the leaves and the nodes of every eighth level; what lies between is at most 255
hashes away from them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from adapters.evidence.envelope import event_id_of
from adapters.evidence.log import EventRows, Leaf, LoggedEvent, TreeNode, TreeStore
from adapters.evidence.merkle import leaf_hash, levels_of, node_hash
from adapters.evidence.reading import Tampered

TILE_LEVELS = 8
TILE = 1 << TILE_LEVELS
BATCH = 2000
TILES_CACHED = 32


def catch_up(log: EventRows, tree: TreeStore, batch: int = BATCH, most: int | None = None) -> int:
    """Give every event that is in the log now its place in the tree, or about `most` of them. Returns the tree's size then.

    Raises Tampered when something that the tree is to grow from was taken out of it, or when the log has another event, or none,
    at the place of the last one that was numbered: then it is another history, such as one that was put back to an older state.
    """
    head = log.head()
    size, last = tree.tail()
    begun = size
    if head > last:
        check_continues(log, tree, size)
    while last < head and (most is None or size - begun < most):
        rows = log.read(last, batch)
        if not rows:
            break
        leaves = _numbered(rows, size)
        if tree.append(leaves, _completed_nodes(tree, leaves)):
            size, last = size + len(leaves), rows[-1].notification_id
        else:
            size, last = tree.tail()
    return size


def check_continues(log: EventRows, tree: TreeStore, size: int) -> None:
    """Raise Tampered unless the log has the event that was numbered last, at its place. One whose bytes tell no id passes here."""
    leaf = tree.leaf(size - 1) if size else None
    if leaf is None:
        return
    rows = log.read(leaf.notification_id - 1, 1)
    there = rows[0] if rows and rows[0].notification_id == leaf.notification_id else None
    if there is None or event_id_of(there.state) not in (leaf.event_id, ""):
        raise Tampered("the log has another event in its place, or none: it is not the history that was numbered", leaf.n, leaf.event_id)


def _numbered(rows: Sequence[LoggedEvent], size: int) -> list[Leaf]:
    return [Leaf(size + i, row.notification_id, event_id_of(row.state), leaf_hash(row.state)) for i, row in enumerate(rows)]


def _completed_nodes(tree: TreeStore, leaves: Sequence[Leaf]) -> list[TreeNode]:
    """The nodes of every eighth level that these leaves complete."""
    completed: list[TreeNode] = []
    level, first, added = 0, leaves[0].n, [leaf.leaf_hash for leaf in leaves]
    while added:
        start = first & -TILE
        before = tree.hashes(level, start, first)
        if len(before) != first - start:
            raise lost(level, start + len(before))
        hashes = before + added
        whole = len(hashes) // TILE
        added = [levels_of(hashes[i * TILE : (i + 1) * TILE])[-1][0] for i in range(whole)]
        level, first = level + TILE_LEVELS, start // TILE
        completed += [TreeNode(level, first + i, node) for i, node in enumerate(added)]
    return completed


def lost(level: int, index: int) -> Tampered:
    """The finding that something was taken out of the tree."""
    if level:
        return Tampered(f"node {index} of level {level} was taken out of the tree")
    return Tampered("its leaf was taken out of the tree", index)


class StoredNodes:
    """The tree's nodes, read a tile of 256 at a time."""

    def __init__(self, tree: TreeStore) -> None:
        self._tree = tree
        self._tiles: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """The root of a perfect subtree. Raises Tampered when its leaves are not all there."""
        if level % TILE_LEVELS == 0:
            tile = self._tile(level, index // TILE)
            if index % TILE >= len(tile):
                raise lost(level, index)
            return tile[index % TILE]
        return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))

    def _tile(self, level: int, number: int) -> list[bytes]:
        key = (level, number)
        if key not in self._tiles:
            self._tiles[key] = self._tree.hashes(level, number * TILE, (number + 1) * TILE)
            if len(self._tiles) > TILES_CACHED:
                self._tiles.popitem(last=False)
        return self._tiles[key]
