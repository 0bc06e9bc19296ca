"""What the application needs from outside, each as a protocol that an adapter fulfils."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from application.index import Lookup
from application.patience import ENDLESS, Patience
from domain.events import Sealed
from domain.picture import Flaw, Likeness
from domain.recorded import Recorded
from domain.rulebook import PictureRules

if TYPE_CHECKING:
    from application.command import Answer, Batch, IdempotencyKey

T = TypeVar("T")


class Clock(Protocol):
    """Every instant comes from here."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC; never earlier than it was. While it is doubted: the last one that was trusted."""
        ...

    def doubtful(self) -> bool:
        """Whether nothing is to be decided by it just now."""
        ...


class IdGenerator(Protocol):
    """Opaque random ids."""

    def new(self) -> str:
        """32 hex digits, random throughout."""
        ...


class Beginning(NamedTuple):
    """What every command begins with, as it was at one moment.

    `head` is the count of changes: it moves with every append, also with one that writes nothing but entries, and is 0 in a fresh
    store. `publications` is how many rulebooks and calendars there are; `kept` the fingerprint and the answer under the command's key.
    """

    head: int
    publications: int
    kept: tuple[str, Answer] | None


class Store(Protocol):
    """The log and the index beside it."""

    def load(self, stream: str) -> tuple[Recorded, ...]:
        """All events of a stream in order; empty where there is none."""
        ...

    def begin(self, key: IdempotencyKey | None) -> Beginning:
        """What every command looks at first."""
        ...

    def ask(self, lookup: Lookup[T]) -> T:
        """Answer a lookup of the index."""
        ...

    def append(self, batch: Batch) -> None:
        """Save an act whole or not at all.

        Raises application.acting.Conflict: an expected version, a unique key or an answer read has changed since.
        """
        ...

    def answer(self, key: IdempotencyKey) -> tuple[str, Answer] | None:
        """The fingerprint and the answer kept under a key."""
        ...

    def saved_answer(self, command_id: str) -> Answer | None:
        """The answer of a command that is in the log already, though its commit was never heard of."""
        ...


class Identity(NamedTuple):
    """Who a member is, outside the log."""

    member_id: str
    subject: str
    nickname: str | None
    categories: tuple[str, ...]


class Identities(Protocol):
    """Members by opaque id: the table that is kept apart from the log, so that a person can be forgotten."""

    def enrol(
        self, subject: str, nickname: str | None = None, categories: Sequence[str] | None = None, said_at: datetime | None = None
    ) -> Identity:
        """The identity of a subject, made where it is new, updated where nickname or categories are given and said later.

        `said_at` is wall time; none, or one that is to come, is now. An empty nickname or list is a word, None is none.
        """
        ...

    def by_subject(self, subject: str) -> Identity | None:
        """The identity of a marketplace's subject."""
        ...

    def by_nickname(self, nickname: str) -> Identity | None:
        """The member that bears the nickname now."""
        ...

    def beginning_with(self, name: str, most: int) -> list[Identity]:
        """The members whose nickname or subject begins with a text, by name, no more than so many."""
        ...

    def by_id(self, member_id: str) -> Identity | None:
        """The identity behind an opaque id; None where it was forgotten."""
        ...

    def by_ids(self, member_ids: Collection[str], subject: str | None = None) -> dict[str, Identity]:
        """The identities behind opaque ids, looked up together, without those that were forgotten.

        With `subject`, who bears that name is looked up with them for whoever asks `by_subject` in the same moment.
        """
        ...

    def forget(self, member_id: str, cases: tuple[str, ...] = ()) -> None:
        """Erase identity and key, and the keys of these cases, which are all that the member is or was a party to (rule H7)."""
        ...


class Sealer(Protocol):
    """Authenticated encryption under a key per person, or per case, kept apart from the log."""

    def seal(self, member_id: str, text: str) -> Sealed:
        """Seal a text under the key of a member, or of a case by its id, made where there is none."""
        ...

    def open(self, sealed: Sealed) -> str | None:
        """The text; None where the key was erased."""
        ...

    def seal_bytes(self, member_id: str, content: bytes) -> bytes:
        """Seal a file under the member's key."""
        ...

    def open_bytes(self, content: bytes) -> bytes | None:
        """The file; None where the key was erased."""
        ...

    def blind(self, member_id: str, text: str) -> str:
        """A keyed digest of a text, to find an equal one again (folder names)."""
        ...


class Inspection(Struct, frozen=True):
    """What one decode of an uploaded picture told (rules B2, B4).

    `digest` is the SHA-256 of the bytes in hex; `width` and `height` are in pixels after EXIF orientation, 0 where the
    picture could not be read. With `flaws` empty the rest is present: `scaled`, a JPEG or PNG in sRGB without metadata whose
    longer side is at most the rulebook's `scale_over`; `thumbnail`, a JPEG of at most 320 px; `fingerprint`, what an index
    keeps of the picture (at most 1 KiB for an original, with a clear ground 4 bytes more); `features`, a cache for proofs;
    `query`, what a search needs; with a clear ground `layer`, a WebP of what is drawn on it. Of a moving picture `further` are
    the frames that show something else, each with a digest of its own, and `frames` says how many were looked at, and of how
    many. `warnings` are codes of what the review found and does not refuse: `nothing_on_white`, where nothing is seen on white.
    """

    digest: str
    size: int
    format: str | None
    width: int
    height: int
    flaws: tuple[Flaw, ...]
    scaled: bytes | None = None
    thumbnail: bytes | None = None
    fingerprint: bytes | None = None
    features: bytes | None = None
    query: bytes | None = None
    further: tuple[Inspection, ...] = ()
    frames: tuple[int, int] = (1, 1)
    layer: bytes | None = None
    warnings: tuple[str, ...] = ()


class Upload(NamedTuple):
    """A file as it was sent."""

    name: str
    content: bytes


class Inspector(Protocol):
    """Machine review of hostile bytes: bounded memory and processor time, never raises on what a file contains."""

    def inspect_filings(self, files: Sequence[Upload], rules: PictureRules, patience: Patience = ENDLESS) -> list[Inspection]:
        """Review pictures to be filed (rule B2), in their order: every rule broken is named in `flaws`.

        Raises TooBusy where patience ends before all are reviewed.
        """
        ...

    def inspect_listings(self, files: Sequence[Upload], patience: Patience = ENDLESS) -> list[Inspection]:
        """Read pictures of a listing or of evidence: only what cannot safely be read is a flaw; the fingerprint is a listing's.

        Raises TooBusy where patience ends before all are read.
        """
        ...


class PictureMatch(NamedTuple):
    """One picture that the matcher found: its digest, and how alike."""

    digest: str
    likeness: Likeness


class Pieces(NamedTuple):
    """Into how many pieces a picture was cut (panes, cells, parts of a long page), and how many of them were sought within the budget."""

    looked: int
    of: int


class MatchResult(NamedTuple):
    """What was found, best first, verdicts `copy` and `suspicion` only, and up to which row of the fingerprints it was sought.

    `pieces` is None where the picture was sought as a whole only.
    """

    found: list[PictureMatch]
    upto: int
    pieces: Pieces | None = None


class FingerprintRow(NamedTuple):
    """A picture in a matcher's space: ascending number, digest, fingerprint."""

    seq: int
    digest: str
    fingerprint: bytes


class Fingerprints(Protocol):
    """The stored fingerprints, written in the transaction of the events that name the pictures. Spaces: `filings`, `listings`."""

    def rows(self, space: str, after: int) -> Iterable[FingerprintRow]:
        """The rows with a number greater than `after`, ascending."""
        ...

    def digests(self, space: str, upto: int) -> list[str]:
        """The digests of the rows with a number up to `upto` that have a fingerprint, ascending by number."""
        ...


class Vault(Protocol):
    """Pictures by digest, written and fsynced before the event that names them.

    Kinds: original, scaled, thumbnail, layer, features, evidence.
    """

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """Store durably; the same digest again is a no-op."""
        ...

    def get(self, kind: str, digest: str) -> bytes:
        """The stored bytes. Raises KeyError; ValueError where they are damaged."""
        ...


class Matcher(Protocol):
    """Finds the same picture in disguise (rules B4, F2). It follows `Fingerprints` by itself; `version` is recorded with every likeness."""

    @property
    def version(self) -> str:
        """Name and version, e.g. `sscd-sift/2`."""
        ...

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        """Which filed pictures the inspected one (a new filing, or a listing's picture) is a copy of."""
        ...

    def seek_copies(self, inspection: Inspection) -> MatchResult:
        """Which listing pictures already known are copies of the inspected new filing (rule F2)."""
        ...

    def seek_originals_since(self, inspections: Sequence[Inspection], after: int) -> list[MatchResult]:
        """`seek_originals` for many pictures among the fingerprints with a number greater than `after` only: quick where few came in."""
        ...

    def seek_among(self, inspection: Inspection, originals: Sequence[Inspection]) -> list[PictureMatch]:
        """Which of these pictures, not filed yet, the inspected one is a copy of: files of one request (rule B4)."""
        ...

    def seek_originals_of_many(self, inspections: Sequence[Inspection], patience: Patience = ENDLESS) -> list[MatchResult]:
        """`seek_originals` for many pictures in one call, in their order. Raises TooBusy where patience ends first."""
        ...
