"""Listings with a picture that could not be looked at, or not in full: never passed over in silence (rule F2)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.events.listing import ListingFed, ListingGone, ListingPicture, ListingPicturesFed
from domain.recorded import Recorded
from projections.conditions import c
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, View


class UnseenPictures(Struct, frozen=True):
    """The pictures of a listing that were not looked at in full, none where all were since, and since when it shows them."""

    listing_id: str
    fed_at: datetime
    pictures: tuple[ListingPicture, ...]
    gone: bool = False


AboutListing = ListingPicturesFed | ListingFed | ListingGone


def _key(recorded: Recorded) -> str:
    event = recorded.event
    return event.listing_id if isinstance(event, AboutListing) else recorded.originator_id


def _fed(known: UnseenPictures | None, recorded: Recorded) -> UnseenPictures | None:
    event = recorded.event
    if not isinstance(event, ListingPicturesFed):
        return known
    unseen = tuple(replace(picture, fingerprint=b"") for picture in event.pictures if picture.looked_at != "all")
    return UnseenPictures(event.listing_id, recorded.at, unseen) if unseen or known is not None else None


def _offered(known: UnseenPictures | None, recorded: Recorded) -> UnseenPictures | None:
    """What is offered no more shows nothing; what is offered again shows what it showed."""
    return None if known is None else replace(known, gone=isinstance(recorded.event, ListingGone))


TABLE = StateTable[UnseenPictures](
    view="unseen_pictures",
    name="unseen_pictures",
    state=UnseenPictures,
    moving=(Column("count", "number"),),
    values=lambda listing: (0 if listing.gone else len(listing.pictures),),
    on={
        ListingPicturesFed: Change(_key, _fed),
        ListingFed: Change(_key, _offered),
        ListingGone: Change(_key, _offered),
    },
)

VIEW = View("unseen_pictures", 1, (TABLE,))


def newest(reading: Reading, limit: int, after: str | None = None) -> Page[UnseenPictures]:
    """The listings with such pictures, newest first."""
    return reading.newest(TABLE, c.count > 0, limit=limit, after=after)
