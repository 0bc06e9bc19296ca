"""Refused attempts, by what they were about and by who made them (rule D5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from domain.events.member import AttemptRefused
from domain.recorded import Recorded
from projections.conditions import c
from projections.reading import Page, Reading
from projections.shape import AppendTable, Column, Source, View


class Attempt(Struct, frozen=True):
    """What was asked, by whom and when, and why it was refused. `subject` is a case, or a member where there is no case."""

    command: str
    subject: str
    by: str
    at: datetime
    code: str
    facts: dict[str, Any]


def _refused(_: None, recorded: Recorded) -> Iterable[Attempt]:
    match recorded.event:
        case AttemptRefused() as event:
            yield Attempt(event.command, event.subject, recorded.by, recorded.at, event.code, event.facts)
        case _:
            pass


TABLE = AppendTable[Attempt](
    view="attempts",
    name="attempts",
    line=Attempt,
    keys=(Column("subject"), Column("actor")),
    values=lambda attempt: (attempt.subject, attempt.by),
    indexes=(("subject",), ("actor",)),
    sources=(Source({AttemptRefused: _refused}),),
)

VIEW = View("attempts", 1, (TABLE,))


def about(reading: Reading, subject: str, limit: int, after: str | None = None) -> Page[Attempt]:
    """The attempts about a case or member, oldest first."""
    return reading.lines(TABLE, c.subject == subject, limit=limit, after=after)


def by(reading: Reading, actor: str, limit: int, after: str | None = None) -> Page[Attempt]:
    """The attempts that somebody made, oldest first (rule H6)."""
    return reading.lines(TABLE, c.actor == actor, limit=limit, after=after)
