"""A small world on a real store: members, a filing, listings, a clock that is moved by hand, and commands by their contract's names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from adapters.calendars.zones import Zones
from adapters.store.opening import Stores
from adapters.system.clock import SimulatedClock
from application import appeals, complain, decide
from application.acting import Act, Answer, Command, Platform, run, stream_of
from application.index import PutFiling, PutListing
from application.law import LawLibrary
from application.members import change_entrance, sign_declaration
from application.ports import Identity
from domain.appeal import Appeal
from domain.case.state import Case
from domain.entrance import EntrancePolicy
from domain.events import Happened
from domain.events.filing import Filed
from domain.events.listing import ListingFed
from domain.events.member import CalendarPublished
from domain.recorded import Recorded
from domain.refusal import Refusal
from tests.domain.tale import YEAR_2026, instant
from tests.fakes import FakeInspector, FakeMatcher

T = TypeVar("T")
START = instant("2026-03-02 09:00")


class Worded:
    """Answers with the command's id, or with why it was refused."""

    def done(self, act: Act, result: object) -> Answer:
        return Answer(200, act.command_id.encode())

    def refused(self, refusal: Refusal) -> Answer:
        return Answer(409, refusal.code.encode())


class World:
    """Everything a story needs; every method is one command or one look."""

    def __init__(self, stores: Stores, start: datetime = START) -> None:
        self.stores = stores
        self.clock = SimulatedClock(start)
        self.platform = Platform(
            stores.store,
            self.clock,
            stores.ids,
            stores.identities,
            stores.sealer,
            stores.vault,
            FakeInspector(),
            FakeMatcher(stores.fingerprints),
            LawLibrary(Zones()),
        )
        self._publish_year()
        self.act("entrance", "root", lambda act: change_entrance(act, EntrancePolicy(open_to_all=True)))

    def _publish_year(self) -> None:
        year = YEAR_2026
        event = CalendarPublished(year.country, year.year, year.days_off, year.work_days, year.weekend, year.digest, "test")

        def publish(act: Act) -> None:
            from application.index import PutPublication

            stream = act.new_id()
            act.append(stream, [Happened(act.now, event, "root")])
            act.note(PutPublication("calendar", stream, year.digest))

        self.act("calendar", "root", publish)

    def act(self, name: str, by: str, decide_: Callable[[Act], T]) -> T:
        return run(self.platform, Command(name, by), decide_)

    def go(self, until: str | datetime) -> None:
        self.clock.move(instant(until) if isinstance(until, str) else until)

    def member(self, name: str) -> Identity:
        identity = self.stores.identities.enrol(name, f"{name}-nick", ("apparel",))
        self.act("declaration", identity.member_id, lambda act: sign_declaration(act, identity, "1"))
        return identity

    def filing(self, owner: Identity, label: str) -> str:
        def file(act: Act) -> str:
            filing_id = act.new_id()
            sealed = act.platform.sealer.seal(owner.member_id, f"{label}.jpg")
            digest = label.encode().hex().rjust(64, "0")
            event = Filed(owner.member_id, "folder", sealed, digest, 1, "JPEG", 900, 800, b"", "fake/1", "1")
            act.append(filing_id, [Happened(act.now, event, owner.member_id)])
            act.note(PutFiling(filing_id, owner.member_id, digest, "protected"))
            return filing_id

        return self.act("filing", owner.member_id, file)

    def listing(self, seller: Identity, key: str) -> str:
        link = f"https://shop.example/item/{key}.html"

        def feed(act: Act) -> str:
            stream = stream_of("listing", key)
            if not act.load(stream):
                act.append(stream, [Happened(act.now, ListingFed(key, link, link, seller.member_id, "A coat"), "market")])
                act.note(PutListing(key, stream, link, seller.member_id))
            return link

        return self.act("listing", "market", feed)

    def lodge(self, owner: Identity, filing_id: str, *links: str) -> complain.Lodged:
        return self.act("lodging", owner.member_id, lambda act: complain.lodge(act, owner, filing_id, links, "it is mine"))

    def accept(self, case_id: str, by: str = "desk-1", show_original: bool = False) -> Case:
        return self.act("acceptance", by, lambda act: decide.accept(act, case_id, ["same_picture"], show_original))

    def appeal(self, respondent: Identity, notice_id: str | None, evidence: tuple[str, ...] = ()) -> Appeal:
        return self.act(
            "appeal", respondent.member_id, lambda act: appeals.open_appeal(act, respondent, notice_id or "", "mine", evidence)
        ).appeal

    def decide(self, appeal_id: str, outcome: str, by: str = "desk-1") -> decide.DecidedAppeal:
        return self.act("decision", by, lambda act: decide.decide_appeal(act, appeal_id, outcome, ["seen"]))  # type: ignore[arg-type]

    def withdraw(self, owner: Identity, case_id: str, reason: str | None = None) -> Case:
        return self.act("withdrawal", owner.member_id, lambda act: complain.withdraw(act, owner, case_id, reason))

    def stream(self, stream: str) -> tuple[Recorded, ...]:
        return self.stores.store.load(stream)

    def names(self, stream: str) -> list[str]:
        return [type(recorded.event).__name__ for recorded in self.stream(stream)]
