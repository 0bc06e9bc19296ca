"""A case as its complaint's stream has it: status, rounds, window, penalty (sections C and D of the rules). The state is a value."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from domain.events import Sealed
from domain.events.base import Lapse, Party, Ruling
from domain.rulebook import RulebookRef
from domain.working_days import Deadline


class Status(StrEnum):
    """Where a case stands, in the contract's words."""

    LODGED = "lodged"
    DECLINED = "declined"
    NOTICED = "noticed"
    PENALIZED = "penalized"
    APPEALED = "appealed"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"
    FINAL = "final"


OPEN = (Status.LODGED, Status.NOTICED, Status.PENALIZED, Status.APPEALED)
"""Where a case stands that has not ended."""

WITHOUT_NOTICE = frozenset((Status.LODGED, Status.DECLINED))
"""Where no case stands of which a notice was served."""


class Window(Struct, frozen=True, gc=False):
    """An open window to appeal: its round, when it opened, when it closes (exclusive), when to remind."""

    round: int
    opened_at: datetime
    closes: Deadline
    remind_at: datetime | None
    reminded: bool = False


class Round(Struct, frozen=True, gc=False):
    """One opportunity that was used: the appeal, its time to be decided in, and how it ended (None while open)."""

    number: int
    appeal_id: str
    opened_at: datetime
    decide_by: Deadline
    not_before: datetime | None
    special: bool = False
    outcome: str | None = None
    decided_at: datetime | None = None
    reviewer: str | None = None
    reasons: tuple[str, ...] = ()


class Claim(Struct, frozen=True, gc=False):
    """A reviewer's claim on the case, until an instant (exclusive)."""

    reviewer: str
    until: datetime


class BodyRecord(Struct, frozen=True, gc=False):
    """That a party took the case to an outside body, under which reference, and the body's outcome once it is filed (rule H9)."""

    id: str
    party: Party
    body: Sealed
    reference: Sealed
    recorded_at: datetime
    outcome: Ruling | None = None
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()


class LapseReview(Struct, frozen=True, gc=False):
    """A lapse that a person can be asked to look at until `closes`; and, once one was asked, the review and what it came to (rule H8).

    `appeal_id` is the appeal that lapsed, None where the complaint did; `id` is None while nobody has asked.
    """

    lapse: Lapse
    appeal_id: str | None
    closes: Deadline
    id: str | None = None
    asked_at: datetime | None = None
    decide_by: Deadline | None = None
    reason: Sealed = Sealed("")
    outcome: Ruling | None = None
    decided_at: datetime | None = None
    reviewer: str | None = None
    reasons: tuple[str, ...] = ()

    @property
    def closes_at(self) -> datetime:
        """Until when a person can be asked, exclusive."""
        return self.closes.closes_at

    @property
    def due_at(self) -> datetime | None:
        """By when a review that was asked for is to be decided; None where the rulebook gives no time."""
        return None if self.decide_by is None else self.decide_by.closes_at


class Case(Struct, frozen=True, gc=False, kw_only=True):
    """All that the rules need to know of one case. `complaint_rules` is pinned at lodging, `case_rules` at acceptance (rule T5).

    `penalized_before` is how long a penalty had stood that was revoked before the present one (rule H8).
    """

    id: str
    complainant: str
    respondent: str
    filing_id: str
    listing_id: str
    link: str
    statement: Sealed
    lodged_at: datetime
    accept_by: Deadline
    complaint_rules: RulebookRef
    status: Status = Status.LODGED
    reasons: tuple[str, ...] = ()
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    case_rules: RulebookRef | None = None
    notice_id: str | None = None
    penalized_at: datetime | None = None
    window: Window | None = None
    rounds: tuple[Round, ...] = ()
    rounds_allowed: int | None = None
    rounds_spent: int = 0
    final_because: str | None = None
    lifted_because: str | None = None
    ended_at: datetime | None = None
    claim: Claim | None = None
    sighting_id: str | None = None
    bodies: tuple[BodyRecord, ...] = ()
    reviews: tuple[LapseReview, ...] = ()
    penalized_before: timedelta = timedelta()

    def bodies_of(self, party: Party) -> tuple[BodyRecord, ...]:
        """The outside bodies that one party went to, which the other is never shown (rule H9)."""
        return tuple(one for one in self.bodies if one.party == party)

    @property
    def penalty_stands(self) -> bool:
        """A penalty of this case stands on the listing (rule C4)."""
        return self.penalized_at is not None and self.status not in (Status.LIFTED, Status.WITHDRAWN, Status.VOIDED)

    @property
    def appeals_left(self) -> int | None:
        """Opportunities not yet used or lapsed: None before acceptance, 0 once the case has ended."""
        if self.ended:
            return 0
        return None if self.rounds_allowed is None else self.rounds_allowed - self.rounds_spent

    @property
    def last_deadline(self) -> Deadline:
        """The deadline given last: the open window's, the last appeal's, else the one to take the complaint up."""
        if self.window is not None:
            return self.window.closes
        return self.rounds[-1].decide_by if self.rounds else self.accept_by

    @property
    def desk_due_at(self) -> datetime | None:
        """By when the desk is to act: take the complaint up, or decide the open appeal; None where nothing waits for it (C3, D4)."""
        if self.status is Status.LODGED:
            return self.accept_by.closes_at
        current = self.open_round
        return None if current is None or current.special else current.decide_by.closes_at

    def overdue(self, now: datetime) -> bool:
        """The desk is late (rules C3, D4)."""
        due = self.desk_due_at
        return due is not None and due <= now

    @property
    def ended(self) -> bool:
        """Nothing more is due in this case."""
        return self.ended_at is not None

    @property
    def open_round(self) -> Round | None:
        """The appeal that waits for its decision."""
        last = self.rounds[-1] if self.rounds else None
        return last if last is not None and last.outcome is None and not self.ended else None
