"""Recorded likenesses looked at again under the matcher's present version; what is recorded stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from adapters.pictures.exam import examine
from adapters.pictures.marks import Marks, Suspect, decoded
from adapters.pictures.store import layer_in
from application.ports import Vault
from domain.picture import Likeness

MOVED = 0.02
"""By how much of a side, or of the share covered, a region is another one."""


class Rematched(NamedTuple):
    """A pair by its digests, the likeness as recorded, and as it would be found now; None where the vault has lost a picture."""

    suspect: str
    original: str
    was: Likeness
    now: Likeness | None

    @property
    def relocated(self) -> bool:
        """Whether the verdict stands and another part of either picture is told than was: by more than `MOVED`."""
        if self.now is None or self.now.verdict is not self.was.verdict:
            return False
        return self.now.whole is not self.was.whole or any(
            abs(a - b) > MOVED for a, b in zip(_places(self.now), _places(self.was), strict=True)
        )


def _places(likeness: Likeness) -> list[float]:
    boxes = (likeness.region, likeness.original_region)
    return [likeness.transform.covers, *(edge for box in boxes for edge in (box.left, box.top, box.right, box.bottom))]


def reexamine(recorded: Iterable[tuple[str, str, Likeness]], vault: Vault, marks: Marks | None = None) -> Iterator[Rematched]:
    """For each (suspect's digest, original's digest, recorded likeness) the same pair examined anew."""
    marks = marks or Marks()
    for suspect, original, was in recorded:
        yield Rematched(suspect, original, was, _now(suspect, original, vault, marks))


def _now(suspect: str, original: str, vault: Vault, marks: Marks) -> Likeness | None:
    try:
        views = [Suspect(decoded(vault.get("scaled", digest)), marks) for digest in (suspect, original)]
        features = marks.features(views[1], layer_in(vault, original))
    except (KeyError, ValueError):
        return None
    return examine(views[0], features, marks.version, same_bytes=suspect == original).likeness
