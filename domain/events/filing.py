"""What happens to filed pictures, their vouchers and disputes (section B of the rules, H1)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from domain.events.base import Event, Ruling, Sealed, Seen
from domain.picture import Flaw
from domain.working_days import Deadline

VoucherKind = Literal["original", "outtake", "contract", "other"]


class FolderCreated(Event, frozen=True):
    """A named folder of a merchant's (rule B1)."""

    owner: str
    name: Sealed


class FolderRenamed(Event, frozen=True):
    """The merchant calls the folder otherwise; what is filed in it stays there (rule B1)."""

    owner: str
    name: Sealed


class Suspicion(Struct, frozen=True):
    """A likeness short of a copy, for the desk to look at; the filing stands (rule B4)."""

    filing_id: str
    seen: Seen


class Filed(Event, frozen=True):
    """A picture was certified: evidence from this instant (rule B5). `digest` is SHA-256 of the untouched original."""

    owner: str
    folder_id: str
    name: Sealed
    digest: str
    size: int
    format: str
    width: int
    height: int
    fingerprint: bytes
    matcher: str
    declaration: str
    dispute_id: str | None = None


class FilingSuspected(Event, frozen=True):
    """What the filing resembles, short of a copy: for the desk. An event of its own, for the certificate proves `Filed` whole (B4, B5)."""

    suspicions: tuple[Suspicion, ...]


class FilingWithdrawn(Event, frozen=True):
    """The owner took the filing back."""


class FilingCancelled(Event, frozen=True):
    """Protection ended by the platform: a finding (rule B7) or a lost dispute (rule H1)."""

    because: Literal["finding", "dispute"]


class FilingReinstated(Event, frozen=True):
    """The merchant was reinstated; the filing is protected again (rule B7)."""


class PictureRefused(Event, frozen=True):
    """A picture does not support authentication: which file, why (rule B3). The match is for the staff alone (rule B4)."""

    refused_id: str
    owner: str
    folder_id: str
    name: Sealed
    digest: str
    flaws: tuple[Flaw, ...]
    match: Suspicion | None = None


class VoucherGiven(Event, frozen=True):
    """A voucher for a filing or a dispute, asked for or not; its bytes lie sealed in the vault (rule B6)."""

    subject: Literal["filing", "dispute"]
    subject_id: str
    owner: str
    number: int
    kind: VoucherKind
    digest: str
    size: int
    name: Sealed


class VoucherRequested(Event, frozen=True):
    """The platform asked for vouchers; `[vouchers]` is pinned here (rules B6, T5)."""

    filing_id: str
    owner: str
    what: tuple[str, ...]
    due: Deadline
    remind_at: datetime | None = None


class VoucherReminderSent(Event, frozen=True):
    """The merchant was reminded of vouchers that are due (rule H4)."""

    filing_id: str
    owner: str
    due_at: datetime


class VoucherRequestDecided(Event, frozen=True):
    """Staff found the vouchers satisfying or wanting (rule B6)."""

    outcome: Literal["satisfied", "wanting"]
    reasons: tuple[str, ...]


class DisputeOpened(Event, frozen=True):
    """Who was refused because another filed first disputes that filing (rule H1)."""

    refused_id: str
    disputant: str
    filing_id: str
    statement: Sealed


class DisputeDecided(Event, frozen=True):
    """Staff decided whose picture it is; upheld makes the disputant's filing `winner` (rule H1)."""

    outcome: Ruling
    reasons: tuple[str, ...]
    disputant: str
    filing_id: str
    winner: str | None = None


LATER_FILING_EVENTS = FilingSuspected | FilingWithdrawn | FilingCancelled | FilingReinstated
"""What can follow in a filing's stream on `Filed`."""

LATER_REQUEST_EVENTS = VoucherReminderSent | VoucherRequestDecided
"""What can follow in a voucher request's stream on `VoucherRequested`."""

FILING_EVENTS = (
    FolderCreated
    | FolderRenamed
    | Filed
    | LATER_FILING_EVENTS
    | PictureRefused
    | VoucherGiven
    | VoucherRequested
    | LATER_REQUEST_EVENTS
    | DisputeOpened
    | DisputeDecided
)
