"""The Merkle tree of RFC 6962 and RFC 9162: roots, proofs, and how anyone checks them.

A tree of `size` leaves is made of perfect subtrees. `Nodes.node(level, index)` is the root of the perfect subtree over the
leaves `index * 2**level` to `(index + 1) * 2**level - 1`; such a node never changes once its leaves are there, which is why
proofs at any past size can be made from the nodes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Protocol

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


class Nodes(Protocol):
    """Where the roots of perfect subtrees come from."""

    def node(self, level: int, index: int) -> bytes:
        """The root of the perfect subtree number `index` of 2**`level` leaves; level 0 is a leaf's hash."""
        ...


class MemoryNodes:
    """A tree whose leaf hashes are in memory: for short trees, and the verifier's chunks."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels = levels_of(leaves)

    def node(self, level: int, index: int) -> bytes:
        return self.levels[level][index]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (RFC 9162, 2.1.1): SHA-256 of a zero byte and the data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of a one byte and both children."""
    return sha256(b"\x01" + left + right).digest()


def parents(children: Sequence[bytes]) -> list[bytes]:
    """The next level up; a last child without a sibling has no perfect parent and is left out."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(children[::2], children[1::2], strict=False)]


def levels_of(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Every perfect subtree over the leaves, level by level."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        levels.append(parents(levels[-1]))
    return levels


def perfect_subtrees(low: int, high: int) -> Iterator[tuple[int, int]]:
    """The (level, index) of the perfect subtrees that make up the leaves from `low` to `high`, left to right.

    `low` must be a multiple of the first one's width, as it is in every range that the RFC's recursion reaches.
    """
    while low < high:
        level = (high - low).bit_length() - 1
        yield level, low >> level
        low += 1 << level


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees, given from left (wide) to right (narrow)."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def range_root(nodes: Nodes, low: int, high: int) -> bytes:
    """The root over the leaves from `low` to `high`, exclusive."""
    return folded([nodes.node(level, index) for level, index in perfect_subtrees(low, high)])


def root(nodes: Nodes, size: int) -> bytes:
    """The root of the tree when it had `size` leaves."""
    return range_root(nodes, 0, size)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of all leaves, given one after another: memory does not grow with them."""
    subtrees: list[bytes] = []
    for number, node in enumerate(leaves):
        while number & 1:
            number, node = number >> 1, node_hash(subtrees.pop(), node)
        subtrees.append(node)
    return folded(subtrees)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards. Raises ValueError out of range."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(range_root(nodes, middle, high))
            high = middle
        else:
            path.append(range_root(nodes, low, middle))
            low = middle
    return path[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """What shows that the tree of `old` leaves is a prefix of the tree of `new` leaves. Raises ValueError out of range."""
    if not 0 <= old <= new:
        raise ValueError(f"no tree of {old} leaves before one of {new}")
    if old == 0:
        return []
    path: list[bytes] = []
    low, high, known = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(range_root(nodes, middle, high))
            high = middle
        else:
            path.append(range_root(nodes, low, middle))
            low, known = middle, False
    return path[::-1] if known else [range_root(nodes, low, high), *path[::-1]]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf with the hash `leaf` is number `index` in the tree of `size` leaves with that root (RFC 9162, 2.1.3.2)."""
    return root_from_inclusion(leaf, index, size, proof) == root


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a proof of inclusion leads to; None where it leads to none."""
    if not 0 <= index < size:
        return None
    node, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            reached = node_hash(sibling, reached)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    return reached if last == 0 else None


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    reached_old = reached_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            reached_old = node_hash(sibling, reached_old)
            reached_new = node_hash(sibling, reached_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            reached_new = node_hash(reached_new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and reached_old == old_root and reached_new == new_root
