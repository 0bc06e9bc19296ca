"""The look at a listing's pictures: slow, so made once a command, outside of what is tried again (rule F2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from application.acting import Act, Conflict, Platform
from application.index import FingerprintsHead
from application.patience import ENDLESS, Patience, insist
from application.ports import Inspection, MatchResult, PictureMatch, Pieces, Upload, Vault
from domain.events.listing import ListingPicture

AT_ONCE = 4
"""Pictures of a set that are read and compared at one time."""


class ListingReview:
    """What one feed's pictures are and what they are like: slow, so made once and kept from try to try.

    The try that finds it missing or overtaken makes it and gives way: the command runs again from the clock on.
    """

    def __init__(self, patience: Patience = ENDLESS) -> None:
        """`patience` is what is left of the time that the request may take."""
        self._patience = patience
        self._inspected: dict[str, Inspection] | None = None
        self._found: dict[str, list[PictureMatch]] = {}
        self._pieces: dict[str, Pieces] = {}
        self._upto = 0

    def of(self, act: Act, files: Mapping[str, Upload]) -> dict[str, Inspection]:
        """What each picture is, by digest, compared with every picture filed by now. A hostile one has flaws and no pixels.

        Raises Conflict after slow work, whose result the next try finds; TooBusy where patience ended before it was done.
        """
        if self._inspected is None:
            self._inspected = self._inspect(act.platform, files)
            self._catch_up(act.platform, self._inspected)
            raise Conflict("the pictures were read")
        if _readable(self._inspected) and act.ask(FingerprintsHead("filings")) > self._upto:
            self._catch_up(act.platform, self._inspected)
            raise Conflict("pictures were filed in the meantime")
        return self._inspected

    def found(self) -> list[tuple[str, list[PictureMatch]]]:
        """The filed pictures that each picture, and each further frame of a moving one, is like, by its digest."""
        return list(self._found.items())

    def pictures(self) -> tuple[ListingPicture, ...]:
        """The pictures as they are recorded: what each is, and how much of it was looked at."""
        return tuple(self._picture(digest, inspection) for digest, inspection in (self._inspected or {}).items())

    def _picture(self, digest: str, inspection: Inspection) -> ListingPicture:
        known = [Pieces(*inspection.frames)] if inspection.frames[1] > 1 else []
        known += [pieces for one in every(inspection) if (pieces := self._pieces.get(one.digest)) is not None]
        looked, of = sum(one.looked for one in known), sum(one.of for one in known)
        return ListingPicture(
            digest,
            inspection.width,
            inspection.height,
            inspection.fingerprint or b"",
            frames=tuple(frame.digest for frame in inspection.further),
            looked=looked if of else 1,
            of=of or 1,
            unseen_because=_because(inspection),
        )

    def _inspect(self, platform: Platform, files: Mapping[str, Upload]) -> dict[str, Inspection]:
        """Read the pictures and compare them with what is filed, a few at a time: what was made of one is still at hand then."""
        inspected: dict[str, Inspection] = {}
        filed = platform.store.ask(FingerprintsHead("filings")) > 0
        uptos: list[int] = []
        for first in range(0, len(files), AT_ONCE):
            part = dict(list(files.items())[first : first + AT_ONCE])
            inspections = dict(zip(part, platform.inspector.inspect_listings(list(part.values()), self._patience), strict=True))
            inspected |= inspections
            if filed and (readable := _readable(inspections)):
                uptos.append(self._take(readable, platform.matcher.seek_originals_of_many(readable, self._patience)))
        self._upto = min(uptos, default=0)
        return inspected

    def _catch_up(self, platform: Platform, inspected: Mapping[str, Inspection]) -> None:
        """Compare with what was filed since; each round has less to do."""
        readable = _readable(inspected)
        while readable and platform.store.ask(FingerprintsHead("filings")) > self._upto:
            insist(self._patience)
            self._upto = self._take(readable, platform.matcher.seek_originals_since(readable, self._upto))

    def _take(self, sought: Sequence[Inspection], results: Sequence[MatchResult]) -> int:
        """Keep what was found; up to which row of the fingerprints all of it was sought."""
        for inspection, result in zip(sought, results, strict=True):
            self._found.setdefault(inspection.digest, []).extend(result.found)
            if result.pieces is not None:
                self._pieces.setdefault(inspection.digest, result.pieces)
        return min(result.upto for result in results)


def _readable(inspected: Mapping[str, Inspection]) -> list[Inspection]:
    return [one for inspection in inspected.values() if not inspection.flaws for one in every(inspection)]


def every(inspection: Inspection) -> tuple[Inspection, ...]:
    """The picture, and the further frames of a moving one, each to be sought by itself."""
    return (inspection, *inspection.further)


def _because(inspection: Inspection) -> str | None:
    """Why a picture was not looked at: what its container or its decoder said, else the rule."""
    if not inspection.flaws:
        return None
    flaw = inspection.flaws[0]
    return flaw.measured if flaw.code == "unreadable" and isinstance(flaw.measured, str) else flaw.code


def keep_frames(vault: Vault, inspection: Inspection) -> None:
    """Store what was made of the further frames of a moving picture; before the event that names them."""
    for frame in inspection.further:
        for kind, content in (("scaled", frame.scaled), ("thumbnail", frame.thumbnail)):
            if content is not None:
                vault.put(kind, frame.digest, content)
