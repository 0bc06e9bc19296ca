"""Where cases come from: owners who find their pictures on listings and complain, of one or of several at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from adapters.simulation.behaviour import Behaviour
from adapters.simulation.cases import Cases
from adapters.simulation.habits import Habits
from adapters.simulation.people import Owner, People
from application.acting import Act, stream_of
from application.cases import note_case, settled
from application.index import PutListing
from domain import listing
from domain.case.acts import lodging
from domain.case.folding import begin
from domain.case.state import Case
from domain.events.listing import ListingFed

STATEMENT = ("The picture is mine.", "This listing shows my photograph.", "Copied from my shop, watermark removed.")


class CopiedListing(NamedTuple):
    """A listing that is complained of."""

    listing_id: str
    link: str
    seller: str


class Arrivals:
    """Plans the requests of a day and makes cases of them."""

    def __init__(self, cases: Cases, chance: Random, habits: Habits, people: People, number: int) -> None:
        self.to_come = number
        self._cases, self._chance, self._habits, self._people = cases, chance, habits, people
        self._behaviour = Behaviour(cases, chance, habits, people, self._complain_again)
        cases.watching = self._behaviour
        self._recent: deque[tuple[CopiedListing, str]] = deque()
        self._listings = 0
        self._again: set[str] = set()

    def expect(self, day: date, number: int) -> None:
        """Plan a day's requests, of so many cases; never more than are still to come in all."""
        while number > 0:
            size = min(number, self._habits.pick((1, 2, 3, 6), (60, 22, 12, 6)))
            number -= size
            self._cases.agenda.plan(self._habits.some_time_of(day), lambda size=size: self._request(size))  # type: ignore[misc]

    def _request(self, size: int) -> None:
        owner, size = self._people.owner(), min(size, self.to_come)
        if owner is None or size == 0:
            return
        filing = self._chance.choice(owner.filings)
        places = self._shared_with(filing)
        fresh = [self._place() for _ in range(size - len(places))]
        if fresh:
            self._cases.run("listing", "marketplace", lambda act: _feed(act, fresh))
            self._remember(fresh[0], filing)
        self._lodge(owner, filing, [*places, *fresh])
        for place in places:
            self._cases.unshare(place.listing_id)

    def _shared_with(self, filing: str) -> list[CopiedListing]:
        """Sometimes a listing that another owner has complained of: it is taken down once and restored once."""
        known = [one for one in self._recent if one[1] != filing]
        if not known or not self._habits.happens(0.08):
            return []
        chosen = self._chance.choice(known)
        self._recent.remove(chosen)
        return [chosen[0]]

    def _remember(self, place: CopiedListing, filing: str) -> None:
        """Another owner may find its picture there too."""
        self._recent.append((place, filing))
        self._cases.share(place.listing_id)
        if len(self._recent) > 30:
            self._cases.unshare(self._recent.popleft()[0].listing_id)

    def _place(self) -> CopiedListing:
        self._listings += 1
        link = f"https://shop.example/item/{self._listings}.html"
        return CopiedListing(f"item-{self._listings}", link, self._people.seller().member_id)

    def _lodge(self, owner: Owner, filing: str, places: Sequence[CopiedListing], again: bool = False) -> None:
        member, text = owner.identity.member_id, self._chance.choice(STATEMENT)
        twice = not again and self._habits.happens(0.01)

        def lodge(act: Act) -> list[Case]:
            request, statement = act.new_id(), act.platform.sealer.seal(member, text)
            cases = []
            for place in places:
                facts = lodging.Lodging(member, place.seller, filing, place.listing_id, place.link, statement, request)
                events = lodging.lodge(facts, act.now, act.law)
                case_id = act.new_id()
                act.append(case_id, events)
                case = begin(case_id, events[0])
                note_case(act, case)
                cases.append(settled(act, case))
            if twice:
                act.attempt("duplicate_link", {"link": places[0].link, "filing_id": filing}, member)
            return cases

        self.to_come -= len(places)
        for case in self._cases.run("lodging", member, lodge) or ():
            self._cases.lodged(case)
            if again:
                self._again.add(case.id)
            self._behaviour.lodged(case)

    def _complain_again(self, case: Case) -> None:
        """Once more of the same listing, some days after the first complaint came to nothing."""
        if case.id in self._again:
            self._again.discard(case.id)
            return
        place = CopiedListing(case.listing_id, case.link, case.respondent)
        self._cases.share(place.listing_id)

        def come() -> None:
            owner = self._people.owner_of(case.complainant)
            if owner.active and self.to_come:
                self._lodge(owner, case.filing_id, [place], again=True)
            self._cases.unshare(place.listing_id)

        self._cases.agenda.plan(self._habits.awake(self._habits.soon(self._cases.clock.now(), 86_400, 6 * 86_400)), come)


def _feed(act: Act, places: Sequence[CopiedListing]) -> None:
    for place in places:
        stream = stream_of("listing", place.listing_id)
        fed = ListingFed(place.listing_id, place.link, place.link, place.seller, "A coat")
        act.append(stream, listing.feed(listing.fold(place.listing_id, act.load(stream)), act.now, act.by, fed))
        act.note(PutListing(place.listing_id, stream, place.link, place.seller))
