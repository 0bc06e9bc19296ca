"""Listings, as the marketplace told of them, with the penalties that stand (rules C4, F2)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from domain.events import listing as happened
from domain.listing import Listing, evolve
from domain.recorded import Recorded
from projections.reading import Reading
from projections.shape import Change, Sheet, View

Told = happened.ListingFed | happened.ListingPicturesFed | happened.PenaltyImposed | happened.PenaltyRevoked


def _key(recorded: Recorded) -> str:
    event = recorded.event
    return event.listing_id if isinstance(event, Told) else recorded.originator_id


def _told(listing: Listing | None, recorded: Recorded) -> Listing:
    return evolve(listing or Listing(id=_key(recorded)), recorded)


def _shown(listing: Listing | None, recorded: Recorded) -> Listing:
    """Without the pictures' fingerprints, which nobody reads here."""
    told = _told(listing, recorded)
    return replace(told, pictures=tuple(replace(picture, fingerprint=b"") for picture in told.pictures))


SHEET = Sheet[Listing](
    view="listings",
    name="listings",
    state=Listing,
    on={
        happened.ListingFed: Change(_key, _told),
        happened.ListingPicturesFed: Change(_key, _shown),
        happened.PenaltyImposed: Change(_key, _told),
        happened.PenaltyRevoked: Change(_key, _told),
    },
)

VIEW = View("listings", 1, (SHEET,))


def get(reading: Reading, listing_id: str) -> Listing | None:
    """One listing."""
    return reading.get(SHEET, listing_id)


def many(reading: Reading, listing_ids: Iterable[str]) -> dict[str, Listing]:
    """These listings, by id."""
    return reading.many(SHEET, listing_ids)
