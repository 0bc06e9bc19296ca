"""An in-memory copy of one space of the stored fingerprints, which follows them row by row."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from adapters.pictures import limits
from adapters.pictures.codes import Codes, Local
from adapters.pictures.features import Floats
from adapters.pictures.leading import Line, leading
from adapters.pictures.marks import Marks, Suspect, decoded
from adapters.pictures.snapshot import Snapshot, load, save
from adapters.pictures.vectors import VectorIndex
from adapters.pictures.votes import VoteIndex
from application.ports import FingerprintRow, Fingerprints, Vault

SPACES: Final = ("filings", "listings")
_log = logging.getLogger(__name__)


class CopySpace(Protocol):
    """What a search asks of the pictures of one space, wherever their index is. Raises TooBusy where it cannot be asked in time."""

    def follow(self) -> int:
        """Read the rows written since; the number of the last row read."""
        ...

    def knows(self, digest: str) -> bool:
        """Whether that very picture is there."""
        ...

    def nearest(self, sought: Floats, most: int) -> list[Line]:
        """For each unit vector its nearest pictures with their cosines."""
        ...

    def voted(self, sought: Sequence[Local], wholes: Codes, most: int) -> list[Line]:
        """Two lines: pictures by the codes that agree, with their votes, and by the hash of the whole, with minus the bits that differ."""
        ...


class Space:
    """The pictures of one space (`filings` or `listings`), searchable: fulfils `CopySpace`. Thread-safe."""

    def __init__(
        self, name: str, fingerprints: Fingerprints, vault: Vault, marks: Marks, folder: Path | None = None, shard: str = ""
    ) -> None:
        """Nothing is read before `follow`. In `folder` the index is kept from one start to the next, each `shard` in a file of its own."""
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
        self._file = None if folder is None or not marks.learned else folder / f"{name}{shard}.index"
        self._saved: int | None = None

    def knows(self, digest: str) -> bool:
        return digest in self.numbers

    def nearest(self, sought: Floats, most: int) -> list[Line]:
        return [self._named(line, most) for line in self.vectors.search(sought, most)]

    def voted(self, sought: Sequence[Local], wholes: Codes, most: int) -> list[Line]:
        return [self._named(line, most) for line in (self.votes.by_votes(sought, most), self.votes.by_hash(wholes, most))]

    def _named(self, found: list[tuple[int, float]], most: int) -> Line:
        return leading(((self.digests[number], score) for number, score in found), most)

    def follow(self) -> int:
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


def of_another_history(folder: Path, fingerprints: Fingerprints, marks: Marks, shard: str = "") -> list[str]:
    """The spaces whose index in `folder` was made of other pictures than the store has; a server makes it anew when it starts."""
    files = {name: file for name in SPACES if (file := folder / f"{name}{shard}.index").exists()}
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
