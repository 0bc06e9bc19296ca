"""Grants and listings."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from application.index.base import Entry, Lookup


class GrantRow(NamedTuple):
    """A standing authorisation; `filing_id` None means all (rule F1)."""

    authorization_id: str
    owner: str
    grantee: str
    filing_id: str | None
    until: datetime | None


class GrantsOf(Lookup[tuple[GrantRow, ...]], frozen=True):
    """The standing grants of an owner, to one grantee or to all."""

    owner: str
    grantee: str | None = None


class PutGrant(Entry, frozen=True):
    """One row a filing granted, or one for all."""

    authorization_id: str
    owner: str
    grantee: str
    filing_id: str | None
    until: datetime | None


class EndGrant(Entry, frozen=True):
    """The authorisation no longer stands."""

    authorization_id: str


class ListingRow(NamedTuple):
    """A fed listing; `stream` is its stream's id."""

    listing_id: str
    stream: str
    canonical: str
    seller: str


class ListingById(Lookup[ListingRow | None], frozen=True):
    """The fed listing of that id."""

    listing_id: str


class ListingByLink(Lookup[ListingRow | None], frozen=True):
    """The fed listing whose canonical link this is (rule C1)."""

    canonical: str


class ListingsOfPictures(Lookup[tuple[tuple[str, str], ...]], frozen=True):
    """Pairs of listing id and picture digest, of the listings that now show one of these pictures (rule F2)."""

    digests: tuple[str, ...]


class PutListing(Entry, frozen=True):
    """Insert or update a listing. A canonical link that another listing held passes to this one."""

    listing_id: str
    stream: str
    canonical: str
    seller: str


class EndListing(Entry, frozen=True):
    """The listing is offered no more: its link names no listing until it is fed again (rule F2)."""

    listing_id: str


class PutListingPictures(Entry, frozen=True):
    """Replace the pictures that a listing shows."""

    listing_id: str
    digests: tuple[str, ...]
