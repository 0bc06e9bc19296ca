"""Carrying a sighting on: its stream, and its row of the index (rule F2)."""

from __future__ import annotations

from collections.abc import Callable

from application.acting import Act
from application.index import PutSighting, Sightings
from application.refusals import NotFound
from domain import sighting as sightings
from domain.events import Happened
from domain.sighting import Sighting


def carry(act: Act, sighting_id: str, decide: Callable[[Sighting], list[Happened]]) -> Sighting:
    """Record what is decided of a sighting; the sighting after it. Raises NotFound."""
    sighting = sightings.fold(sighting_id, act.load(sighting_id))
    if sighting is None:
        raise NotFound
    decided = decide(sighting)
    for h in decided:
        sighting = sightings.evolve(sighting, h)
    act.append(sighting_id, decided)
    if decided:
        note(act, sighting)
    return sighting


def note(act: Act, sighting: Sighting) -> None:
    """Write the sighting's row of the index."""
    act.note(
        PutSighting(
            sighting.id,
            sighting.filing_id,
            sighting.listing_id,
            sighting.owner,
            sighting.seller,
            sighting.seen.digest,
            sighting.status.value,
        )
    )


def waiting(act: Act, filing_id: str, listing_id: str) -> str | None:
    """The sighting of a filing on a listing that its owner has not yet answered; None where there is none."""
    rows = act.ask(Sightings(filing_id=filing_id, listing_id=listing_id))
    return next((row.sighting_id for row in rows if row.standing == "new"), None)


def complained(act: Act, sighting_id: str, complaint_id: str) -> None:
    """The owner complained of what was seen, from the sighting or by its link."""
    carry(act, sighting_id, lambda seen: sightings.complain(seen, act.now, complaint_id))
