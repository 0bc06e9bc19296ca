"""The marketplace's feed: a listing to be taken down or restored, told once each time its state changes (rule C4)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

from domain.events.listing import ListingRestored, ListingTakenDown
from domain.recorded import Recorded
from projections.reading import Page, Reading
from projections.shape import AppendTable, Source, View


class PenaltyOrder(Struct, frozen=True):
    """What the marketplace is to do with a listing."""

    id: str
    listing_id: str
    action: Literal["take_down", "restore"]
    at: datetime


def _ordered(_: None, recorded: Recorded) -> Iterable[PenaltyOrder]:
    match recorded.event:
        case ListingTakenDown(listing_id=listing_id):
            yield PenaltyOrder(_id(recorded), listing_id, "take_down", recorded.at)
        case ListingRestored(listing_id=listing_id):
            yield PenaltyOrder(_id(recorded), listing_id, "restore", recorded.at)
        case _:
            pass


def _id(recorded: Recorded) -> str:
    return hashlib.sha256(f"penalty/{recorded.id}".encode()).hexdigest()[:32]


TABLE = AppendTable[PenaltyOrder](
    view="penalties",
    name="penalties",
    line=PenaltyOrder,
    sources=(Source({ListingTakenDown: _ordered, ListingRestored: _ordered}),),
)

VIEW = View("penalties", 1, (TABLE,))


def feed(reading: Reading, limit: int, after: str | None = None) -> Page[PenaltyOrder]:
    """Orders, oldest first; the cursor is never None."""
    return reading.lines(TABLE, limit=limit, after=after)
