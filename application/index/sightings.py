"""Sightings."""

from __future__ import annotations

from typing import Literal, NamedTuple

from application.index.base import Entry, Lookup

SightingStanding = Literal["new", "complained", "authorised", "gone"]


class SightingRow(NamedTuple):
    """A sighting that is not gone; `digest` is that of the listing's picture (rule F2)."""

    sighting_id: str
    filing_id: str
    listing_id: str
    owner: str
    seller: str
    digest: str
    standing: SightingStanding


class Sightings(Lookup[tuple[SightingRow, ...]], frozen=True):
    """The sightings that are not gone, oldest first: of a listing, of a filing, or of an owner's pictures at a seller's."""

    listing_id: str | None = None
    filing_id: str | None = None
    owner: str | None = None
    seller: str | None = None


class PutSighting(Entry, frozen=True):
    """Insert or update a sighting."""

    sighting_id: str
    filing_id: str
    listing_id: str
    owner: str
    seller: str
    digest: str
    standing: SightingStanding
