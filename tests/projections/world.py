"""A log in memory and what is told into it: every event made by the deciders, so that views are tested on what really happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain import appeal, listing
from domain.appeal import Grounds
from domain.case.acts import accepting, appealing, claiming, deciding, declining, exempting, lifting, reopening, withdrawing
from domain.case.acts.lodging import Lodging, lodge
from domain.case.consequences.ending import Voiding
from domain.case.consequences.plan import NoticePlan
from domain.case.events import RoundOpened
from domain.case.folding import begin, evolve
from domain.case.settling import settle
from domain.case.state import Case
from domain.events import Happened, Sealed
from domain.events.base import Outcome
from domain.events.filing import Filed
from domain.events.listing import ListingFed
from domain.listing import Listing
from domain.recorded import AnyEvent, Recorded
from tests.domain.tale import instant, law

MONDAY = instant("2026-03-02 09:00")


class MemoryLog:
    """A log whose positions have gaps, as a database's have."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, Recorded]] = []
        self._versions: dict[str, int] = {}

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        return [entry for entry in self.entries if entry[0] > after][:limit]

    def log_head(self) -> int:
        return self.entries[-1][0] if self.entries else 0

    def id_at(self, position: int) -> str | None:
        return next((recorded.id for at, recorded in self.entries if at == position), None)

    def append(self, stream: str, told: Sequence[Happened], command: str = "command") -> None:
        for h in told:
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            position = self.log_head() + 1 + version % 3
            recorded = Recorded(
                originator_id=stream,
                originator_version=version,
                id=f"event-{position}",
                at=h.at,
                recorded_at=h.at,
                by=h.by,
                command=command,
                event=h.event,
                rules=h.rules,
                calendar=h.calendar,
            )
            self.entries.append((position, recorded))


class World:
    """Cases, filings and whatever else happens, from Monday 2026-03-02 09:00 UTC on; time is moved by hand."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.law = law()
        self.now = MONDAY
        self.cases: dict[str, Case] = {}
        self.listings: dict[str, Listing] = {}
        self._commands = 0

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def tell(self, stream: str, *events: AnyEvent, by: str = "somebody", at: datetime | None = None) -> None:
        """Events as they are, for what needs no decider."""
        self.log.append(stream, [Happened(at or self.now, event, by, self.law.in_force(self.now).ref) for event in events])

    def file(self, filing_id: str, owner: str = "owner", folder: str = "folder", digest: str | None = None) -> None:
        name = Sealed(f"{filing_id}.jpg")
        filed = Filed(owner, folder, name, digest or f"digest of {filing_id}", 1000, "jpeg", 900, 800, b"", "m/1", "1")
        self.tell(filing_id, filed, by=owner)

    def feed(self, listing_id: str, seller: str = "seller") -> None:
        link = f"https://shop.example/{listing_id}"
        fed = ListingFed(listing_id, link, link, seller, "A coat")
        self._listing(listing_id, listing.feed(self._known(listing_id), self.now, "market", fed))

    def lodge(
        self, case_id: str, *, owner: str = "owner", seller: str = "seller", filing: str = "filing", listing_id: str = "listing"
    ) -> None:
        link = f"https://shop.example/{listing_id}"
        facts = Lodging(owner, seller, filing, listing_id, link, Sealed(f"statement of {owner}"), "request")
        told = lodge(facts, self.now, self.law)
        self.cases[case_id] = begin(case_id, told[0])
        self.log.append(case_id, told)

    def settle(self, case_id: str, voiding: Voiding | None = None) -> None:
        case = self.cases[case_id]
        self._carry(case_id, settle(case, self.now, self.law, lambda: NoticePlan(f"notice of {case_id}", case.link), voiding))

    def accept(self, case_id: str, by: str = "desk-1", notice_id: str | None = None) -> None:
        case = self.cases[case_id]
        plan = NoticePlan(notice_id or f"notice of {case_id}", case.link, "digest of the listing's picture")
        self._carry(case_id, accepting.accept(case, self.now, by, ("same_picture",), plan, self.law))

    def decline(self, case_id: str) -> None:
        self._carry(case_id, declining.decline(self.cases[case_id], self.now, "desk-1", ("not_the_same",)))

    def appeal(self, case_id: str, appeal_id: str | None = None) -> None:
        name = appeal_id or f"appeal {self.cases[case_id].rounds_spent + 1} of {case_id}"
        self._carry(case_id, appealing.open_appeal(self.cases[case_id], self.now, name, self.law))

    def special(self, case_id: str) -> None:
        case = self.cases[case_id]
        self._carry(case_id, exempting.mark_special(case, self.now, "desk-1", case.rounds[-1].number))

    def decide(self, case_id: str, outcome: Outcome, by: str = "desk-1") -> None:
        case = self.cases[case_id]
        told = deciding.decide_appeal(case, self.now, by, case.rounds[-1].number, outcome, ("seen",), self.law)
        self._carry(case_id, told)

    def withdraw(self, case_id: str) -> None:
        self._carry(case_id, withdrawing.withdraw(self.cases[case_id], self.now, Sealed("secret reason"), self.law))

    def lift(self, case_id: str) -> None:
        self._carry(case_id, lifting.lift(self.cases[case_id], self.now, "desk-1", ("our_mistake",)))

    def claim(self, case_id: str, by: str = "desk-1") -> None:
        self._carry(case_id, claiming.claim(self.cases[case_id], self.now, by, self.law))

    def reopen(self, case_id: str) -> None:
        self._carry(case_id, reopening.reopen(self.cases[case_id], self.now, "desk-1", ("not_original",), True))

    def void(self, case_id: str) -> None:
        self.settle(case_id, Voiding(self.now, "finding"))

    def _known(self, listing_id: str) -> Listing:
        return self.listings.get(listing_id, Listing(id=listing_id))

    def _listing(self, listing_id: str, told: Sequence[Happened], command: str = "feed") -> None:
        state = self._known(listing_id)
        for h in told:
            state = listing.evolve(state, h)
        self.listings[listing_id] = state
        self.log.append(f"stream of {listing_id}", told, command)

    def _carry(self, case_id: str, told: Sequence[Happened]) -> None:
        """Everything of one act: the case's own events, what follows in its appeal, and on its listing."""
        self._commands += 1
        command, before, case = f"command-{self._commands}", self.cases[case_id], self.cases[case_id]
        for h in told:
            case = evolve(case, h)
        self.cases[case_id] = case
        self.log.append(case_id, told, command)
        if before.open_round is not None:
            self.log.append(before.open_round.appeal_id, appeal.companions(case_id, told, "a special case"), command)
        for h in told:
            if isinstance(h.event, RoundOpened):
                notice = (case_id, case.notice_id or "", case.respondent)
                first = appeal.opened(notice, Grounds(Sealed("grounds"), ("evidence-1",)), h)
                self.log.append(h.event.appeal_id, [first], command)
        self._listing(case.listing_id, listing.companions(self._known(case.listing_id), case_id, told), command)


def every_ending(world: World, owner: str = "owner") -> None:
    """One case of each ending, and some that go on, named after what became of them."""
    accepted = ("withdrawn", "penalized", "appealed", "special", "lifted", "voided", "exhausted", "unanswered", "reopened")
    names = ("lodged", "declined", *accepted)
    for name in names:
        world.feed(f"listing of {name}")
        world.lodge(name, owner=owner, filing=f"filing of {owner}", listing_id=f"listing of {name}")
    for name in accepted:
        world.wait(minutes=1)
        world.accept(name)
    world.decline("declined")
    for name in ("withdrawn", "appealed", "special", "lifted", "voided", "exhausted"):
        world.appeal(name)
    world.special("special")
    world.withdraw("withdrawn")
    world.decide("lifted", "upheld")
    world.void("voided")
    world.decide("exhausted", "rejected")
    world.appeal("exhausted")
    world.decide("exhausted", "not_accepted", by="desk-2")
    world.claim("penalized")
    world.wait(days=5)
    for name in ("unanswered", "reopened"):
        world.settle(name)
    world.reopen("reopened")
