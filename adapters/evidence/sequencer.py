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
from adapters.evidence.log import Leaf, LogRow, LogSource, TreeNode, TreeStore
from adapters.evidence.merkle import leaf_hash, levels_of, node_hash

TILE_LEVELS = 8
TILE = 1 << TILE_LEVELS
BATCH = 2000
TILES_CACHED = 32


def catch_up(log: LogSource, tree: TreeStore, batch: int = BATCH) -> int:
    """Give every event that is in the log now its place in the tree. Returns the tree's size, which is at least that."""
    head = log.head()
    size, last = tree.tail()
    while last < head:
        rows = log.read(last, batch)
        if not rows:
            break
        leaves = _numbered(rows, size)
        if tree.append(leaves, _completed_nodes(tree, leaves)):
            size, last = size + len(leaves), rows[-1].notification_id
        else:
            size, last = tree.tail()
    return size


def _numbered(rows: Sequence[LogRow], size: int) -> list[Leaf]:
    return [Leaf(size + i, row.notification_id, event_id_of(row.state), leaf_hash(row.state)) for i, row in enumerate(rows)]


def _completed_nodes(tree: TreeStore, leaves: Sequence[Leaf]) -> list[TreeNode]:
    """The nodes of every eighth level that these leaves complete."""
    completed: list[TreeNode] = []
    level, first, added = 0, leaves[0].n, [leaf.leaf_hash for leaf in leaves]
    while added:
        start = first & -TILE
        hashes = tree.hashes(level, start, first) + added
        whole = len(hashes) // TILE
        added = [levels_of(hashes[i * TILE : (i + 1) * TILE])[-1][0] for i in range(whole)]
        level, first = level + TILE_LEVELS, start // TILE
        completed += [TreeNode(level, first + i, node) for i, node in enumerate(added)]
    return completed


class StoredNodes:
    """The tree's nodes, read a tile of 256 at a time."""

    def __init__(self, tree: TreeStore) -> None:
        self._tree = tree
        self._tiles: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """The root of a perfect subtree. Raises LookupError when its leaves are not all there."""
        if level % TILE_LEVELS == 0:
            return self._tile(level, index // TILE)[index % TILE]
        return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))

    def _tile(self, level: int, number: int) -> list[bytes]:
        key = (level, number)
        if key not in self._tiles:
            self._tiles[key] = self._tree.hashes(level, number * TILE, (number + 1) * TILE)
            if len(self._tiles) > TILES_CACHED:
                self._tiles.popitem(last=False)
        return self._tiles[key]
