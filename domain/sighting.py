"""A sighting: a listing's picture that matches a protected filing (rule F2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Fact, Happened
from domain.events import listing as happened
from domain.events.base import Seen


class SightingStatus(StrEnum):
    """Where a sighting stands, in the contract's words."""

    NEW = "new"
    COMPLAINED = "complained"
    AUTHORISED = "authorised"
    GONE = "gone"


class Sighting(Struct, frozen=True, kw_only=True):
    """A sighting as its stream tells it; link and seller are those of the listing when it was seen."""

    id: str
    filing_id: str
    owner: str
    listing_id: str
    link: str
    seller: str
    seen: Seen
    seen_at: datetime
    status: SightingStatus
    complaint_id: str | None = None


def begin(sighting_id: str, fact: Fact) -> Sighting:
    """The state after the first event. Raises TypeError where that is not `SightingMade`."""
    event = fact.event
    if not isinstance(event, happened.SightingMade):
        raise TypeError(f"a sighting does not begin with {type(event).__name__}")
    return Sighting(
        id=sighting_id,
        filing_id=event.filing_id,
        owner=event.owner,
        listing_id=event.listing_id,
        link=event.link,
        seller=event.seller,
        seen=event.seen,
        seen_at=fact.at,
        status=SightingStatus.AUTHORISED if event.authorised else SightingStatus.NEW,
    )


def evolve(sighting: Sighting, fact: Fact) -> Sighting:
    """The state after one more event. Raises TypeError for an event that has no place in a sighting."""
    event = fact.event
    if not isinstance(event, happened.LATER_SIGHTING_EVENTS):
        raise TypeError(f"{type(event).__name__} has no place in a sighting")
    match event:
        case happened.SightingAuthorised():
            return replace(sighting, status=SightingStatus.AUTHORISED)
        case happened.SightingComplained():
            return replace(sighting, status=SightingStatus.COMPLAINED, complaint_id=event.complaint_id)
        case happened.SightingGone():
            return replace(sighting, status=SightingStatus.GONE)
        case _:
            assert_never(event)


def fold(sighting_id: str, facts: Sequence[Fact]) -> Sighting | None:
    """The state that a whole stream tells; None for an empty one."""
    sighting: Sighting | None = None
    for fact in facts:
        sighting = begin(sighting_id, fact) if sighting is None else evolve(sighting, fact)
    return sighting


def authorise(sighting: Sighting, at: datetime, by: str) -> list[Happened]:
    """The seller may use the picture from now on; nothing where nobody waits to hear of it (rules F1, F2)."""
    return [Happened(at, happened.SightingAuthorised(), by)] if sighting.status is SightingStatus.NEW else []


def complain(sighting: Sighting, at: datetime, complaint_id: str) -> list[Happened]:
    """The owner complained from the sighting (rule F2)."""
    return [Happened(at, happened.SightingComplained(complaint_id), sighting.owner)]


def go(sighting: Sighting, at: datetime, by: str) -> list[Happened]:
    """What was seen is there no more; what was complained of stays complained of (rule F2)."""
    standing = sighting.status in (SightingStatus.NEW, SightingStatus.AUTHORISED)
    return [Happened(at, happened.SightingGone(), by)] if standing else []
