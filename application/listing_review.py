"""The look at a listing's pictures: slow, so made once a command, outside of what is tried again (rule F2)."""

from __future__ import annotations

from collections.abc import Mapping

from application.acting import Act, Conflict, Platform
from application.index import FingerprintsHead
from application.patience import ENDLESS, Patience, insist
from application.ports import Inspection, PictureMatch, Pieces, Upload, Vault
from domain.events.listing import ListingPicture


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
            inspections = act.platform.inspector.inspect_listings(list(files.values()), self._patience)
            self._inspected = dict(zip(files, inspections, strict=True))
            self._seek(act.platform)
            raise Conflict("the pictures were read")
        if self._readable() and act.ask(FingerprintsHead("filings")) > self._upto:
            self._seek(act.platform)
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

    def _readable(self) -> list[Inspection]:
        return [one for inspection in (self._inspected or {}).values() if not inspection.flaws for one in every(inspection)]

    def _seek(self, platform: Platform) -> None:
        """Compare with what was filed so far; each round has less to do."""
        readable, matcher = self._readable(), platform.matcher
        while readable and platform.store.ask(FingerprintsHead("filings")) > self._upto:
            first = self._upto == 0
            insist(self._patience)
            sought = (
                matcher.seek_originals_of_many(readable, self._patience) if first else matcher.seek_originals_since(readable, self._upto)
            )
            for inspection, one in zip(readable, sought, strict=True):
                self._found.setdefault(inspection.digest, []).extend(one.found)
                if one.pieces is not None:
                    self._pieces.setdefault(inspection.digest, one.pieces)
            self._upto = min(one.upto for one in sought)


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
