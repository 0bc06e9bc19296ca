"""An in-memory copy of one space of the stored fingerprints, which follows them row by row."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from adapters.pictures import limits
from adapters.pictures.marks import Marks, Suspect, decoded
from adapters.pictures.snapshot import Snapshot, load, save
from adapters.pictures.vectors import VectorIndex
from adapters.pictures.votes import VoteIndex
from application.ports import FingerprintRow, Fingerprints, Vault

_log = logging.getLogger(__name__)


class Space:
    """The pictures of one space (`filings` or `listings`), searchable. Thread-safe."""

    def __init__(self, name: str, fingerprints: Fingerprints, vault: Vault, marks: Marks, folder: Path | None = None) -> None:
        """Nothing is read before `follow`. In `folder` the index is kept from one start to the next."""
        self.name = name
        self._fingerprints = fingerprints
        self._vault = vault
        self._marks = marks
        self._lock = threading.Lock()
        self.vectors = VectorIndex()
        self.votes = VoteIndex()
        self.digests: list[str] = []
        self.numbers: dict[str, int] = {}
        self.upto = 0
        self._file = None if folder is None or not marks.learned else folder / f"{name}.index"
        self._saved: int | None = None

    def follow(self) -> int:
        """Read the rows written since; the number of the last row read."""
        with self._lock:
            self._restored()
            for row in self._fingerprints.rows(self.name, self.upto):
                if row.digest not in self.numbers:
                    self._add(row)
                self.upto = row.seq
            self._keep()
            return self.upto

    def _restored(self) -> None:
        """On the first call: start from the snapshot, where there is a good one."""
        if self._saved is not None:
            return
        self._saved = 0
        if self._file is not None and (found := load(self._file, self._marks.tag)) is not None and self._still_true(found):
            self.vectors.restore(found.vectors, found.pictures, len(found.digests))
            self.digests = found.digests
            self.numbers = {digest: number for number, digest in enumerate(found.digests)}
            self.upto = found.upto
            self._saved = len(found.digests)

    def _still_true(self, found: Snapshot) -> bool:
        """Whether the store has the very rows that a snapshot read: it may have been put back to an older state, and grown since."""
        return self._fingerprints.digests(self.name, found.upto) == found.digests

    def _keep(self) -> None:
        """Write a snapshot once the index has grown enough since the last one; without one a restart reads every row."""
        grown = len(self.digests) - (self._saved or 0)
        if self._file is None or grown < max(limits.SNAPSHOT_ROWS, len(self.digests) // 10):
            return
        try:
            save(self._file, self._marks.tag, self.upto, self.digests, self.vectors)
        except OSError as error:
            _log.warning("the index could not be kept in %s: %s", self._file, error)
        self._saved = len(self.digests)

    def _add(self, row: FingerprintRow) -> None:
        fingerprint: bytes | None = row.fingerprint
        if not row.fingerprint:
            return  # a picture that could not be read
        if not self._marks.reads(row.fingerprint):
            fingerprint = self._anew(row.digest)
        if fingerprint is None:
            return
        # first the digest, then the index: a search beside this finds no number without a digest
        self.numbers[row.digest] = len(self.digests)
        self.digests.append(row.digest)
        if self._marks.learned:
            self.vectors.add(self._marks.vectors_of(fingerprint))
        else:
            self.votes.add(*self._marks.codes_of(fingerprint))

    def _anew(self, digest: str) -> bytes | None:
        """The fingerprint of a picture that another matcher's version had indexed, taken from the vault; None where it is not there."""
        try:
            view = decoded(picture(self._vault, digest))
        except (KeyError, ValueError):
            _log.warning("no picture in the vault for a fingerprint of another version: %s", digest)
            return None
        suspect = Suspect(view, self._marks)
        if self.name != "filings":
            return self._marks.fingerprint(suspect, None)
        layer = layer_in(self._vault, digest)
        return self._marks.fingerprint(suspect, self._marks.features(suspect, layer), layer)


def of_another_history(folder: Path, fingerprints: Fingerprints, marks: Marks) -> list[str]:
    """The spaces whose index in `folder` was made of other pictures than the store has; a server makes it anew when it starts."""
    files = {name: file for name in ("filings", "listings") if (file := folder / f"{name}.index").exists()}
    tag = marks.tag if files else b""
    found = {name: load(file, tag) for name, file in files.items()}
    return [name for name, one in found.items() if one is not None and fingerprints.digests(name, one.upto) != one.digests]


def picture(vault: Vault, digest: str) -> bytes:
    """The scaled picture. Raises KeyError."""
    return vault.get("scaled", digest)


def layer_in(vault: Vault, digest: str) -> bytes | None:
    """What is drawn on a filed picture's clear ground; None where the ground is none, or was filed before layers were kept."""
    try:
        return vault.get("layer", digest)
    except KeyError:
        return None
