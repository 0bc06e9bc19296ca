"""One message to one member."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from domain.recorded import Recorded
from projections.message_texts import Language, text_of

About = Literal["complaint", "notice", "listing", "filing", "sighting", "voucher_request", "dispute", "authorization", "member"]


class Message(Struct, frozen=True, kw_only=True):
    """What a member is told: `about` is the id of a thing of the given kind that the member may read; `facts` is what its text names."""

    id: str
    member: str
    kind: str
    about_kind: About
    about: str
    at: datetime
    facts: dict[str, Any] = {}

    def text(self, language: Language = "en") -> str:
        """Plain sentences in that language."""
        return text_of(self.kind, self.about_kind, self.facts, language)


def message(recorded: Recorded, member: str, kind: str, about: tuple[About, str], **facts: Any) -> Message:
    """The message that an event makes for a member. Its id is derived from the event's, and neither orders nor dates anything."""
    name = hashlib.sha256(f"message/{recorded.id}/{member}/{kind}".encode()).hexdigest()[:32]
    said = {fact: value for fact, value in facts.items() if value not in (None, (), [])}
    return Message(id=name, member=member, kind=kind, about_kind=about[0], about=about[1], at=recorded.at, facts=said)


def ruled(recorded: Recorded) -> str | None:
    """The rules that were applied, as a notice names them."""
    return None if recorded.rules is None else f"{recorded.rules.name} {recorded.rules.version}"


def shown(instant: datetime) -> str:
    """An instant in a sentence: RFC 3339, UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
