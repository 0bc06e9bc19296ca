"""What tamper evidence needs of the store: the log to read, and a place of its own for the tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class LoggedEvent(NamedTuple):
    """An event as it is stored. `notification_id` ascends with the log and may have gaps; `state` is what a leaf hashes."""

    notification_id: int
    originator_id: str
    originator_version: int
    topic: str
    state: bytes


class EventRows(Protocol):
    """The stored events, in the order of the log."""

    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """At most `limit` events whose notification id is greater than `after`, ascending."""
        ...

    def head(self) -> int:
        """The greatest notification id, 0 when there is none."""
        ...


class Leaf(NamedTuple):
    """An event's place in the tree: its number from 0, without gaps."""

    n: int
    notification_id: int
    event_id: str
    leaf_hash: bytes


class TreeNode(NamedTuple):
    """The root of a perfect subtree, kept for the levels 8, 16, 24 and so on."""

    level: int
    idx: int
    hash: bytes


class StoredCheckpoint(NamedTuple):
    """A checkpoint that was signed: the tree's size and root, the instant (RFC 3339) and the whole note."""

    size: int
    root: bytes
    at: str
    note: str


class Tick(NamedTuple):
    """A checkpoint that came by the clock: the number of its interval since 1970, and the size that was signed."""

    number: int
    size: int


class TreeStore(Protocol):
    """Where leaves, nodes and checkpoints are kept; many processes may share it."""

    def tail(self) -> tuple[int, int]:
        """How many leaves there are, and the notification id of the last one (0 when there is none)."""
        ...

    def append(self, leaves: Sequence[Leaf], nodes: Sequence[TreeNode]) -> bool:
        """Add both in one transaction if the tree still ends where the first leaf begins; False when another was faster."""
        ...

    def hashes(self, level: int, low: int, high: int) -> list[bytes]:
        """The stored hashes of a level (0: leaves) from index `low` to `high`, exclusive, in order; only those before the first gap."""
        ...

    def leaf(self, n: int) -> Leaf | None:
        """The leaf with this number."""
        ...

    def leaf_of(self, event_id: str) -> Leaf | None:
        """The first leaf of the event with this id."""
        ...

    def leaves(self, low: int, high: int) -> Sequence[Leaf]:
        """The leaves numbered from `low` to `high`, exclusive, in order."""
        ...

    def save_checkpoint(self, checkpoint: StoredCheckpoint) -> StoredCheckpoint:
        """Keep a checkpoint; when one of its size is kept already, that one is the answer."""
        ...

    def checkpoint(self, size: int) -> StoredCheckpoint | None:
        """The checkpoint of exactly this size."""
        ...

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The checkpoint of the greatest size."""
        ...

    def checkpoint_sizes(self, until: int) -> Iterable[int]:
        """The sizes that have a checkpoint, ascending, up to and with `until`."""
        ...

    def keep_tick(self, tick: Tick) -> None:
        """Keep it; when one of its number is kept already, that one stays."""
        ...

    def last_tick(self) -> Tick | None:
        """The latest one."""
        ...

    def first_tick(self, size: int) -> Tick | None:
        """The earliest one of at least this size."""
        ...
