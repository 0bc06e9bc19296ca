"""What an event is, and what a decider gives: the event, when it takes effect, by whom, under which rules (rule T1).

Which events there are is in the modules here, one a subject, and for cases in `domain.case.events`; all of them, and the envelope
in which they are kept, in `domain.recorded`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from domain.events.base import Event, Sealed, Seen
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef, Deadline

if TYPE_CHECKING:  # every event is made of what is here
    from domain.recorded import AnyEvent

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


__all__ = ["CLOCK", "Deadline", "Event", "Fact", "Happened", "Sealed", "Seen"]
