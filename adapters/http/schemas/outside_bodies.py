"""What is sent and shown of outside bodies that a party took its case to (rule H9)."""

from __future__ import annotations

from adapters.http.schemas.common import ReasonsBody
from adapters.http.schemas.fields import Received, Shown, choice, identifier, instant, many, text, word


class BodyRecord(Shown):
    """An outside body that a party took its case to, and what came of it; shown to that party and the desk (EU 2022/2065, art. 21)."""

    id = identifier()
    body = word("User Rights", "The body's name.")
    reference = word("UR-2026-117", "What the body calls the case.")
    status = choice("open", "upheld", "rejected", meaning="What the body said of that party's case before it.")
    recorded_at = instant()
    decided_at = instant(allow_none=True)
    reasons = many(word("The contract names this picture."))


class BodyRecordBody(Received):
    """Which certified body the ended case was taken to, and under which reference it is known there."""

    body = text(1, 200, example="User Rights")
    reference = text(1, 200, example="UR-2026-117")


class PartysBody(BodyRecord):
    """An outside body that a party went to; the other party is never shown it."""

    party = choice("complainant", "respondent")


class BodyOutcomeBody(ReasonsBody):
    """What a body decided of the party's case before it; `party` says whose, where both went to it under one reference."""

    body = text(1, 200, example="User Rights")
    reference = text(1, 200, example="UR-2026-117")
    outcome = choice("upheld", "rejected")
    party = choice("complainant", "respondent", load_default=None, allow_none=True)
