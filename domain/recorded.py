"""Every event there is, as one tagged union, and the envelope in which it is kept (rule T1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from domain.case.events import CASE_EVENTS
from domain.events.appeal import APPEAL_EVENTS
from domain.events.filing import FILING_EVENTS
from domain.events.listing import LISTING_EVENTS
from domain.events.member import MEMBER_EVENTS
from domain.events.replay import REPLAY_EVENTS
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef

AnyEvent: TypeAlias = CASE_EVENTS | APPEAL_EVENTS | FILING_EVENTS | LISTING_EVENTS | MEMBER_EVENTS | REPLAY_EVENTS


class Recorded(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
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
