"""What a respondent may have a person look at, asked, and was answered; of the complainant's nothing is here (rules C5, H8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.case.events import ReviewDecided, ReviewRequested, ReviewWindowOpened
from domain.events import Sealed
from domain.events.base import Lapse, Ruling
from domain.recorded import Recorded


class NoticeReview(Struct, frozen=True, kw_only=True):
    """A lapse against the respondent that a person can be asked to look at, and what came of asking (rule H8)."""

    lapse: Lapse
    appeal_id: str | None
    closes_at: datetime
    id: str | None = None
    reason: Sealed = Sealed("")
    asked_at: datetime | None = None
    due_at: datetime | None = None
    outcome: Ruling | None = None
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()


Reviews = tuple[NoticeReview, ...]


def after(reviews: Reviews, recorded: Recorded) -> Reviews:
    """The same after an event of the case; they themselves where it is not about one of the respondent's."""
    match recorded.event:
        case ReviewWindowOpened(party="respondent") as lapsed:
            return (*reviews, NoticeReview(lapse=lapsed.lapse, appeal_id=lapsed.appeal_id, closes_at=lapsed.closes.closes_at))
        case ReviewRequested(party="respondent") as asked:
            due = None if asked.decide_by is None else asked.decide_by.closes_at
            request = {"id": asked.review_id, "reason": asked.reason, "asked_at": recorded.at, "due_at": due}
            return _with(reviews, lambda one: (one.lapse, one.appeal_id) == (asked.lapse, asked.appeal_id), request)
        case ReviewDecided(party="respondent") as decided:
            found = {"outcome": decided.outcome, "decided_at": recorded.at, "reasons": decided.reasons}
            return _with(reviews, lambda one: one.id == decided.review_id, found)
        case _:
            return reviews


def _with(reviews: Reviews, which: Callable[[NoticeReview], bool], said: Mapping[str, object]) -> Reviews:
    return tuple(replace(one, **said) if which(one) else one for one in reviews)
