"""A few pictures at hand, in the shape in which a matcher reads the stored ones: to seek among them alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from application.ports import FingerprintRow, Fingerprints, Inspection, Vault


class Later:
    """Fulfils `application.ports.Fingerprints`: the stored rows with a number greater than `after`."""

    def __init__(self, fingerprints: Fingerprints, after: int) -> None:
        self._fingerprints, self._after = fingerprints, after

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        yield from self._fingerprints.rows(space, max(after, self._after))

    def digests(self, space: str, upto: int) -> list[str]:
        return [row.digest for row in self.rows(space, 0) if row.seq <= upto and row.fingerprint]


class AtHand:
    """Fulfils `Fingerprints` and `Vault` for inspected pictures that are not stored yet."""

    def __init__(self, inspections: Sequence[Inspection]) -> None:
        self._inspections = {one.digest: one for one in inspections}

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        for number, one in enumerate(self._inspections.values(), start=1):
            if number > after and one.fingerprint is not None:
                yield FingerprintRow(number, one.digest, one.fingerprint)

    def digests(self, space: str, upto: int) -> list[str]:
        return [row.digest for row in self.rows(space, 0) if row.seq <= upto and row.fingerprint]

    def get(self, kind: str, digest: str) -> bytes:
        """Raises KeyError."""
        content: bytes | None = getattr(self._inspections[digest], kind, None)
        if content is None:
            raise KeyError(f"{kind}/{digest}")
        return content

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """Nothing is kept: the pictures are at hand already."""


def both(inspections: Sequence[Inspection]) -> tuple[Fingerprints, Vault]:
    """Fingerprints and vault of the pictures at hand."""
    at_hand = AtHand(inspections)
    return at_hand, at_hand
