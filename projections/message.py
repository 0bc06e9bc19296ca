"""One message to one member."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from domain.recorded import Recorded

About = Literal["complaint", "notice", "listing", "filing", "sighting", "voucher_request", "dispute", "authorization", "member"]


class Message(Struct, frozen=True, kw_only=True):
    """What a member is told: `about` is the id of a thing of the given kind that the member may read; `text` is a plain sentence."""

    id: str
    member: str
    kind: str
    about_kind: About
    about: str
    text: str
    at: datetime
    facts: dict[str, str | int] = {}


def message(
    recorded: Recorded, member: str, kind: str, about: tuple[About, str], text: str, facts: dict[str, str | int] | None = None
) -> Message:
    """The message that an event makes for a member. Its id is derived from the event's, and neither orders nor dates anything."""
    name = hashlib.sha256(f"message/{recorded.id}/{member}/{kind}".encode()).hexdigest()[:32]
    return Message(id=name, member=member, kind=kind, about_kind=about[0], about=about[1], text=text, at=recorded.at, facts=facts or {})


def why(reasons: Sequence[str]) -> str:
    """The reasons that staff gave, to be said after what they decided; nothing where there are none."""
    return f" Reasons: {'; '.join(reasons)}" if reasons else ""


REVIEW_REQUESTED = "Your request that a person looks at it was received."


def review_possible(until: datetime) -> str:
    """That nobody has decided, and that a person can be asked (rule H8)."""
    return f"Nobody had decided in time, so the rules did. You can ask for a person to look at it until {shown(until)}."


def review_decided(outcome: str) -> str:
    """What a person found of the reader's request (rule H8)."""
    return f"A person looked at it: your request was {outcome}."


BODY_RECORDED = "It is on record that you took the case to an outside body."


def body_decided(outcome: str) -> str:
    """What an outside body said of the reader's case before it (rule H9)."""
    return f"The outcome of the outside body was filed: your case before it was {outcome}."


def shown(instant: datetime) -> str:
    """An instant in a sentence: RFC 3339, UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
