"""Watching listings for filed pictures: the owner is told, the seller is warned (rule F2).

A pair of filing and listing has one sighting at a time. The seller's warning is a stream of its own that tells nothing of
the owner (rule C5). What a machine saw is told by the clock, whoever's command made it look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from application.acting import Act, stream_of
from application.complain import Lodged, RefusedLink, lodge
from application.grants import is_authorised
from application.index import (
    FilingById,
    FilingRow,
    FilingsOfDigests,
    ListingById,
    ListingByLink,
    ListingRow,
    PutThing,
    SightingRow,
    Sightings,
    ThingById,
    ThingsAbout,
)
from application.likeness import seen_of
from application.links import canonical_link
from application.ports import Identity, PictureMatch
from application.refusals import NotFound
from application.sighted import carry, note
from domain import listing as listings
from domain import sighting as sightings
from domain.events import CLOCK, Happened, Seen
from domain.events.listing import SellerWarned, SightingMade
from domain.listing import Listing
from domain.picture import Verdict
from domain.sighting import Sighting


class Match(NamedTuple):
    """A protected filing that was seen on a listing."""

    filing: FilingRow
    listing: Listing
    seen: Seen


def matches_on(act: Act, listing: Listing, sought: Iterable[tuple[str, Sequence[PictureMatch]]]) -> list[Match]:
    """The protected filings that a listing's pictures are copies of; `sought` pairs a picture's digest with what was found for it."""
    found = [(one.digest, seen_of(digest, one.likeness)) for digest, alike in sought for one in alike]
    copies = [(original, seen) for original, seen in found if seen.verdict == Verdict.COPY]
    if not copies:
        return []
    filings: dict[str, list[FilingRow]] = {}
    for filing in act.ask(FilingsOfDigests(tuple(sorted({original for original, _ in copies})))):
        if filing.standing == "protected":
            filings.setdefault(filing.digest, []).append(filing)
    return [Match(filing, listing, seen) for original, seen in copies for filing in filings.get(original, ())]


def sight(act: Act, matches: Sequence[Match]) -> None:
    """Make a sighting of each pair that has none; the first match of a pair is the one told (rule F2)."""
    pairs: dict[tuple[str, str], Match] = {}
    for match in matches:
        pairs.setdefault((match.filing.filing_id, match.listing.id), match)
    for match in pairs.values():
        if match.filing.owner != match.listing.seller and not _stands(act, match):
            _make(act, match)


def _stands(act: Act, match: Match) -> bool:
    """Whether the pair has a sighting that this act does not end: its picture is shown, its seller still sells."""
    shown = match.listing.shown
    return any(
        row.filing_id == match.filing.filing_id and row.digest in shown and row.seller == match.listing.seller
        for row in act.ask(Sightings(listing_id=match.listing.id))
    )


def _make(act: Act, match: Match, without: str | None = None) -> None:
    filing, listing, seen = match
    pair = f"{filing.filing_id}/{listing.id}"
    key = f"{pair}/{len(act.ask(ThingsAbout('sighting', pair)))}"
    stream = stream_of("sighting", key)
    if act.load(stream):
        return  # another consequence in this very act has seen it too
    authorised = is_authorised(act, filing.owner, listing.seller, filing.filing_id, without)
    event = SightingMade(filing.filing_id, filing.owner, listing.id, listing.link, listing.seller, seen, authorised)
    decided = Happened(act.now, event, CLOCK)
    act.append(stream, [decided])
    act.note(PutThing("sighting", stream, filing.owner, pair, key))
    note(act, sightings.begin(stream, decided))
    if not authorised:
        _warn(act, listing)


def _warn(act: Act, listing: Listing) -> None:
    """Warn the seller, once a listing, in a stream in which nothing tells of whom (rule C5)."""
    stream = stream_of("warning", f"{listing.id}/{listing.seller}")
    if not act.load(stream):
        act.append(stream, [Happened(act.now, SellerWarned(listing.seller, listing.id, listing.link), CLOCK)])


def let_go(act: Act, row: SightingRow) -> None:
    """What was seen is there no more (rule F2)."""
    carry(act, row.sighting_id, lambda sighting: sightings.go(sighting, act.now, CLOCK))


def listing_changed(act: Act, listing: Listing) -> None:
    """End the sightings of pictures that the listing shows no more, and of a seller that sells it no more (rule F2)."""
    shown = listing.shown
    for row in act.ask(Sightings(listing_id=listing.id)):
        if row.digest not in shown or row.seller != listing.seller:
            let_go(act, row)


def filing_fell(act: Act, filing_id: str) -> None:
    """End the sightings of a filing that is no longer protected (rule F2)."""
    for row in act.ask(Sightings(filing_id=filing_id)):
        let_go(act, row)


def leave_given(act: Act, owner: str, grantee: str, filings: Sequence[str] | None) -> None:
    """The owner need not be told of what its grantee shows from now on; `filings` None means all (rules F1, F2)."""
    for row in act.ask(Sightings(owner=owner, seller=grantee)):
        if filings is None or row.filing_id in filings:
            carry(act, row.sighting_id, lambda sighting: sightings.authorise(sighting, act.now, CLOCK))


def leave_ended(act: Act, owner: str, grantee: str, authorization_id: str) -> None:
    """What the former grantee still shows is seen anew: the owner is told, the seller is warned (rules F1, F2)."""
    for row in act.ask(Sightings(owner=owner, seller=grantee)):
        if row.standing != "authorised" or is_authorised(act, owner, grantee, row.filing_id, authorization_id):
            continue
        filing, listing = act.ask(FilingById(row.filing_id)), listing_of(act, row.listing_id)
        seen = carry(act, row.sighting_id, lambda sighting: sightings.go(sighting, act.now, CLOCK)).seen
        if filing is not None and filing.standing == "protected" and listing is not None:
            _make(act, Match(filing, listing, seen), authorization_id)


def listing_of(act: Act, listing_id: str) -> Listing | None:
    """The listing as fed; None where there is none."""
    row = act.ask(ListingById(listing_id))
    return None if row is None else load_listing(act, row)


def load_listing(act: Act, row: ListingRow) -> Listing:
    """The listing of an index row."""
    return listings.fold(row.listing_id, act.load(row.stream))


def sighting_of(act: Act, member: Identity, sighting_id: str) -> Sighting:
    """The member's own sighting. Raises NotFound."""
    thing = act.ask(ThingById("sighting", sighting_id))
    if thing is None or thing.owner != member.member_id:
        raise NotFound
    return carry(act, sighting_id, lambda _: [])


def complain_from_sighting(act: Act, member: Identity, sighting_id: str, statement: str) -> Lodged:
    """Complain in one step of what was seen, by the link that the listing has now (rule F2).

    Raises NotFound for another's sighting; Refusal as `lodge` does. A link that no case can be made of is in `refused`.
    """
    sighting = sighting_of(act, member, sighting_id)
    listing = listing_of(act, sighting.listing_id)
    link = sighting.link if listing is None else listing.link
    holder = act.ask(ListingByLink(canonical_link(link) or ""))
    if holder is None or holder.listing_id != sighting.listing_id:  # its link has passed to another listing
        lodge(act, member, sighting.filing_id, [], statement)
        refused_id = act.attempt("unknown_listing", {"link": link, "filing_id": sighting.filing_id}, member.member_id)
        return Lodged((), (RefusedLink(link, "unknown_listing", refused_id),))
    return lodge(act, member, sighting.filing_id, [link], statement, sighting_id)
