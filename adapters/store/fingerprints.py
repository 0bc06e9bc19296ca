"""The stored fingerprints, as a matcher follows them."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.store.engine import Database
from adapters.store.session import Row, Session
from application.ports import FingerprintRow

AT_ONCE = 2_000


class FingerprintTable:
    """Fulfils `application.ports.Fingerprints`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        while True:
            found = self._database.read(_rows, (space, after, AT_ONCE))
            for row in found:
                yield FingerprintRow(*row)
            if len(found) < AT_ONCE:
                return
            after = found[-1][0]

    def digests(self, space: str, upto: int) -> list[str]:
        return [digest for (digest,) in self._database.read(_digests, (space, upto))]


def _digests(s: Session, about: tuple[str, int]) -> list[Row]:
    return s.rows("SELECT digest FROM fingerprint WHERE space = ? AND seq <= ? AND LENGTH(fingerprint) > 0 ORDER BY seq", about)


def _rows(s: Session, about: tuple[str, int, int]) -> list[Row]:
    return s.rows("SELECT seq, digest, fingerprint FROM fingerprint WHERE space = ? AND seq > ? ORDER BY seq LIMIT ?", about)
