"""Every event there is, one module a subject; `AnyEvent` is their tagged union, `Recorded` the envelope (rule T1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple, Protocol

from msgspec import Meta, Struct

from domain.events.appeal import APPEAL_EVENTS
from domain.events.base import Event, Sealed, Seen
from domain.events.complaint import COMPLAINT_EVENTS
from domain.events.filing import FILING_EVENTS
from domain.events.listing import LISTING_EVENTS
from domain.events.member import MEMBER_EVENTS
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef, Deadline

AnyEvent = COMPLAINT_EVENTS | APPEAL_EVENTS | FILING_EVENTS | LISTING_EVENTS | MEMBER_EVENTS

CLOCK = "clock"
"""Who makes the consequences of time."""


class Fact(Protocol):
    """What folding needs of an event, recorded or just decided."""

    @property
    def at(self) -> datetime:
        """The instant at which it takes effect."""
        ...

    @property
    def by(self) -> str:
        """Who did it."""
        ...

    @property
    def event(self) -> AnyEvent:
        """What happened."""
        ...

    @property
    def rules(self) -> RulebookRef | None:
        """The rulebook applied."""
        ...


class Happened(NamedTuple):
    """What a decider decided: an event, when it takes effect, by whom, under which rulebook and calendar."""

    at: datetime
    event: AnyEvent
    by: str
    rules: RulebookRef | None = None
    calendar: CalendarRef | None = None


class Recorded(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event in its envelope (rule T1): its stream and place, when it takes effect, when it was saved, by whom, by which command."""

    originator_id: str
    originator_version: int
    id: str
    at: Annotated[datetime, Meta(tz=True)]
    recorded_at: Annotated[datetime, Meta(tz=True)]
    by: str
    command: str
    event: AnyEvent
    rules: RulebookRef | None = None
    calendar: CalendarRef | None = None


__all__ = ["CLOCK", "AnyEvent", "Deadline", "Event", "Fact", "Happened", "Recorded", "Sealed", "Seen"]
