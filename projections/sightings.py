"""Sightings of filed pictures on listings (rule F2)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.events.listing import SightingAuthorised, SightingComplained, SightingGone, SightingMade
from domain.recorded import Recorded
from domain.sighting import Sighting, SightingStatus, begin, evolve
from projections.conditions import Where, c
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, View, by_stream


def _made(_: Sighting | None, recorded: Recorded) -> Sighting:
    return begin(recorded.originator_id, recorded)


def _went_on(sighting: Sighting | None, recorded: Recorded) -> Sighting | None:
    return None if sighting is None else evolve(sighting, recorded)


TABLE = StateTable[Sighting](
    view="sightings",
    name="sightings",
    state=Sighting,
    fixed=(Column("owner"), Column("filing_id"), Column("listing_id")),
    moving=(Column("status"),),
    values=lambda sighting: (sighting.owner, sighting.filing_id, sighting.listing_id, sighting.status.value),
    indexes=(("owner",), ("listing_id", "filing_id")),
    on={
        SightingMade: Change(by_stream, _made, begins=True),
        SightingAuthorised: Change(by_stream, _went_on),
        SightingComplained: Change(by_stream, _went_on),
        SightingGone: Change(by_stream, _went_on),
    },
)

VIEW = View("sightings", 2, (TABLE,))


def get(reading: Reading, sighting_id: str) -> Sighting | None:
    """One sighting."""
    return reading.get(TABLE, sighting_id)


def of_owner(
    reading: Reading, owner: str, limit: int, after: str | None = None, statuses: Sequence[SightingStatus] | None = None
) -> Page[Sighting]:
    """The sightings of a member's filings, newest first."""
    where: list[Where] = [c.owner == owner]
    if statuses is not None:
        where.append(c.status.among([status.value for status in statuses]))
    return reading.newest(TABLE, *where, limit=limit, after=after)


def latest(reading: Reading, filing_id: str, listing_id: str) -> Sighting | None:
    """The last sighting of a filing on a listing."""
    return reading.first(TABLE, c.filing_id == filing_id, c.listing_id == listing_id)


def by_status(reading: Reading, owner: str) -> dict[str, int]:
    """How many sightings of a member's filings there are in each status."""
    return reading.counted(TABLE, "status", c.owner == owner)
