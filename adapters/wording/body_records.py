"""How an outside body that a party took a case to is written for that party, complainant and respondent alike (rule H9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application.ports import Sealer
from domain.events import Sealed


class RecordOfBody(Protocol):
    """A record, as a case or a notice has it."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def body(self) -> Sealed:
        """The body's name."""
        ...

    @property
    def reference(self) -> Sealed:
        """What the body calls the case."""
        ...

    @property
    def recorded_at(self) -> datetime:
        """When the party said so."""
        ...

    @property
    def outcome(self) -> str | None:
        """What the body decided, once that is filed."""
        ...

    @property
    def decided_at(self) -> datetime | None:
        """When the outcome was filed."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why."""
        ...


def body_record(one: RecordOfBody, sealer: Sealer) -> dict[str, Any]:
    """The record; names that cannot be read any more are empty."""
    return {
        "id": one.id,
        "body": readable(sealer, one.body) or "",
        "reference": readable(sealer, one.reference) or "",
        "status": one.outcome or "open",
        "recorded_at": instant(one.recorded_at),
        "decided_at": instant(one.decided_at),
        "reasons": list(one.reasons),
    }
