"""Looking again at what is known already, when its time comes: a new filing among the listings, a listing after its seller changed (F2).

These are handlers of what falls due. A picture that cannot be read any more finds nothing, and stops nobody.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

from application.acting import Act, Conflict, Platform
from application.index import FilingById, FingerprintsHead, ListingsOfPictures, OthersDue, PutDue
from application.likeness import seen_of
from application.listing_review import every
from application.ports import PictureMatch, Upload
from application.watch_listings import Match, listing_changed, listing_of, matches_on, sight
from domain.events import Seen
from domain.events.filing import Filed
from domain.picture import Verdict
from domain.recorded import Recorded
from domain.rulebook import PictureRules

AT_ONCE = 200
"""How many filings are sought before the act that waits for them is tried again."""

KEPT = 2000
"""Of how many filings the result is kept."""


class FilingMatching:
    """Seeks newly certified pictures among the listings already known (rule F2); the handler of due kind `listing_matching`.

    Seeking is slow, so it is done once for all that wait, and the act gives way to one that counts from after it. What was found
    is kept for the tries to come: a listing fed since then was looked at when it was fed.
    """

    def __init__(self, keeps: int = KEPT) -> None:
        self._keeps = keeps
        self._sought: OrderedDict[_Filed, dict[str, Seen]] = OrderedDict()
        self._turn = Lock()

    def __call__(self, act: Act, filing_id: str) -> None:
        """Match one filing. Raises Conflict after slow work, whose result the next try finds."""
        act.note(PutDue("listing_matching", filing_id, None))
        filing = act.ask(FilingById(filing_id))
        if filing is None or filing.standing != "protected":
            return
        if act.platform.store.ask(FingerprintsHead("listings")) == 0:  # a listing fed from now on is looked at when it is fed
            return
        seen = self._sought.get(_Filed(filing_id, len(act.load(filing_id))))
        if seen is None:
            self._seek(act, filing_id)
            raise Conflict("pictures were sought among the listings")
        shown = act.ask(ListingsOfPictures(tuple(sorted(seen)))) if seen else ()
        likeliest = {digest: rank for rank, digest in enumerate(seen)}
        pairs = [(listing_of(act, listing_id), digest) for listing_id, digest in sorted(shown, key=lambda pair: likeliest[pair[1]])]
        sight(act, [Match(filing, listing, seen[digest]) for listing, digest in pairs if listing is not None])

    def _seek(self, act: Act, filing_id: str) -> None:
        """Seek this filing and all others that wait; one thread does it while the others wait for what it finds."""
        waiting = [due.subject for due in act.ask(OthersDue(act.now, AT_ONCE)) if due.kind == "listing_matching"]
        with self._turn:
            for subject in dict.fromkeys([filing_id, *waiting]):
                recorded = act.load(subject)
                key = _Filed(subject, len(recorded))
                if key not in self._sought:
                    self._sought[key] = _copies_of(act.platform, recorded)
            while len(self._sought) > self._keeps:
                self._sought.popitem(last=False)


class _Filed(NamedTuple):
    """A filing as of a version of its stream: reinstated, it is sought again."""

    filing_id: str
    version: int


def _copies_of(platform: Platform, recorded: Sequence[Recorded]) -> dict[str, Seen]:
    """The listing pictures that are copies of a filed one, likeliest first, each as it was seen."""
    filed = next((fact.event for fact in recorded if isinstance(fact.event, Filed)), None)
    content = None if filed is None else _kept(platform, filed.digest)
    if filed is None or content is None:
        return {}
    (inspection,) = platform.inspector.inspect_filings([Upload(f"original.{filed.format.lower()}", content)], _lenient(filed))
    found = platform.matcher.seek_copies(inspection).found if not inspection.flaws else []
    return {one.digest: seen_of(one.digest, one.likeness) for one in found if one.likeness.verdict is Verdict.COPY}


def _lenient(filed: Filed) -> PictureRules:
    """Rules that let the untouched original pass: it passed its own review when it was filed."""
    return PictureRules(max_bytes=max(1, filed.size), min_side=1, max_pixels=max(1, filed.width * filed.height))


def match_listing(act: Act, listing_id: str) -> None:
    """Look at a listing's pictures with its new seller in mind (rule F2); due kind `seller_changed`."""
    act.note(PutDue("seller_changed", listing_id, None))
    listing = listing_of(act, listing_id)
    if listing is None:
        return
    listing_changed(act, listing)
    if act.ask(FingerprintsHead("filings")) == 0:
        return
    platform = act.platform
    sought: list[tuple[str, list[PictureMatch]]] = []
    for picture in listing.pictures:
        content = _kept(platform, picture.digest)
        if picture.fingerprint and content is not None:
            seen = every(*platform.inspector.inspect_listings([Upload("picture", content)]))
            for one, result in zip(seen, platform.matcher.seek_originals_of_many(seen), strict=True):
                sought.append((one.digest if one.digest in picture.frames else picture.digest, result.found))
    sight(act, matches_on(act, listing, sought))


def _kept(platform: Platform, digest: str) -> bytes | None:
    try:
        return platform.vault.get("original", digest)
    except (KeyError, ValueError):
        return None
