"""What is recorded of replays whose reports can be made again, and of the draft that runs beside the live rules (rules G7, G8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.events.base import Event
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef


class ReplaySealed(Event, frozen=True):
    """What a replay stood on, and the digest of what it found: whoever runs it again finds the same (rule G8).

    `digest` is the report's: SHA-256, hexadecimal, of its RFC 8785 form. `size` and `root` (hexadecimal) are the log's tree with all
    events up to `log_position`, `calendars` those of the countries that were asked for, as published by then. `rulebook` and
    `document` are None where the history was verified under its own rules. `code` is the version that found it.
    """

    digest: str
    log_position: int
    size: int
    root: str
    until: datetime
    calendars: tuple[CalendarRef, ...]
    code: str
    rulebook: RulebookRef | None = None
    document: dict[str, Any] | None = None


class SealedReplayRead(Event, frozen=True):
    """An admin read the report of a sealed replay (rule G8)."""

    digest: str


class ShadowBegun(Event, frozen=True):
    """A draft begins to run beside the live rulebook, over the cases lodged at or after an instant (rule G7)."""

    rulebook: RulebookRef
    document: dict[str, Any]
    since: datetime


class ShadowEnded(Event, frozen=True):
    """The draft of that digest runs no longer (rule G7)."""

    digest: str


REPLAY_EVENTS = ReplaySealed | SealedReplayRead | ShadowBegun | ShadowEnded
"""What there can be in the streams of sealed replays and of the shadow."""
