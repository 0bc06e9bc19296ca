"""The machine review of uploaded pictures: slow, so made once a command, outside of what is tried again (rules B2, B4).

The try that finds the review missing or overtaken makes it and gives way: the command then runs again from the clock on, so
that no picture is judged at an instant before the pictures it was compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from application.acting import Act, Conflict, Platform
from application.index import FilingsOfDigests, FingerprintsHead
from application.patience import ENDLESS, Patience, insist
from application.ports import Inspection, MatchResult, PictureMatch, Upload
from domain.filing import IDENTICAL, Kin
from domain.picture import Likeness
from domain.rulebook import PictureRules

KINDS = ("scaled", "thumbnail", "layer", "features")


class Reviewed(NamedTuple):
    """An uploaded file and what the machine found: filed pictures it is like, and earlier files of the same request it is like."""

    upload: Upload
    inspection: Inspection
    originals: tuple[PictureMatch, ...] = ()
    siblings: tuple[PictureMatch, ...] = ()


class Review:
    """The review of one command's pictures, kept from try to try. Not to be shared between commands."""

    def __init__(self, patience: Patience = ENDLESS) -> None:
        """`patience` is what is left of the time that the request may take."""
        self._patience = patience
        self._rules: PictureRules | None = None
        self._uploads: tuple[Upload, ...] = ()
        self._inspections: tuple[Inspection, ...] = ()
        self._siblings: tuple[tuple[PictureMatch, ...], ...] = ()
        self._found: dict[str, dict[str, PictureMatch]] = {}
        self._upto = 0

    def of(self, act: Act, uploads: Sequence[Upload], rules: PictureRules) -> list[Reviewed]:
        """The files reviewed under the rules and compared with every picture filed by now.

        Raises Conflict after slow work, whose result the next try finds; TooBusy where patience ended before it was done.
        """
        if self._rules != rules or self._uploads != tuple(uploads):
            self._inspect(act.platform, tuple(uploads), rules)
            self._seek(act.platform)
            raise Conflict("the pictures were reviewed")
        if self._found and act.ask(FingerprintsHead("filings")) > self._upto:
            self._catch_up(act.platform)
            raise Conflict("pictures were filed in the meantime")
        return [
            Reviewed(upload, inspection, tuple(self._found.get(inspection.digest, {}).values()), siblings)
            for upload, inspection, siblings in zip(self._uploads, self._inspections, self._siblings, strict=True)
        ]

    def _inspect(self, platform: Platform, uploads: tuple[Upload, ...], rules: PictureRules) -> None:
        inspections = platform.inspector.inspect_filings(uploads, rules, self._patience)
        siblings: list[tuple[PictureMatch, ...]] = []
        earlier: list[Inspection] = []
        for inspection in inspections:
            insist(self._patience)
            siblings.append(tuple(platform.matcher.seek_among(inspection, earlier)) if earlier and not inspection.flaws else ())
            if not inspection.flaws:
                earlier.append(inspection)
        self._uploads, self._rules = uploads, rules
        self._inspections, self._siblings = tuple(inspections), tuple(siblings)

    def _sound(self) -> list[Inspection]:
        """What can be filed as far as the machine review of each file goes."""
        return [inspection for inspection in self._inspections if not inspection.flaws]

    def _seek(self, platform: Platform) -> None:
        self._found, self._upto = {}, 0
        if self._sound():
            self._take(platform.matcher.seek_originals_of_many(self._sound(), self._patience))
            self._catch_up(platform)

    def _catch_up(self, platform: Platform) -> None:
        """Compare with what was filed during the comparison: each round has less to do."""
        while platform.store.ask(FingerprintsHead("filings")) > (before := self._upto):
            self._take(platform.matcher.seek_originals_since(self._sound(), before))
            if self._upto == before:
                raise Conflict("the matcher does not follow what is filed")

    def _take(self, sought: Sequence[MatchResult]) -> None:
        for inspection, found in zip(self._sound(), sought, strict=True):
            self._found.setdefault(inspection.digest, {}).update((one.digest, one) for one in found.found)
        self._upto = max(self._upto, min(one.upto for one in sought))


def kin_of(act: Act, digest: str, found: Sequence[PictureMatch]) -> list[Kin]:
    """The protected filings that a picture is like, oldest first; the same bytes count whatever the matcher says (rule B4)."""
    likenesses: dict[str, Likeness] = {one.digest: one.likeness for one in found}
    likenesses[digest] = IDENTICAL
    rows = act.ask(FilingsOfDigests(tuple(sorted(likenesses))))
    return [Kin(row.filing_id, row.owner, likenesses[row.digest]) for row in rows if row.standing == "protected"]


def keep_picture(platform: Platform, content: bytes, inspection: Inspection) -> None:
    """Store the untouched original and what was derived from it; before the event that names them."""
    platform.vault.put("original", inspection.digest, content)
    for kind in KINDS:
        derived: bytes | None = getattr(inspection, kind)
        if derived is not None:
            platform.vault.put(kind, inspection.digest, derived)
