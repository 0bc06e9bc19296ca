"""Tamper evidence over one log, as the rest of the product uses it (rules B5, G4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from adapters.evidence.attestation import Attestations, NoAttestations, attested, authorities_of
from adapters.evidence.bundle import MissingFile, write_bundle
from adapters.evidence.checkpoint import AnySigner, PublicKey, opened_checkpoint
from adapters.evidence.continuation import Continuation, new_continuation
from adapters.evidence.cose_receipt import cose_receipt
from adapters.evidence.export import Extras, merged, sealed_head, write_export
from adapters.evidence.keyfile import kept_head
from adapters.evidence.last_signed import LastSigned
from adapters.evidence.lines import Head
from adapters.evidence.log import EventRows, Leaf, LoggedEvent, StoredCheckpoint, Tick, TreeStore
from adapters.evidence.merkle import consistency_proof, inclusion_proof, leaf_hash, root, verify_inclusion
from adapters.evidence.reading import Tampered
from adapters.evidence.receipt import Receipt, new_receipt
from adapters.evidence.sequencer import TILE, StoredNodes, catch_up
from adapters.evidence.signing import Signing
from adapters.evidence.soundness import check_events
from adapters.evidence.tiles import TilePath, entry_bundle, hash_tile
from adapters.evidence.tlog_proof import TlogProof, proof_of


class NotYetSigned(Exception):
    """The checkpoint that will prove an event comes by the clock; it may be asked for again."""


class SignedCheckpoint(NamedTuple):
    """A signed note with the cosignatures under it, when it was signed (RFC 3339), and who cosigned."""

    note: str
    at: str
    witnesses: list[str]


class TamperEvidence:
    """The tree, the checkpoints and the proofs of a log. Every method may be called in many processes at once."""

    def __init__(
        self,
        log: EventRows,
        tree: TreeStore,
        signer: AnySigner,
        clock_now: Callable[[], datetime],
        last: LastSigned,
        attestations: Attestations | None = None,
    ) -> None:
        """`last` remembers, apart from the tree, what was signed last; `attestations` what others say of it.

        Raises Tampered when another key signed the tree before.
        """
        self._log = log
        self._tree = tree
        self._signer = signer
        self._last = last
        self._attestations = attestations or NoAttestations()
        self._signing = Signing(log, tree, signer, clock_now, last)

    @property
    def public_key(self) -> PublicKey:
        """The log's public key."""
        return self._signer.public

    def public_key_text(self) -> str:
        """The log's public key in its one-line form."""
        return self._signer.public.text

    def catch_up(self, most: int | None = None) -> int:
        """Number what the log holds now, or about `most` events of it; the tree's size. Raises Tampered when the tree lost something."""
        return catch_up(self._log, self._tree, most=most)

    def size(self) -> int:
        """How many events are numbered."""
        return self._tree.tail()[0]

    def behind(self) -> int:
        """How many positions of the log are not numbered yet; there may be fewer events."""
        return self._log.head() - self._tree.tail()[1]

    def signed_size(self) -> int:
        """How many events the latest checkpoint has; 0 before the first. Raises Tampered when it is not this key's."""
        latest = self._signing.latest()
        return latest.size if latest else 0

    def checkpoint(self) -> str:
        """Sign the log as it is now, and return the note; a size that was signed before gives the same note again.

        Raises Tampered when the tree no longer continues what was signed before: a log never signs two histories.
        """
        return self._signing.now().note

    def last_checkpoint(self) -> SignedCheckpoint:
        """What was signed last, with what others say of it; where nothing was, it is signed now. Raises Tampered."""
        stored = self._tree.latest_checkpoint() or self._signing.now()
        self._signing.own(stored)
        lines = self._attestations.lines(stored.size)
        return SignedCheckpoint(
            attested(stored.note, stored.size, self._attestations).checkpoint, stored.at, [line.split()[1] for line in lines]
        )

    def verify_signed(self) -> int:
        """The size of the tree, which continues what was signed last and whose last leaf is the log's. Signs nothing. Raises Tampered."""
        return self._signing.verified()

    def check_events(self) -> int:
        """How many events are numbered, each compared with the log. Raises Tampered, naming the first that is not the one it was."""
        return check_events(self._log, self._tree)

    @property
    def signs(self) -> bool:
        """Whether the key is here."""
        return self._signer.present

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` leaves is a prefix of the one of `new`. Raises ValueError out of range."""
        return consistency_proof(StoredNodes(self._tree), old, self._bounded(new))

    def continuation(self, note: str) -> Continuation:
        """That the log as it is now begins with the one of an earlier checkpoint, whose note this is.

        Raises NoteError where this key did not sign it, Tampered where the log does not begin so.
        """
        earlier = opened_checkpoint(note, self._signer.public)
        self._signing.reached(self.catch_up(), [earlier])  # before anything else is signed
        latest = self._signing.now()
        later = attested(latest.note, latest.size, self._attestations).checkpoint
        return new_continuation(note, later, self.consistency(earlier.size, latest.size), self._signer.public)

    def root(self, size: int) -> bytes:
        """The root at a size. Raises ValueError out of range."""
        return root(StoredNodes(self._tree), self._bounded(size))

    def _bounded(self, size: int) -> int:
        if not 0 <= size <= (known := self._tree.tail()[0]):
            raise ValueError(f"the tree has {known} leaves, not {size}")
        return size

    def tick(self, number: int) -> None:
        """Sign the log as of now for the interval of that number, unless that was done, or nothing came since the last time.

        These are the checkpoints that members' receipts use: they come by the clock, so that nobody's act makes one. Raises Tampered.
        """
        last = self._tree.last_tick()
        if (last is not None and last.number >= number) or self.catch_up() == (last.size if last else 0):
            return
        self._tree.keep_tick(Tick(number, self._signing.now().size))

    def ticked(self) -> str | None:
        """The note of the last checkpoint that came by the clock."""
        tick = self._tree.last_tick()
        stored = None if tick is None else self._tree.checkpoint(tick.size)
        return None if stored is None else stored.note

    def attested_checkpoint(self) -> str:
        """The last checkpoint that others attest, with the cosignatures under it, or one of now where there is none. Raises Tampered."""
        known = self._attestations.last(0)
        stored = (None if known is None else self._tree.checkpoint(known)) or self._signing.now()
        return attested(stored.note, stored.size, self._attestations).checkpoint

    def tile(self, path: TilePath) -> bytes | None:
        """A tile of hashes or of events; None where the log does not reach so far. Raises Tampered."""
        self.catch_up()
        if path.level is None:
            return entry_bundle(self._log, self._tree, path.number, path.width)
        return hash_tile(self._tree, path.level, path.number, path.width)

    def only_reads(self, path: TilePath) -> bool:
        """Whether the events of a bundle are nothing but that somebody read."""
        first = self._tree.leaf(path.number * TILE)
        rows = self._log.read(first.notification_id - 1, path.width) if first else []
        return all(row.topic == "HistoryRead" for row in rows)

    def receipt(self, event_id: str) -> Receipt:
        """The receipt of an event under the first checkpoint by the clock that has it, or the first that others attest.

        So no act of anybody's makes one. Raises KeyError, NotYetSigned, and Tampered when the stored event is no longer the numbered one.
        """
        leaf = self._leaf_of(event_id)
        tick = self._tree.first_tick(leaf.n + 1)
        size = self._attestations.first_tick(leaf.n + 1) or (tick.size if tick else 0)
        signed = self._tree.checkpoint(size)
        if signed is None:
            raise NotYetSigned
        return self._receipt(leaf, signed)

    def receipts(self, event_ids: Iterable[str]) -> list[Receipt]:
        """The receipts of many events under one checkpoint: the last that others attest, if it has them all, else one of now.

        Raises KeyError and Tampered as `receipt`.
        """
        leaves = [self._leaf_of(event_id) for event_id in event_ids]
        known = self._attestations.last(max((leaf.n + 1 for leaf in leaves), default=0))
        signed = (None if known is None else self._tree.checkpoint(known)) or self._signing.now()
        return [self._receipt(leaf, signed) for leaf in leaves]

    def proof(self, event: str) -> TlogProof:
        """The `.tlog-proof` of an event, given by its id or its number. Raises KeyError and Tampered as `receipt`."""
        (receipt,) = self.receipts([self._named(event).event_id])
        return proof_of(receipt)

    def cose_receipt(self, event: str) -> bytes:
        """The COSE receipt of an event, given likewise, over the same root. Raises KeyLost; KeyError and Tampered as `receipt`."""
        (receipt,) = self.receipts([self._named(event).event_id])
        return cose_receipt(receipt, self._signer.sign_structure)

    def receipt_of_now(self, event: str) -> Receipt:
        """The receipt of an event, given by its id or its number, under a checkpoint of now. Raises KeyError and Tampered as `receipt`."""
        signed = self._signing.now()
        return self._receipt(self._named(event), signed)

    def receipt_under_last(self, event: str) -> Receipt:
        """The same under the checkpoint that was signed last, where that has the event."""
        latest, leaf = self._tree.latest_checkpoint(), self._leaf_numbered(event) or self._tree.leaf_of(event)
        if latest is None or leaf is None or leaf.n >= latest.size:
            return self.receipt_of_now(event)
        return self._receipt(leaf, latest)

    def _named(self, event: str) -> Leaf:
        self.catch_up()  # a number is known only once it was given
        leaf = self._leaf_numbered(event)
        return self._leaf_of(event) if leaf is None else leaf

    def _leaf_numbered(self, event: str) -> Leaf | None:
        return self._tree.leaf(int(event)) if event.isascii() and event.isdigit() and len(event) < 16 else None

    def _receipt(self, leaf: Leaf, stored: StoredCheckpoint) -> Receipt:
        rows = self._log.read(leaf.notification_id - 1, 1)
        if not rows or rows[0].notification_id != leaf.notification_id or leaf_hash(rows[0].state) != leaf.leaf_hash:
            raise Tampered("is not the one that was recorded", leaf.n, leaf.event_id)
        signed = self._signing.own(stored)
        proof = inclusion_proof(StoredNodes(self._tree), leaf.n, signed.size)
        if not verify_inclusion(leaf.leaf_hash, leaf.n, signed.size, proof, signed.root):
            raise Tampered("is not in the tree that was signed", leaf.n, leaf.event_id)
        shown = attested(stored.note, stored.size, self._attestations)
        receipt = new_receipt(leaf.n, signed.size, rows[0].state, proof, shown.checkpoint, self._signer.public)
        return msgspec.structs.replace(receipt, timestamps=shown.timestamps, authorities=authorities_of([shown], self._attestations))

    def _leaf_of(self, event_id: str) -> Leaf:
        leaf = self._tree.leaf_of(event_id)
        if leaf is None:
            self.catch_up()
            leaf = self._tree.leaf_of(event_id)
        if leaf is None:
            raise KeyError(event_id)
        return leaf

    def export(self, file: BinaryIO, extras: Extras | None = None) -> int:
        """Write everything until now into the file, which can then be verified by itself. Returns the number of events.

        Where the key is not here it is everything up to what was signed last, under the head that was sealed then. Raises KeyLost.
        """
        if not self._signer.present:
            return write_export(file, self._log, self._tree, kept_head(self._last.directory))
        return write_export(file, self._log, self._tree, self.sealed_head(extras or Extras()))

    def sealed_head(self, extras: Extras, size: int | None = None) -> Head:
        """The first line of an export of everything until now, or up to a size that has a checkpoint. Raises KeyLost."""
        return sealed_head(self._tree, self._signer, self._signing.now().size if size is None else size, extras, self._attestations)

    def everything(self) -> tuple[StoredCheckpoint, Iterator[tuple[int, bytes, LoggedEvent]]]:
        """The checkpoint of now, and all events that it is of, each with its number and its leaf's hash in hex, empty where it has none."""
        signed = self._signing.now()
        return signed, merged(self._log, self._tree, signed.size)

    def seal(self, text: str) -> str:
        """The text as a note that the log's key signed; no text that could be taken for a checkpoint. Raises KeyLost."""
        return self._signer.sign(text)

    def bundle(
        self, path: Path, page_html: str, files: Mapping[str, bytes], receipts: Iterable[Receipt], missing: Sequence[MissingFile] = ()
    ) -> None:
        """Write a case bundle. Receipts may be `withheld()` first. Raises ValueError for a file's name that cannot be."""
        write_bundle(path, page_html, files, list(receipts), self._signer, missing)
