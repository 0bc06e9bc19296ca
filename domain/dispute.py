"""A dispute: who was refused because another filed first says the picture is its own (rule H1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Fact, Happened, Sealed
from domain.events import filing as happened
from domain.events.base import Ruling
from domain.refusal import RefusedAttempt


class DisputeStatus(StrEnum):
    """Where a dispute stands, in the contract's words."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Dispute(Struct, frozen=True, kw_only=True):
    """A dispute as its stream tells it: `filing_id` is the disputed filing, `winner` the filing made for the disputant."""

    id: str
    refused_id: str
    disputant: str
    filing_id: str
    statement: Sealed
    opened_at: datetime
    status: DisputeStatus = DisputeStatus.OPEN
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    winner: str | None = None


def begin(dispute_id: str, fact: Fact) -> Dispute:
    """The state after the first event. Raises TypeError where that is not `DisputeOpened`."""
    event = fact.event
    if not isinstance(event, happened.DisputeOpened):
        raise TypeError(f"a dispute does not begin with {type(event).__name__}")
    return Dispute(
        id=dispute_id,
        refused_id=event.refused_id,
        disputant=event.disputant,
        filing_id=event.filing_id,
        statement=event.statement,
        opened_at=fact.at,
    )


def evolve(dispute: Dispute, fact: Fact) -> Dispute:
    """The state after one more event. Raises TypeError for an event that has no place in a dispute."""
    event = fact.event
    if not isinstance(event, happened.DisputeDecided):
        raise TypeError(f"{type(event).__name__} has no place in a dispute")
    return replace(dispute, status=DisputeStatus(event.outcome), decided_at=fact.at, reasons=event.reasons, winner=event.winner)


def fold(dispute_id: str, facts: Sequence[Fact]) -> Dispute | None:
    """The state that a whole stream tells; None for an empty one."""
    dispute: Dispute | None = None
    for fact in facts:
        dispute = begin(dispute_id, fact) if dispute is None else evolve(dispute, fact)
    return dispute


class DisputedRefusal(NamedTuple):
    """A refused picture that its owner disputes: the filing that barred it (None: it was not refused by B4), whether that is still
    protected, and whether it is disputed already.
    """

    refused_id: str
    owner: str
    rival: str | None
    rival_protected: bool
    disputed: bool


def open_dispute(refused: DisputedRefusal, at: datetime, statement: Sealed) -> list[Happened]:
    """Dispute the filing that barred a picture (rule H1). Raises Refusal: not_disputable."""
    if refused.rival is None or refused.disputed or not refused.rival_protected:
        raise RefusedAttempt("not_disputable", refused_picture_id=refused.refused_id)
    return [Happened(at, happened.DisputeOpened(refused.refused_id, refused.owner, refused.rival, statement), refused.owner)]


def refuse_decided(dispute: Dispute) -> None:
    """Raises Refusal: already_decided, unless the dispute is open."""
    if dispute.status is not DisputeStatus.OPEN:
        raise RefusedAttempt("already_decided", outcome=dispute.status.value)


def decide(dispute: Dispute, at: datetime, by: str, outcome: Ruling, reasons: tuple[str, ...], winner: str | None) -> list[Happened]:
    """Staff decide whose picture it is; `winner` is the disputant's filing where one is made (rule H1). Raises Refusal: already_decided."""
    refuse_decided(dispute)
    return [Happened(at, happened.DisputeDecided(outcome, reasons, dispute.disputant, dispute.filing_id, winner), by)]
