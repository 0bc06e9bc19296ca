"""Listings, as the marketplace fed of them, with the penalties that stand (rules C4, F2)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from domain.events import listing as happened
from domain.listing import Listing, evolve
from domain.recorded import Recorded
from projections.reading import Reading
from projections.shape import Change, StateTable, View

AboutListing = happened.ListingFed | happened.ListingGone | happened.ListingPicturesFed | happened.PenaltyImposed | happened.PenaltyRevoked


def _key(recorded: Recorded) -> str:
    event = recorded.event
    return event.listing_id if isinstance(event, AboutListing) else recorded.originator_id


def _fed(listing: Listing | None, recorded: Recorded) -> Listing:
    return evolve(listing or Listing(id=_key(recorded)), recorded)


def _shown(listing: Listing | None, recorded: Recorded) -> Listing:
    """Without the pictures' fingerprints, which nobody reads here."""
    fed = _fed(listing, recorded)
    return replace(fed, pictures=tuple(replace(picture, fingerprint=b"") for picture in fed.pictures))


TABLE = StateTable[Listing](
    view="listings",
    name="listings",
    state=Listing,
    on={
        happened.ListingFed: Change(_key, _fed),
        happened.ListingGone: Change(_key, _fed),
        happened.ListingPicturesFed: Change(_key, _shown),
        happened.PenaltyImposed: Change(_key, _fed),
        happened.PenaltyRevoked: Change(_key, _fed),
    },
)

VIEW = View("listings", 2, (TABLE,))


def get(reading: Reading, listing_id: str) -> Listing | None:
    """One listing."""
    return reading.get(TABLE, listing_id)


def many(reading: Reading, listing_ids: Iterable[str]) -> dict[str, Listing]:
    """These listings, by id."""
    return reading.many(TABLE, listing_ids)
