"""What others than the log's operator say of a checkpoint, kept beside it: cosignatures of witnesses, and tokens of time (RFC 3161).

Each is kept once a checkpoint and a witness or authority; an authority's certificates are kept once, and its tokens without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

from msgspec import UNSET, Struct, UnsetType

from adapters.evidence.checkpoint import from_base64, to_base64
from adapters.evidence.cosignature import with_cosignatures


class Timestamp(Struct, frozen=True, forbid_unknown_fields=True):
    """A token over a checkpoint's text: the DER of it in base64, and the SHA-256 in hexadecimal of its authority's certificate."""

    token: str
    authority: str


class AttestedCheckpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """A checkpoint's note with the cosignatures under it, and the tokens over it."""

    checkpoint: str
    timestamps: list[Timestamp] | UnsetType = UNSET


class KeptToken(Struct, frozen=True):
    """A token as it is kept: its DER, the instant in it in seconds since 1970, and the digest of its authority's certificate."""

    size: int
    authority: str
    at: int
    token: bytes

    @property
    def shown(self) -> Timestamp:
        """As it is handed out."""
        return Timestamp(to_base64(self.token), self.authority)


class Contact(Struct, frozen=True):
    """How it stands with a witness or an authority: the last size that it attested, whether it does, and if not since when and why."""

    who: str
    size: int
    state: Literal["attests", "refused", "silent"] = "attests"
    failing_since: str | None = None
    why: str = ""


def failed(before: Contact | None, who: str, state: Literal["refused", "silent"], why: str, now: str) -> Contact:
    """How it stands after a try that failed: since now, or since it began to fail in this way."""
    since = before.failing_since if before and before.state == state else None
    return Contact(who, before.size if before else 0, state, since or now, why)


class Attestations(Protocol):
    """Where they are kept."""

    def lines(self, size: int) -> list[str]:
        """The cosignatures of a checkpoint, as lines of its note."""
        ...

    def tokens(self, size: int) -> list[KeptToken]:
        """The tokens over a checkpoint."""
        ...

    def certificates(self, authorities: Iterable[str]) -> dict[str, bytes]:
        """The certificates in DER, by their digests, of these authorities and of those above them."""
        ...

    def sizes(self, until: int) -> Iterable[int]:
        """The sizes of which anything is kept, ascending, up to and with `until`."""
        ...

    def last(self, size: int) -> int | None:
        """The greatest size of which anything is kept, if it is at least this."""
        ...

    def first_tick(self, size: int) -> int | None:
        """The least size from this on of a checkpoint by the clock of which anything is kept."""
        ...


class NoAttestations:
    """None are kept: what was signed stands alone."""

    def lines(self, size: int) -> list[str]:
        return []

    def tokens(self, size: int) -> list[KeptToken]:
        return []

    def certificates(self, authorities: Iterable[str]) -> dict[str, bytes]:
        return {}

    def sizes(self, until: int) -> Iterator[int]:
        return iter(())

    def last(self, size: int) -> int | None:
        return None

    def first_tick(self, size: int) -> int | None:
        return None


def attested(note: str, size: int, kept: Attestations) -> AttestedCheckpoint:
    """The checkpoint with all that is kept of it."""
    tokens = [token.shown for token in kept.tokens(size)]
    return AttestedCheckpoint(with_cosignatures(note, kept.lines(size)), tokens or UNSET)


def authorities_of(shown: Iterable[AttestedCheckpoint], kept: Attestations) -> list[str] | UnsetType:
    """The certificates that the tokens need, in base64; UNSET where there are none."""
    named = {one.authority for checkpoint in shown for one in checkpoint.timestamps or ()}
    return [to_base64(certificate) for certificate in kept.certificates(named).values()] if named else UNSET


def certificates_in(encoded: Sequence[str] | UnsetType) -> list[bytes]:
    """The certificates in DER. Raises NoteError."""
    return [from_base64(one) for one in encoded or ()]
