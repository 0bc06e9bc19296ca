"""What a log's key signs: checkpoints, of which each continues those before it (rule G4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters.evidence.checkpoint import AnySigner, Checkpoint, NoteError, opened_checkpoint
from adapters.evidence.last_signed import LastSigned
from adapters.evidence.log import EventRows, StoredCheckpoint, TreeStore
from adapters.evidence.merkle import root
from adapters.evidence.reading import Tampered
from adapters.evidence.sequencer import StoredNodes, catch_up, check_continues
from adapters.wording.instants import instant


class Signing:
    """Signs the tree of a log; what was signed last is remembered beside the key too, so that no two histories are ever signed."""

    def __init__(self, log: EventRows, tree: TreeStore, signer: AnySigner, clock_now: Callable[[], datetime], last: LastSigned) -> None:
        """`last` remembers, apart from the tree, what was signed last. Raises Tampered when another key signed the tree before."""
        self._log = log
        self._tree = tree
        self._signer = signer
        self._clock_now = clock_now
        self._last = last
        self.latest()

    def now(self) -> StoredCheckpoint:
        """The checkpoint of the log as it is now, signed where that size was not signed before. Raises Tampered, KeyLost."""
        catch_up(self._log, self._tree)  # what takes long is done before the turn is taken
        if not self._signer.present:
            return self._signed_already()
        with self._last.turn():
            size, remembered, latest = catch_up(self._log, self._tree), self._last.read(), self.latest()
            reached = self.reached(size, [one for one in (remembered, latest) if one is not None])
            if remembered is None or remembered.size < size:
                # first beside the key: after a crash in between, what is remembered is a history that the tree still leads to
                self._last.keep(self._signer.sign(Checkpoint(self._signer.public.name, size, reached).text))
            return self._tree.checkpoint(size) or self._new_checkpoint(size, reached)

    def _signed_already(self) -> StoredCheckpoint:
        """The latest checkpoint where it is of now. Raises KeyLost where the key is not here and would have to sign."""
        latest = self._tree.latest_checkpoint()
        if latest is None or latest.size != self._tree.tail()[0]:
            self._signer.sign("")
        assert latest is not None
        return latest

    def verified(self) -> int:
        """The size of the tree, which continues what was signed last and whose last leaf is the log's. Signs nothing. Raises Tampered."""
        size = catch_up(self._log, self._tree)
        check_continues(self._log, self._tree, size)
        self.reached(size, [one for one in (self._last.read(), self.latest()) if one is not None])
        return size

    def latest(self) -> Checkpoint | None:
        """What the tree says was signed last. Raises Tampered where this key did not sign it."""
        stored = self._tree.latest_checkpoint()
        return None if stored is None else self.own(stored)

    def own(self, stored: StoredCheckpoint) -> Checkpoint:
        """What a stored checkpoint says. Raises Tampered."""
        try:
            return opened_checkpoint(stored.note, self._signer.public)
        except NoteError as error:
            own = self._signer.public.text
            raise Tampered(f"the stored checkpoint of size {stored.size} was not signed by the key that is here, {own}: {error}") from None

    def reached(self, size: int, signed: list[Checkpoint]) -> bytes:
        """The root at a size. Raises Tampered when the tree of that size does not continue what was signed."""
        nodes = StoredNodes(self._tree)
        for one in signed:
            if one.size > size:
                raise Tampered(f"the log has {size} events, and {one.size} were signed: something was removed")
            if root(nodes, one.size) != one.root:
                raise Tampered(f"the tree is not a continuation of the checkpoint of size {one.size}")
        return root(nodes, size)

    def _new_checkpoint(self, size: int, reached: bytes) -> StoredCheckpoint:
        note = self._signer.sign(Checkpoint(self._signer.public.name, size, reached).text)
        at = instant(self._clock_now())
        return self._tree.save_checkpoint(StoredCheckpoint(size, reached, at, note))
