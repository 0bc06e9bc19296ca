"""What happens to members, their authorisations and what is published (sections A, B7, F1, T5, E2, G4b of the rules)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from domain.events.base import Event

Misuse = Literal["declined_complaints", "withdrawn_after_appeal", "overturned_penalties", "rejected_appeals"]
"""What is counted of a member (rule H5)."""

Side = Literal["complaints", "appeals"]
"""What a member can be suspended from (rule H5)."""


class DeclarationSigned(Event, frozen=True):
    """The merchant signed the declaration in this version (rule A3)."""

    version: str


class MerchantTerminated(Event, frozen=True):
    """Non-original pictures were found: from here on nothing of the merchant's is protected (rule B7)."""

    filing_id: str
    reasons: tuple[str, ...]
    preview: str


class MerchantReinstated(Event, frozen=True):
    """The merchant's filings are protected again from here on; its cases stay voided (rule B7)."""

    reasons: tuple[str, ...]


class MemberForgotten(Event, frozen=True):
    """The member's key and identity were erased, at its wish or the law's (rule H6)."""


class AuthorizationGranted(Event, frozen=True):
    """The owner lets another member use some or all of its pictures; `filings` None means all, later ones too (rule F1)."""

    owner: str
    grantee: str
    filings: tuple[str, ...] | None = None
    until: datetime | None = None


class AuthorizationRevoked(Event, frozen=True):
    """The grant ended by its owner's will, or with its owner's service (rules F1, B7)."""

    owner: str
    grantee: str
    because: Literal["owner", "finding"] = "owner"


class EntrancePolicyChanged(Event, frozen=True):
    """To whom the entrance is shown (rule A1)."""

    open_to_all: bool
    categories: tuple[str, ...]
    members: tuple[str, ...]
    match: Literal["any", "all"]


class RulebookPublished(Event, frozen=True):
    """A rulebook, whole, with its digest (rule T5)."""

    name: str
    version: str
    effective_from: datetime
    digest: str
    document: dict[str, Any]


class RuleChange(Struct, frozen=True):
    """A key of a rulebook that has another value in the next one; both as JSON."""

    key: str
    was: str
    becomes: str


class RulesNoticeGiven(Event, frozen=True):
    """A member was told that another rulebook comes into force, in place of which, and what differs: so many keys `more` (rule T5)."""

    member: str
    rulebook: str
    digest: str
    effective_from: datetime
    replaces: str
    changes: tuple[RuleChange, ...]
    more: int = 0


class CalendarPublished(Event, frozen=True):
    """One year of a country's working days, with its digest (rule E2)."""

    country: str
    year: int
    days_off: tuple[date, ...]
    work_days: tuple[date, ...]
    weekend: tuple[int, ...]
    digest: str
    source: str


class AttemptRefused(Event, frozen=True):
    """What was asked, by whom and when, and why it was refused (rule D5)."""

    command: str
    subject: str
    code: str
    facts: dict[str, Any]


class HistoryRead(Event, frozen=True):
    """An auditor read a history (rule G4b)."""

    what: str
    subject: str
    as_of: datetime | None = None


class IdentityDisclosed(Event, frozen=True):
    """One party was told who another is: to whom, on whose order, why (rule G4b)."""

    complaint_id: str
    to: str
    order: str
    reason: str


class MisuseWarned(Event, frozen=True):
    """The member was warned: so many outcomes were counted, and at `suspend_at` it will be suspended (rule H5)."""

    member: str
    kind: Misuse
    counted: int
    suspend_at: int


class MemberSuspended(Event, frozen=True):
    """The member's new complaints, or new appeals, are refused until an instant, exclusive (rule H5)."""

    member: str
    kind: Misuse
    side: Side
    counted: int
    until: datetime


class SuspensionLifted(Event, frozen=True):
    """The desk took the member's warnings and suspensions back; counting begins anew (rule H5)."""

    member: str
    reasons: tuple[str, ...]


MERCHANT_EVENTS = DeclarationSigned | MerchantTerminated | MerchantReinstated | MemberForgotten
"""What there can be in a merchant's own stream."""

MISUSE_EVENTS = MisuseWarned | MemberSuspended | SuspensionLifted
"""What there can be in the stream of a member's conduct (rule H5)."""

MEMBER_EVENTS = (
    MERCHANT_EVENTS
    | AuthorizationGranted
    | AuthorizationRevoked
    | EntrancePolicyChanged
    | RulebookPublished
    | RulesNoticeGiven
    | CalendarPublished
    | AttemptRefused
    | HistoryRead
    | IdentityDisclosed
    | MISUSE_EVENTS
)
