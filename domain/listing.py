"""A listing: what the marketplace told of it, and which penalties stand (rules C4, F2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.case import events as of_case
from domain.events import Fact, Happened
from domain.events import listing as happened
from domain.events.listing import ListingPicture
from domain.recorded import AnyEvent


class Listing(Struct, frozen=True, kw_only=True):
    """A listing as its stream tells it; `penalties` are the cases whose penalty stands.

    `as_of` is of when the marketplace's last word is; what is `gone` keeps link and pictures as they were last fed.
    """

    id: str
    link: str = ""
    canonical: str = ""
    seller: str = ""
    title: str = ""
    pictures: tuple[ListingPicture, ...] = ()
    penalties: tuple[str, ...] = ()
    as_of: datetime | None = None
    gone: bool = False

    @property
    def shown(self) -> tuple[str, ...]:
        """The digests of all that it shows: its pictures, and the further frames of moving ones."""
        return tuple(dict.fromkeys(digest for picture in self.pictures for digest in (picture.digest, *picture.frames)))

    @property
    def down(self) -> bool:
        """Down exactly while a penalty stands (rule C4)."""
        return bool(self.penalties)


def evolve(listing: Listing, fact: Fact) -> Listing:
    """The state after one more event. Raises TypeError for an event that has no place in a listing."""
    event = fact.event
    if not isinstance(event, happened.LISTING_STREAM_EVENTS):
        raise TypeError(f"{type(event).__name__} has no place in a listing")
    match event:
        case happened.ListingFed():
            named = replace(listing, link=event.link, canonical=event.canonical, seller=event.seller, title=event.title)
            return replace(named, as_of=event.as_of or fact.at, gone=False)
        case happened.ListingGone():
            return replace(listing, as_of=fact.at, gone=True)
        case happened.ListingPicturesFed():
            return replace(listing, pictures=event.pictures)
        case happened.PenaltyImposed():
            return replace(listing, penalties=(*listing.penalties, event.complaint_id))
        case happened.PenaltyRevoked():
            return replace(listing, penalties=tuple(p for p in listing.penalties if p != event.complaint_id))
        case happened.ListingTakenDown() | happened.ListingRestored():
            return listing
        case _:
            assert_never(event)


def fold(listing_id: str, facts: Sequence[Fact]) -> Listing:
    """The state that a whole stream tells; one not yet fed for an empty stream."""
    listing = Listing(id=listing_id)
    for fact in facts:
        listing = evolve(listing, fact)
    return listing


def feed(listing: Listing, at: datetime, by: str, fed: happened.ListingFed) -> list[Happened]:
    """Take what the marketplace tells of a listing; nothing where a later word stands, or nothing is new (rule F2).

    A later word that changes nothing is news where it says of when it is: what is older and comes after it has to give way to it.
    """
    same = (listing.link, listing.canonical, listing.seller, listing.title) == (fed.link, fed.canonical, fed.seller, fed.title)
    if fed.as_of is not None and listing.as_of is not None:
        stands, known = fed.as_of < listing.as_of, fed.as_of == listing.as_of
    else:
        stands, known = False, True
    return [] if stands or (same and known and not listing.gone) else [Happened(at, fed, by)]


def go(listing: Listing, at: datetime, by: str) -> list[Happened]:
    """The marketplace offers the listing no more; nothing where it is gone already (rule F2)."""
    return [] if listing.gone else [Happened(at, happened.ListingGone(listing.id), by)]


def feed_pictures(listing: Listing, at: datetime, by: str, pictures: tuple[ListingPicture, ...]) -> list[Happened]:
    """Replace the set of a listing's pictures; nothing where it is the same set (rule F2)."""
    same = [_seen(p) for p in listing.pictures] == [_seen(p) for p in pictures]
    return [] if same else [Happened(at, happened.ListingPicturesFed(listing.id, pictures), by)]


def _seen(picture: ListingPicture) -> tuple[str, int, int, str, str | None]:
    """What a picture is and how much of it was looked at; what was made of it may differ from release to release."""
    return picture.digest, picture.looked, picture.of, picture.looked_at, picture.unseen_because


def companions(listing: Listing, complaint_id: str, decided: Sequence[Happened]) -> list[Happened]:
    """What the events of a case mean for its listing: a penalty more or less, and down or restored at the first and last (rule C4)."""
    found: list[Happened] = []
    standing = listing.penalties
    for h in decided:
        match h.event:
            case of_case.Penalized() if complaint_id not in standing:
                events: list[AnyEvent] = [happened.PenaltyImposed(listing.id, complaint_id)]
                if not standing:
                    events.append(happened.ListingTakenDown(listing.id))
                standing = (*standing, complaint_id)
            case of_case.Lifted() | of_case.Withdrawn() | of_case.Voided() if complaint_id in standing:
                standing = tuple(p for p in standing if p != complaint_id)
                events = [happened.PenaltyRevoked(listing.id, complaint_id)]
                if not standing:
                    events.append(happened.ListingRestored(listing.id))
            case _:
                continue
        found += [Happened(h.at, event, h.by, h.rules, h.calendar) for event in events]
    return found
