"""What a case wrote into other streams, as commands write it: beside each command of a chronicle, in its envelope."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace

from domain import appeal, listing
from domain.appeal import Grounds
from domain.case.events import Penalized, RoundExempted, RoundOpened, RoundReversed
from domain.case.folding import begin, evolve
from domain.events import Happened, Sealed
from domain.events.listing import ListingFed
from domain.recorded import AnyEvent, Recorded
from tests.domain.chronicle import Chronicle

FED = ListingFed("listing", "https://shop.example/1", "https://shop.example/1", "seller", "a lamp")
PENALISED = Penalized("listing")


def envelope(like: Recorded, stream: str, version: int, event: AnyEvent) -> Recorded:
    """An event in another stream, saved with the given one."""
    return replace(like, originator_id=stream, originator_version=version, id=f"{stream}-{version}", event=event)


def written(case: Chronicle, listing_stream: str, others: tuple[str, ...] = ()) -> list[Recorded]:
    """The streams of a case's appeals and of its listing; `others` are cases whose penalty stands on the listing before it."""
    first = case.own[0]
    told: list[Recorded] = [envelope(first, listing_stream, 1, FED)]
    state = listing.Listing(id="listing")
    before = begin("case", first)

    def append(stream: str, happened: list[Happened], like: Recorded) -> None:
        for one in happened:
            version = sum(other.originator_id == stream for other in told) + 1
            told.append(envelope(like, stream, version, one.event))

    for number, other in enumerate(others):
        imposed = listing.companions(state, other, [Happened(first.at, PENALISED, "desk-1")])
        append(listing_stream, imposed, replace(first, command=f"other-{number}", by="desk-1", rules=None, calendar=None))
        state = listing.evolve(state, imposed[0])
    for _, group in groupby(case.own[1:], key=attrgetter("command")):
        for one in group:
            happened = Happened(one.at, one.event, one.by, one.rules, one.calendar)
            current = before.open_round
            if isinstance(one.event, RoundOpened):
                names = ("case", before.notice_id or "", before.respondent)
                append(one.event.appeal_id, [appeal.opened(names, Grounds(Sealed("mine"), ("photo",)), happened)], one)
            elif isinstance(one.event, RoundReversed):
                append(one.event.appeal_id, appeal.companions("case", [happened]), one)
            elif current is not None:
                special = "an expert is heard" if isinstance(one.event, RoundExempted) else ""
                append(current.appeal_id, appeal.companions("case", [happened], special), one)
            before = evolve(before, one)
            companions = listing.companions(state, "case", [happened])
            append(listing_stream, companions, one)
            for companion in companions:
                state = listing.evolve(state, companion)
    return told
