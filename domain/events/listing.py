"""What happens to listings and what is seen on them (rules C4, F2)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from domain.events.base import Event, Seen


class ListingFed(Event, frozen=True):
    """The marketplace told of a listing, or of a change to it (rule F2)."""

    listing_id: str
    link: str
    canonical: str
    seller: str
    title: str
    as_of: datetime | None = None
    """Of when the marketplace's word is, where it said so; else it is of its arrival."""


class ListingGone(Event, frozen=True):
    """The marketplace offers the listing no more (rule F2)."""

    listing_id: str


class ListingPicture(Struct, frozen=True, omit_defaults=True):
    """A picture of a listing: digest, pixels, fingerprint (empty where it could not be read).

    Of a moving picture `frames` are the digests of what was made of its further frames. `looked` of `of` frames and pieces were
    looked at; `unseen_because` says why nothing was, in the words of its container. Events without these tell of whole pictures.
    """

    digest: str
    width: int
    height: int
    fingerprint: bytes
    frames: tuple[str, ...] = ()
    looked: int = 1
    of: int = 1
    unseen_because: str | None = None

    @property
    def looked_at(self) -> str:
        """How much of it was looked at: `all`, `part` or `none`."""
        if not self.width:
            return "none"
        return "all" if self.looked >= self.of else "part"


class ListingPicturesFed(Event, frozen=True):
    """The set of a listing's pictures, which replaces the former one (rule F2)."""

    listing_id: str
    pictures: tuple[ListingPicture, ...]


class PenaltyImposed(Event, frozen=True):
    """One more penalty stands on the listing (rule C4)."""

    listing_id: str
    complaint_id: str


class PenaltyRevoked(Event, frozen=True):
    """One penalty less stands on the listing (rule C4)."""

    listing_id: str
    complaint_id: str


class ListingTakenDown(Event, frozen=True):
    """The first penalty stands: the marketplace is to take the listing down (rule C4)."""

    listing_id: str


class ListingRestored(Event, frozen=True):
    """The last penalty was revoked: the marketplace is to restore the goods (rule C4)."""

    listing_id: str


class SightingMade(Event, frozen=True):
    """A listing's picture matches a protected filing (rule F2)."""

    filing_id: str
    owner: str
    listing_id: str
    link: str
    seller: str
    seen: Seen
    authorised: bool = False


class SightingAuthorised(Event, frozen=True):
    """The seller was authorised after it was sighted (rules F1, F2)."""


class SightingComplained(Event, frozen=True):
    """The owner complained from the sighting (rule F2)."""

    complaint_id: str


class SightingGone(Event, frozen=True):
    """The picture is no longer on the listing, or the filing no longer protected (rule F2)."""


class SellerWarned(Event, frozen=True):
    """The seller of a sighted listing was warned; nothing here tells of whom (rules F2, C5)."""

    seller: str
    listing_id: str
    link: str


LISTING_STREAM_EVENTS = ListingFed | ListingGone | ListingPicturesFed | PenaltyImposed | PenaltyRevoked | ListingTakenDown | ListingRestored
"""What there can be in a listing's own stream."""

LATER_SIGHTING_EVENTS = SightingAuthorised | SightingComplained | SightingGone
"""What can follow in a sighting's stream on `SightingMade`."""

LISTING_EVENTS = LISTING_STREAM_EVENTS | SightingMade | LATER_SIGHTING_EVENTS | SellerWarned
