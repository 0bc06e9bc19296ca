"""Messages: each member is told of what concerns it, in the order in which it happened.

Who hears what is decided in two halves that do not know each other: `owner_messages` writes to complainants, owners, disputants
and grantees; `respondent_messages` to respondents and sellers, from notices and warnings alone (rule C5). This module only lays
both into one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from domain.recorded import Recorded
from projections import owner_messages, respondent_messages
from projections.conditions import c
from projections.folding import position_of_line
from projections.message import Message
from projections.reading import Counting, Page, Reading
from projections.shape import AppendTable, Column, Source, View

TABLE = AppendTable[Message](
    view="messages",
    name="messages",
    line=Message,
    keys=(Column("member"),),
    values=lambda message: (message.member,),
    indexes=(("member",),),
    sources=(
        Source(owner_messages.TOLD, owner_messages.PARTIES),
        Source(respondent_messages.TOLD, respondent_messages.NOTICES),
    ),
)

_PART = 200

VIEW = View("messages", 2, (TABLE,))


def of_member(reading: Reading, member: str, limit: int, after: str | None = None) -> Page[Message]:
    """A member's messages, oldest first; the cursor is never None."""
    return reading.lines(TABLE, c.member == member, limit=limit, after=after)


def newest_of_member(reading: Reading, member: str, limit: int, after: str | None = None) -> Page[Message]:
    """A member's messages, newest first; the cursor is never None, and what is after the oldest is empty."""
    return reading.last_lines(TABLE, c.member == member, limit=limit, after=after)


def unread(reading: Reading, member: str, read: int) -> int:
    """How many of a member's messages are after the line up to which it has read."""
    return reading.counts([Counting(TABLE, (c.member == member, c.made > read))])[0]


def read_until(reading: Reading, member: str, until: str | datetime) -> int | None:
    """The line of a member's message by its id, or of the last one whose instant is no later; None where there is none."""
    found, cursor = None, None
    while True:
        page = of_member(reading, member, _PART, cursor)
        fitting = [n for n, one in enumerate(page.items, start=1) if (one.id == until if isinstance(until, str) else one.at <= until)]
        if fitting:
            found = int(of_member(reading, member, fitting[-1], cursor).next or 0)
        if len(page.items) < _PART:
            return found
        cursor = page.next


def of_everybody(reading: Reading, limit: int, after: str | None = None) -> Page[Message]:
    """All members' messages, oldest first; the cursor is never None."""
    return reading.lines(TABLE, limit=limit, after=after)


def end(reading: Reading) -> str:
    """The cursor after the last message there is."""
    return reading.end(TABLE)


def position(cursor: str | None) -> int:
    """The position in the log of the event that the message before a cursor is of; 0 before the first."""
    return position_of_line(int(cursor or 0))


def of_history(history: Iterable[Recorded]) -> Iterator[Message]:
    """What members were told by these events, in their order: the messages of one case's story (rule G1)."""
    halves: tuple[tuple[Any, Any], ...] = (
        (owner_messages.PARTIES, owner_messages.TOLD),
        (respondent_messages.NOTICES, respondent_messages.TOLD),
    )
    states: tuple[dict[str, Any], ...] = ({}, {})
    for recorded in history:
        kind = type(recorded.event)
        for (state_table, lines), known in zip(halves, states, strict=True):
            change = state_table.on.get(kind)
            if change is not None:
                key = change.key(recorded)
                known[key] = change.fold(known.get(key), recorded)
            if kind in lines:
                yield from lines[kind](known.get(recorded.originator_id), recorded)
