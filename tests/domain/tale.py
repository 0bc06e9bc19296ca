"""A case told step by step on the pure domain: what was done when, each step settled first as every command is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from domain.case.acts import (
    accepting,
    appealing,
    asking_review,
    claiming,
    deciding,
    deciding_review,
    declining,
    exempting,
    filing_outcome,
    lifting,
    noting,
    releasing,
    reopening,
    taking_to_body,
    withdrawing,
)
from domain.case.acts.lodging import Lodging, lodge
from domain.case.consequences.ending import Voiding
from domain.case.consequences.plan import NoticePlan
from domain.case.folding import begin, evolve
from domain.case.settling import settle
from domain.case.state import Case
from domain.events import Happened, Sealed
from domain.events.base import Party
from domain.law import Law, PublishedYear
from domain.rulebook import Rulebook, parse_rulebook
from domain.working_days import CalendarYear

SHANGHAI = timezone(timedelta(hours=8))
SINCE_EVER = datetime(2000, 1, 1, tzinfo=UTC)
YEAR_2026 = CalendarYear("CN", 2026, (date(2026, 10, 1),), ())
"""A plain year: weekends and one day off, so that every date in a test can be counted by hand."""


def instant(text: str) -> datetime:
    """`2026-03-02 09:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def law(**sections: object) -> Law:
    """The built-in rules with some sections changed, in force since 2000."""
    document = {"name": "t", "version": "1", "effective_from": "2000-01-01T00:00:00Z", **sections}
    rulebooks: list[Rulebook] = [parse_rulebook(document)] if sections else []
    return Law(rulebooks, [PublishedYear(SINCE_EVER, YEAR_2026)], {"Asia/Shanghai": SHANGHAI})


@dataclass
class Tale:
    """One case, lodged on Monday 2026-03-02 09:00 UTC unless said otherwise."""

    law: Law = field(default_factory=law)
    now: datetime = field(default_factory=lambda: instant("2026-03-02 09:00"))
    voiding: Voiding | None = None
    told: list[Happened] = field(default_factory=list)
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        facts = Lodging("owner", "seller", "filing", "listing", "https://shop.example/1", Sealed("s"), "request")
        first = lodge(facts, self.now, self.law)
        self.told += first
        self.case = begin("case", first[0])

    def _tell(self, happened: list[Happened]) -> None:
        for h in happened:
            self.case = evolve(self.case, h)
        self.told += happened

    def wait(self, until: str | datetime) -> Tale:
        self.now = instant(until) if isinstance(until, str) else until
        self._tell(settle(self.case, self.now, self.law, lambda: NoticePlan("notice", self.case.link), self.voiding))
        return self

    def accept(self, by: str = "desk-1") -> Tale:
        self._tell(accepting.accept(self.case, self.now, by, ("same_picture",), NoticePlan("notice", self.case.link), self.law))
        return self.wait(self.now)

    def decline(self, by: str = "desk-1") -> Tale:
        self._tell(declining.decline(self.case, self.now, by, ("not_the_same",)))
        return self

    def appeal(self) -> Tale:
        self._tell(appealing.open_appeal(self.case, self.now, f"appeal-{len(self.case.rounds) + 1}", self.law))
        return self

    def decide(self, outcome: str, by: str = "desk-1", number: int | None = None) -> Tale:
        round_ = number if number is not None else len(self.case.rounds)
        self._tell(deciding.decide_appeal(self.case, self.now, by, round_, outcome, ("seen",), self.law))  # type: ignore[arg-type]
        return self.wait(self.now)

    def special(self) -> Tale:
        self._tell(exempting.mark_special(self.case, self.now, "desk-1", len(self.case.rounds)))
        return self

    def withdraw(self) -> Tale:
        self._tell(withdrawing.withdraw(self.case, self.now, Sealed("changed my mind"), self.law))
        return self

    def lift(self, by: str = "desk-1") -> Tale:
        self._tell(lifting.lift(self.case, self.now, by, ("our_mistake",)))
        return self

    def reopen(self, terminated: bool = True) -> Tale:
        self._tell(reopening.reopen(self.case, self.now, "desk-1", ("not_original",), terminated))
        return self

    def claim(self, by: str) -> Tale:
        self._tell(claiming.claim(self.case, self.now, by, self.law))
        return self

    def release(self, by: str) -> Tale:
        self._tell(releasing.release_claim(self.case, self.now, by))
        return self

    def release_anybodys(self, by: str = "admin") -> Tale:
        self._tell(releasing.release_anybodys(self.case, self.now, by))
        return self

    def note(self, by: str = "desk-1") -> Tale:
        self._tell(noting.add_note(self.case, self.now, by, Sealed("noted")))
        return self

    def to_body(self, party: Party = "respondent", record: str = "record-1", recorded: bool = False) -> Tale:
        taken = taking_to_body.TakenToBody(record, party, Sealed("a body"), Sealed("117"))
        self._tell(taking_to_body.take_to_body(self.case, self.now, taken, recorded))
        return self

    def outcome(self, outcome: str = "upheld", record: str = "record-1") -> Tale:
        self._tell(filing_outcome.file_outcome(self.case, self.now, "desk-1", record, outcome, ("seen",)))  # type: ignore[arg-type]
        return self

    def ask(self, by: str = "seller") -> Tale:
        """The party asks for a person to look at a lapse."""
        number = sum(review.id is not None for review in self.case.reviews) + 1
        self._tell(asking_review.request_review(self.case, self.now, by, f"review-{number}", Sealed("look"), self.law))
        return self

    def look(self, outcome: str, by: str = "desk-1", number: int | None = None) -> Tale:
        review_id = f"review-{number if number is not None else sum(one.id is not None for one in self.case.reviews)}"
        plan = NoticePlan("notice", self.case.link)
        self._tell(deciding_review.decide_review(self.case, self.now, by, review_id, outcome, ("seen",), lambda: plan, self.law))  # type: ignore[arg-type]
        return self.wait(self.now)

    def void(self, because: str = "finding") -> Tale:
        self.voiding = Voiding(self.now, because)  # type: ignore[arg-type]
        return self.wait(self.now)

    def names(self) -> list[str]:
        return [type(h.event).__name__ for h in self.told]

    def at_of(self, name: str) -> list[datetime]:
        return [h.at for h in self.told if type(h.event).__name__ == name]
