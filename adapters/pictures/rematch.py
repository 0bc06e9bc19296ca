"""Recorded likenesses looked at again under the matcher's present version; what is recorded stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from adapters.pictures.exam import examine
from adapters.pictures.marks import Marks, Suspect, decoded
from application.ports import Vault
from domain.picture import Likeness


class Rematched(NamedTuple):
    """A pair by its digests, the likeness as recorded, and as it would be found now; None where the vault has lost a picture."""

    suspect: str
    original: str
    was: Likeness
    now: Likeness | None


def reexamine(recorded: Iterable[tuple[str, str, Likeness]], vault: Vault, marks: Marks | None = None) -> Iterator[Rematched]:
    """For each (suspect's digest, original's digest, recorded likeness) the same pair examined anew."""
    marks = marks or Marks()
    for suspect, original, was in recorded:
        yield Rematched(suspect, original, was, _now(suspect, original, vault, marks))


def _now(suspect: str, original: str, vault: Vault, marks: Marks) -> Likeness | None:
    try:
        views = [Suspect(decoded(vault.get("scaled", digest)), marks) for digest in (suspect, original)]
    except (KeyError, ValueError):
        return None
    return examine(views[0], marks.features(views[1]), marks.version, same_bytes=suspect == original).likeness
