"""What happens to a case: the stream of its complaint (sections C and D of the rules)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from domain.events.base import Event, Sealed
from domain.working_days import Deadline

Because = Literal["desk", "lapse"]
Outcome = Literal["upheld", "rejected", "not_accepted"]


class ProofLine(Struct, frozen=True):
    """One day of the proof of a date (rule C4)."""

    date: date
    day: Literal["event", "working", "rest"]
    why: str
    counted: bool


class ComplaintLodged(Event, frozen=True):
    """A member complained of one listing (rule C1). Respondent, listing and link are those at lodging (rule F2)."""

    complainant: str
    respondent: str
    filing_id: str
    listing_id: str
    link: str
    statement: Sealed
    accept_by: Deadline
    request: str
    sighting_id: str | None = None


class Claimed(Event, frozen=True):
    """A reviewer took the case until an instant, exclusive (rule H3)."""

    reviewer: str
    until: datetime


class ClaimReleased(Event, frozen=True):
    """The reviewer let the case go (rule H3)."""

    reviewer: str


class Declined(Event, frozen=True):
    """The platform did not take the complaint up (rule C3)."""

    reasons: tuple[str, ...]
    because: Because


class Accepted(Event, frozen=True):
    """The platform took the complaint up; `[penalty] [appeal] [withdrawal]` are pinned here (rules C4, T5)."""

    reasons: tuple[str, ...]
    because: Because
    notice_id: str


class NoticeServed(Event, frozen=True):
    """All that the respondent may see of the case, and the only source of what it is shown (rule C5)."""

    notice_id: str
    respondent: str
    listing_id: str
    link: str
    reasons: tuple[str, ...]
    rule: str
    round: int
    closes: Deadline
    appeals_left: int
    proof: tuple[ProofLine, ...]
    picture: str | None = None
    region: tuple[float, float, float, float] | None = None
    shows_original: bool = False


class Penalized(Event, frozen=True):
    """The listing is penalised for this case (rule C4)."""

    listing_id: str


class WindowOpened(Event, frozen=True):
    """The respondent may appeal in this round until the deadline (rules D1, D2, D6); reminded at `remind_at` (rule H4).

    `proof` is that of the deadline, day by day (rule C4); of the first window the notice has it.
    """

    round: int
    closes: Deadline
    remind_at: datetime | None = None
    proof: tuple[ProofLine, ...] = ()


class ReminderSent(Event, frozen=True):
    """The respondent was reminded of the window that is about to close (rule H4)."""

    round: int
    closes_at: datetime


class WindowClosed(Event, frozen=True):
    """The window lapsed unused, at its deadline (rule D3)."""

    round: int


class RoundOpened(Event, frozen=True):
    """The opportunity of this round was used: an appeal is open (rule D1)."""

    round: int
    appeal_id: str
    decide_by: Deadline
    not_before: datetime | None = None


class RoundExempted(Event, frozen=True):
    """The appeal was marked a special case and has no time to be decided in (rule D4)."""

    round: int


class RoundDecided(Event, frozen=True):
    """The appeal of this round was decided, or lapsed undecided under the rulebook (rules D2, D4)."""

    round: int
    outcome: Outcome
    because: Because
    reviewer: str | None = None
    reasons: tuple[str, ...] = ()


class Finalized(Event, frozen=True):
    """The case is final (rules D2, D3)."""

    because: Literal["no_appeal", "appeals_exhausted"]


class Lifted(Event, frozen=True):
    """Penalty or notice were lifted: an appeal was upheld, the desk mended its mistake, or an undecided appeal lapsed (D2, H2, D4)."""

    because: Literal["appeal", "desk", "lapse"]
    reasons: tuple[str, ...] = ()


class Withdrawn(Event, frozen=True):
    """The complainant withdrew (rule C6)."""

    reason: Sealed | None = None


class Reopened(Event, frozen=True):
    """The desk reopened a final case of a terminated merchant (rule B7)."""

    reasons: tuple[str, ...]


class Voided(Event, frozen=True):
    """The case fell with the complainant's protection (rules B7, H1)."""

    because: Literal["finding", "reopening", "dispute"]


COMPLAINT_EVENTS = (
    ComplaintLodged
    | Claimed
    | ClaimReleased
    | Declined
    | Accepted
    | NoticeServed
    | Penalized
    | WindowOpened
    | ReminderSent
    | WindowClosed
    | RoundOpened
    | RoundExempted
    | RoundDecided
    | Finalized
    | Lifted
    | Withdrawn
    | Reopened
    | Voided
)
