"""What respondents and sellers are told, from the notice, what follows on it, and warnings (rules C4, C5, F2, H4).

The table beside holds whose a case's notice is, from `NoticeServed` alone; so nothing here can tell who complained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

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
from projections.message import BODY_RECORDED, REVIEW_REQUESTED, Message, body_decided, message, review_decided, review_possible, shown, why
from projections.shape import Change, StateTable, by_stream, keep


class Served(Struct, frozen=True, array_like=True):
    """On whom which notice was served."""

    notice_id: str
    respondent: str


def _served(_: Served | None, recorded: Recorded) -> Served | None:
    match recorded.event:
        case NoticeServed(notice_id=notice_id, respondent=respondent):
            return Served(notice_id, respondent)
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

_OUTCOMES = {"upheld": "upheld", "rejected": "rejected", "not_accepted": "not accepted"}


def _lines(served: Served | None, recorded: Recorded) -> Iterable[Message]:
    if served is None:
        return
    wording = _wording(recorded.event)
    if wording is not None:
        kind, text = wording
        yield message(recorded, served.respondent, kind, ("notice", served.notice_id), text)


def _wording(event: object) -> tuple[str, str] | None:
    match event:
        case NoticeServed(closes=closes):
            return "notice_served", f"An infringement notice was served on your listing. You can appeal until {shown(closes.closes_at)}."
        case WindowOpened(round=number, closes=closes) if number > 1:
            return "appeal_possible", f"You can appeal once more, in round {number}, until {shown(closes.closes_at)}."
        case ReminderSent(closes_at=closes_at):
            return "appeal_reminder", f"Your time to appeal ends at {shown(closes_at)}."
        case RoundOpened(round=number):
            return "appeal_opened", f"Your appeal of round {number} was received."
        case RoundDecided(round=number, outcome=outcome, reasons=reasons):
            return "appeal_decided", f"Your appeal of round {number} was {_OUTCOMES[outcome]}." + why(reasons)
        case Finalized():
            return "notice_final", "The notice is final."
        case Lifted(reasons=reasons):
            return "notice_lifted", "The notice was lifted; a penalty that stood is revoked." + why(reasons)
        case Withdrawn():
            return "notice_withdrawn", "The notice was withdrawn; a penalty that stood is revoked."
        case Voided():
            return "notice_voided", "The notice is void; a penalty that stood is revoked."
        case TakenToBody(party="respondent"):
            return "body_recorded", BODY_RECORDED
        case BodyDecided(party="respondent", outcome=outcome, reasons=reasons):
            return "body_decided", body_decided(outcome) + why(reasons)
        case RoundReversed(round=number, outcome=outcome, reasons=reasons):
            stands = " The notice stands again." if outcome == "rejected" else ""
            return "appeal_reversed", f"Your appeal of round {number} counts as {outcome} from now on.{stands}" + why(reasons)
        case ReviewWindowOpened(party="respondent", closes=closes):
            return "review_possible", review_possible(closes.closes_at)
        case ReviewRequested(party="respondent"):
            return "review_requested", REVIEW_REQUESTED
        case ReviewDecided(party="respondent", outcome=outcome, reasons=reasons):
            return "review_decided", review_decided(outcome) + why(reasons)
        case _:
            return None


def _warned(_: Served | None, recorded: Recorded) -> Iterable[Message]:
    match recorded.event:
        case SellerWarned(seller=seller, listing_id=listing_id):
            text = "A picture of your listing resembles a protected picture. Please make sure that you may use it."
            yield message(recorded, seller, "seller_warned", ("listing", listing_id), text)
        case _:
            pass


TOLD: Mapping[type[Event], Callable[[Served | None, Recorded], Iterable[Message]]] = {
    **dict.fromkeys((NoticeServed, *_FOLLOWING), _lines),
    SellerWarned: _warned,
}
