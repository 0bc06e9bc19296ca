"""The log as tiles (C2SP tlog-tiles): hashes of the tree, 256 at a time, and bundles of events, so that anybody can mirror the log.

Those who have the tiles make any proof for themselves. What the tree keeps are these very levels.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from adapters.evidence.log import EventRows, TreeStore
from adapters.evidence.merkle import leaf_hash
from adapters.evidence.reading import Tampered
from adapters.evidence.sequencer import TILE, TILE_LEVELS

PATH: Final = r"(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:x[0-9]{3}/){0,4}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"
"""What may stand after `tile/`: the level or `entries`, the number in groups of three digits, and the width where it is partial."""
ENTRIES: Final = "entries"
MOST_ENTRY_BYTES: Final = 65535
"""What the length before an entry can say."""


class TilePath(NamedTuple):
    """Which tile: its level (None for a bundle of events), its number, and how many hashes or events of it."""

    level: int | None
    number: int
    width: int


def tile_path(text: str) -> TilePath | None:
    """Read a path; None where it is not the one form of one."""
    if not re.fullmatch(PATH, text):
        return None
    level, _, rest = text.partition("/")
    digits, partial, width = rest.partition(".p/")
    groups = digits.replace("x", "").split("/")
    if (len(groups) > 1 and groups[0] == "000") or (partial and int(width) >= TILE):
        return None
    return TilePath(None if level == ENTRIES else int(level), int("".join(groups)), int(width) if partial else TILE)


def hash_tile(tree: TreeStore, level: int, index: int, width: int) -> bytes | None:
    """The hashes of a tile; None where the tree has not so many."""
    if level * TILE_LEVELS > 62:
        return None
    hashes = tree.hashes(level * TILE_LEVELS, index * TILE, index * TILE + width)
    return b"".join(hashes) if len(hashes) == width else None


def entry_bundle(log: EventRows, tree: TreeStore, index: int, width: int) -> bytes | None:
    """The stored bytes of the tile's events, each after its length in two bytes; None where the tree has not so many.

    Also None where one is longer than two bytes can say. Raises Tampered where an event is not the one that was numbered.
    """
    leaves = tree.leaves(index * TILE, index * TILE + width)
    if len(leaves) != width:
        return None
    rows = log.read(leaves[0].notification_id - 1, width)
    states = [row.state for row in rows]
    for leaf, state in zip(leaves, [*states, *[b""] * (width - len(states))], strict=True):
        if leaf_hash(state) != leaf.leaf_hash:
            raise Tampered("is not the one that was recorded", leaf.n, leaf.event_id)
    if any(len(state) > MOST_ENTRY_BYTES for state in states):
        return None
    return b"".join(len(state).to_bytes(2, "big") + state for state in states)
