"""Vouchers, and what the platform asks for (rules B6, H4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple, assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.events import CLOCK, Fact, Happened, Sealed
from domain.events import filing as happened
from domain.events.filing import VoucherKind
from domain.law import Law
from domain.refusal import RefusedAttempt
from domain.rulebook import RulebookRef
from domain.working_days import Deadline, reminder_before

Subject = Literal["filing", "dispute"]
Outcome = Literal["satisfied", "wanting"]


class Voucher(Struct, frozen=True, kw_only=True):
    """A voucher that was given; numbers count from 1 for each subject. `digest` names the sealed bytes in the vault."""

    subject: Subject
    subject_id: str
    owner: str
    number: int
    kind: VoucherKind
    digest: str
    size: int
    name: Sealed
    given_at: datetime


def vouchers(facts: Sequence[Fact]) -> tuple[Voucher, ...]:
    """All vouchers of one subject in the order of their numbers. Raises TypeError for an event that has no place among them."""
    return tuple(map(_voucher, facts))


def _voucher(fact: Fact) -> Voucher:
    event = fact.event
    if not isinstance(event, happened.VoucherGiven):
        raise TypeError(f"{type(event).__name__} has no place among vouchers")
    return Voucher(
        subject=event.subject,
        subject_id=event.subject_id,
        owner=event.owner,
        number=event.number,
        kind=event.kind,
        digest=event.digest,
        size=event.size,
        name=event.name,
        given_at=fact.at,
    )


class SealedFile(NamedTuple):
    """A file as it lies sealed in the vault: the digest of the sealed bytes, the size of the file in bytes, its sealed name."""

    digest: str
    size: int
    name: Sealed


def give(
    of: tuple[Subject, str], owner: str, given: Sequence[Voucher], kind: VoucherKind, files: Sequence[SealedFile], at: datetime
) -> list[Happened]:
    """Vouchers for a filing or a dispute, asked for or not, numbered after those `given` already (rules B6, H1)."""
    subject, subject_id = of
    return [
        Happened(at, happened.VoucherGiven(subject, subject_id, owner, number, kind, file.digest, file.size, file.name), owner)
        for number, file in enumerate(files, start=len(given) + 1)
    ]


class RequestStatus(StrEnum):
    """Where a voucher request stands: open until staff decide, however late (rule B6)."""

    OPEN = "open"
    SATISFIED = "satisfied"
    WANTING = "wanting"


class VoucherRequest(Struct, frozen=True, kw_only=True):
    """A request for vouchers; `rules` is the rulebook whose `[vouchers]` is pinned to it (rule T5)."""

    id: str
    filing_id: str
    owner: str
    what: tuple[str, ...]
    asked_at: datetime
    due: Deadline
    rules: RulebookRef | None
    remind_at: datetime | None = None
    reminded: bool = False
    status: RequestStatus = RequestStatus.OPEN
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()

    @property
    def reminder_due(self) -> datetime | None:
        """When the merchant is to be reminded; None where it was, or no longer needs to be (rule H4)."""
        return None if self.reminded or self.status is not RequestStatus.OPEN else self.remind_at


def begin(request_id: str, fact: Fact) -> VoucherRequest:
    """The state after the first event. Raises TypeError where that is not `VoucherRequested`."""
    event = fact.event
    if not isinstance(event, happened.VoucherRequested):
        raise TypeError(f"a voucher request does not begin with {type(event).__name__}")
    return VoucherRequest(
        id=request_id,
        filing_id=event.filing_id,
        owner=event.owner,
        what=event.what,
        asked_at=fact.at,
        due=event.due,
        rules=fact.rules,
        remind_at=event.remind_at,
    )


def evolve(request: VoucherRequest, fact: Fact) -> VoucherRequest:
    """The state after one more event. Raises TypeError for an event that has no place in a voucher request."""
    event = fact.event
    if not isinstance(event, happened.LATER_REQUEST_EVENTS):
        raise TypeError(f"{type(event).__name__} has no place in a voucher request")
    match event:
        case happened.VoucherReminderSent():
            return replace(request, reminded=True)
        case happened.VoucherRequestDecided():
            return replace(request, status=RequestStatus(event.outcome), decided_at=fact.at, reasons=event.reasons)
        case _:
            assert_never(event)


def fold(request_id: str, facts: Sequence[Fact]) -> VoucherRequest | None:
    """The state that a whole stream tells; None for an empty one."""
    request: VoucherRequest | None = None
    for fact in facts:
        request = begin(request_id, fact) if request is None else evolve(request, fact)
    return request


def ask(filing_id: str, owner: str, what: tuple[str, ...], at: datetime, by: str, law: Law) -> list[Happened]:
    """Ask a merchant for vouchers, to be produced within the rulebook's time; a reminder one working day before (rules B6, H4, T5)."""
    rules = law.in_force(at)
    due = law.deadline(at, rules.vouchers.produce_within, rules, at)
    remind_at = None
    if rules.reminder.enabled:
        remind_at = reminder_before(due.closes_at, law.calendar(rules.calendar, at), law.zone(rules.time_zone))
    event = happened.VoucherRequested(filing_id, owner, what, due, remind_at if remind_at is not None and remind_at > at else None)
    return [Happened(at, event, by, rules.ref, due.calendar)]


def settle(request: VoucherRequest, now: datetime) -> list[Happened]:
    """The reminder where it is due, at its own instant (rules H4, T4); a lapsed request decides nothing, staff do (rule B6)."""
    at = request.reminder_due
    if at is None or now < at:
        return []
    event = happened.VoucherReminderSent(request.filing_id, request.owner, request.due.closes_at)
    return [Happened(at, event, CLOCK, request.rules, request.due.calendar)]


def decide(request: VoucherRequest, at: datetime, by: str, outcome: Outcome, reasons: tuple[str, ...]) -> list[Happened]:
    """Staff find the vouchers satisfying or wanting, in time or not (rule B6). Raises Refusal: already_decided."""
    if request.status is not RequestStatus.OPEN:
        raise RefusedAttempt("already_decided", outcome=request.status.value)
    return [Happened(at, happened.VoucherRequestDecided(outcome, reasons), by, request.rules)]
