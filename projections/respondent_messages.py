"""What respondents and sellers are told, from the notice, what follows on it, and warnings (rules C4, C5, F2, H4).

The table beside holds whose a case's notice is, from `NoticeServed` alone; so nothing here can tell who complained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from domain.case.events import (
    BodyDecided,
    Finalized,
    Lifted,
    NoticeServed,
    ReminderSent,
    ReviewDecided,
    ReviewRequested,
    ReviewWindowOpened,
    RoundDecided,
    RoundOpened,
    RoundReversed,
    TakenToBody,
    Voided,
    WindowOpened,
    Withdrawn,
)
from domain.events import Event
from domain.events.listing import SellerWarned
from domain.recorded import Recorded
from projections.message import Message, message, shown
from projections.shape import Change, StateTable, by_stream, keep


class Served(Struct, frozen=True, array_like=True):
    """On whom which notice was served, and the rule that it names."""

    notice_id: str
    respondent: str
    rule: str


def _served(_: Served | None, recorded: Recorded) -> Served | None:
    match recorded.event:
        case NoticeServed(notice_id=notice_id, respondent=respondent, rule=rule):
            return Served(notice_id, respondent, rule)
        case _:
            return None


_FOLLOWING: tuple[type[Event], ...] = (
    WindowOpened,
    ReminderSent,
    RoundOpened,
    RoundDecided,
    Finalized,
    Lifted,
    Withdrawn,
    Voided,
    TakenToBody,
    BodyDecided,
    ReviewWindowOpened,
    ReviewRequested,
    ReviewDecided,
    RoundReversed,
)

NOTICES = StateTable[Served](
    view="messages",
    name="messages_notices",
    state=Served,
    on={
        NoticeServed: Change(by_stream, _served, begins=True),
        **dict.fromkeys(_FOLLOWING, Change[Served](by_stream, keep)),
    },
)


def _lines(served: Served | None, recorded: Recorded) -> Iterable[Message]:
    if served is None:
        return
    told = _told(recorded.event)
    if told is not None:
        kind, facts = told
        yield message(recorded, served.respondent, kind, ("notice", served.notice_id), **facts, rule=served.rule)


def _told(event: object) -> tuple[str, dict[str, Any]] | None:
    """The kind of the message, and what it names besides the notice's rule: those of the lodging would date it (C5)."""
    match event:
        case NoticeServed(closes=closes):
            return "notice_served", {"until": shown(closes.closes_at)}
        case WindowOpened(round=number, closes=closes) if number > 1:
            return "appeal_possible", {"round": number, "until": shown(closes.closes_at)}
        case ReminderSent(closes_at=closes_at):
            return "appeal_reminder", {"until": shown(closes_at)}
        case RoundOpened(round=number):
            return "appeal_opened", {"round": number}
        case RoundDecided(round=number, outcome=outcome, reasons=reasons):
            return "appeal_decided", {"round": number, "outcome": outcome, "reasons": reasons}
        case Finalized():
            return "notice_final", {}
        case Lifted(reasons=reasons):
            return "notice_lifted", {"reasons": reasons}
        case Withdrawn():
            return "notice_withdrawn", {}
        case Voided():
            return "notice_voided", {}
        case TakenToBody(party="respondent"):
            return "body_recorded", {}
        case BodyDecided(party="respondent", outcome=outcome, reasons=reasons):
            return "body_decided", {"outcome": outcome, "reasons": reasons}
        case RoundReversed(round=number, outcome=outcome, reasons=reasons):
            return "appeal_reversed", {"round": number, "outcome": outcome, "reasons": reasons}
        case ReviewWindowOpened(party="respondent", closes=closes):
            return "review_possible", {"until": shown(closes.closes_at)}
        case ReviewRequested(party="respondent"):
            return "review_requested", {}
        case ReviewDecided(party="respondent", outcome=outcome, reasons=reasons):
            return "review_decided", {"outcome": outcome, "reasons": reasons}
        case _:
            return None


def _warned(_: Served | None, recorded: Recorded) -> Iterable[Message]:
    match recorded.event:
        case SellerWarned(seller=seller, listing_id=listing_id):
            yield message(recorded, seller, "seller_warned", ("listing", listing_id))
        case _:
            pass


TOLD: Mapping[type[Event], Callable[[Served | None, Recorded], Iterable[Message]]] = {
    **dict.fromkeys((NoticeServed, *_FOLLOWING), _lines),
    SellerWarned: _warned,
}
