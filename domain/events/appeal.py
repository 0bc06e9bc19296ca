"""What happens to one appeal (section D of the rules)."""

from __future__ import annotations

from datetime import datetime

from domain.events.base import Because, Event, Outcome, Ruling, Sealed
from domain.working_days import Deadline


class AppealOpened(Event, frozen=True):
    """The respondent appealed against the notice (rule D1)."""

    complaint_id: str
    notice_id: str
    respondent: str
    round: int
    grounds: Sealed
    evidence: tuple[str, ...]
    decide_by: Deadline
    not_before: datetime | None = None


class AppealMarkedSpecial(Event, frozen=True):
    """A special case: exempt from the time to decide (rule D4)."""

    complaint_id: str
    reason: str


class AppealDecided(Event, frozen=True):
    """The appeal was upheld, rejected or not accepted (rule D2), by a reviewer or by lapse (rule D4)."""

    complaint_id: str
    outcome: Outcome
    because: Because
    reasons: tuple[str, ...] = ()
    reviewer: str | None = None


class AppealReversed(Event, frozen=True):
    """A person found otherwise than the lapse of the appeal: from now on it is upheld, or rejected (rule H8)."""

    complaint_id: str
    outcome: Ruling
    reasons: tuple[str, ...]
    reviewer: str


class AppealMooted(Event, frozen=True):
    """The case ended before the appeal was decided (rules C6, B7, H2)."""

    complaint_id: str


class EvidenceUploaded(Event, frozen=True):
    """A file was brought for an appeal; its bytes lie sealed in the vault (rule H5: at most ten an appeal)."""

    owner: str
    digest: str
    size: int
    name: Sealed


LATER_APPEAL_EVENTS = AppealMarkedSpecial | AppealDecided | AppealMooted | AppealReversed
"""What can follow in an appeal's stream on `AppealOpened`."""

APPEAL_EVENTS = AppealOpened | LATER_APPEAL_EVENTS | EvidenceUploaded
