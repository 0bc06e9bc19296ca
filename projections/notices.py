"""Notices: all that a respondent is shown of a case, fed by `NoticeServed` and what follows on it, and by nothing else (rule C5).

The case's id is the key of the table, so that what follows finds its notice; it is in no state and leaves this module by no function.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.case.events import (
    BodyDecided,
    Finalized,
    Lifted,
    NoticeServed,
    Penalized,
    ReviewDecided,
    ReviewRequested,
    ReviewWindowOpened,
    RoundDecided,
    RoundExempted,
    RoundOpened,
    RoundReversed,
    TakenToBody,
    Voided,
    WindowClosed,
    WindowOpened,
    Withdrawn,
)
from domain.events import Sealed
from domain.events.appeal import AppealOpened
from domain.events.base import Ruling
from domain.recorded import Recorded
from domain.working_days import ProofLine
from projections.conditions import c
from projections.notice_reviews import NoticeReview, after
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, Values, View, by_stream

Status = Literal["noticed", "penalized", "appealed", "lifted", "withdrawn", "voided", "final"]

_ENDED = ("lifted", "withdrawn", "voided", "final")


class NoticeAppeal(Struct, frozen=True, kw_only=True):
    """One appeal against the notice, as its respondent may follow it; grounds and evidence are its own."""

    id: str
    round: int
    opened_at: datetime
    decide_by: datetime
    grounds: Sealed = Sealed("")
    evidence: tuple[str, ...] = ()
    special: bool = False
    status: Literal["open", "upheld", "rejected", "not_accepted", "moot"] = "open"
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()


class NoticeBody(Struct, frozen=True, kw_only=True):
    """An outside body that the respondent took the notice to, and its outcome (rule H9)."""

    id: str
    body: Sealed
    reference: Sealed
    recorded_at: datetime
    outcome: Ruling | None = None
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()


class Notice(Struct, frozen=True, kw_only=True):
    """A notice. `picture` is the digest of the listing's picture that is shown, `region` where in it the match is."""

    id: str
    respondent: str
    listing_id: str
    link: str
    notified_at: datetime
    reasons: tuple[str, ...]
    rule: str
    proof: tuple[ProofLine, ...]
    granted: int
    appeal_by: datetime | None
    picture: str | None = None
    region: tuple[float, float, float, float] | None = None
    shows_original: bool = False
    status: Status = "noticed"
    penalized_at: datetime | None = None
    revoked_at: datetime | None = None
    spent: int = 0
    appeals: tuple[NoticeAppeal, ...] = ()
    final_because: Literal["no_appeal", "appeals_exhausted"] | None = None
    lifted_because: Literal["appeal", "desk", "lapse", "body"] | None = None
    bodies: tuple[NoticeBody, ...] = ()
    reviews: tuple[NoticeReview, ...] = ()
    again: int = 0

    @property
    def reviewable(self) -> bool:
        """Whether the notice still rests on what lapsed against its respondent: not once it ended for another's doing (rule H8)."""
        return self.status not in ("withdrawn", "voided") and self.lifted_because not in ("desk", "body")

    @property
    def appeals_left(self) -> int:
        """Opportunities not yet used; 0 in every ended state."""
        return 0 if self.status in _ENDED else self.granted - self.spent


def _served(_: Notice | None, recorded: Recorded) -> Notice | None:
    event = recorded.event
    if not isinstance(event, NoticeServed):
        return None
    return Notice(
        id=event.notice_id,
        respondent=event.respondent,
        listing_id=event.listing_id,
        link=event.link,
        notified_at=recorded.at,
        reasons=event.reasons,
        rule=event.rule,
        proof=event.proof,
        granted=event.appeals_left,
        appeal_by=event.closes.closes_at,
        picture=event.picture,
        region=event.region,
        shows_original=event.shows_original,
    )


def _went_on(notice: Notice | None, recorded: Recorded) -> Notice | None:
    if notice is None:
        return None
    match recorded.event:
        case Penalized():
            status = notice.status if notice.status in _ENDED else "penalized"
            return replace(notice, status=status, penalized_at=recorded.at)
        case WindowOpened(closes=closes, proof=proof):
            return replace(notice, appeal_by=closes.closes_at, proof=proof or notice.proof)
        case WindowClosed(round=number):
            return replace(notice, appeal_by=None, spent=number)
        case RoundOpened(round=number) as event:
            opened = NoticeAppeal(id=event.appeal_id, round=number, opened_at=recorded.at, decide_by=event.decide_by.closes_at)
            return replace(notice, status="appealed", appeal_by=None, spent=number, appeals=(*notice.appeals, opened))
        case RoundExempted():
            return replace(notice, appeals=(*notice.appeals[:-1], replace(notice.appeals[-1], special=True)))
        case RoundDecided() as event:
            decided = replace(notice.appeals[-1], status=event.outcome, decided_at=recorded.at, reasons=event.reasons)
            status = "penalized" if notice.penalized_at else "noticed"
            return replace(notice, status=status, appeals=(*notice.appeals[:-1], decided))
        case RoundReversed() as event:
            return _reversed(notice, recorded, event)
        case _:
            return _ended(notice, recorded)


def _reversed(notice: Notice, recorded: Recorded, event: RoundReversed) -> Notice:
    """A person found otherwise than a lapse; where that was the notice's end, it stands again, and its penalty from then (rule H8)."""
    said = {"status": event.outcome, "decided_at": recorded.at, "reasons": event.reasons}
    appeals = tuple(replace(one, **said) if one.id == event.appeal_id else one for one in notice.appeals)
    if event.outcome == "upheld":
        return replace(notice, appeals=appeals)
    return replace(
        notice, appeals=appeals, status="noticed", lifted_because=None, penalized_at=None, revoked_at=None, again=notice.again + 1
    )


def _reviewed(notice: Notice | None, recorded: Recorded) -> Notice | None:
    if notice is None:
        return None
    reviews = after(notice.reviews, recorded)
    return notice if reviews is notice.reviews else replace(notice, reviews=reviews)


def _appealed(notice: Notice | None, recorded: Recorded) -> Notice | None:
    """What the respondent wrote itself, from the stream of its appeal."""
    event = recorded.event
    if notice is None or not isinstance(event, AppealOpened):
        return notice
    appeals = tuple(
        replace(one, grounds=event.grounds, evidence=event.evidence) if one.round == event.round else one for one in notice.appeals
    )
    return replace(notice, appeals=appeals)


def _before_a_body(notice: Notice | None, recorded: Recorded) -> Notice | None:
    """What the respondent itself recorded, and what came of it; of the complainant's nothing is here (rules C5, H9)."""
    match recorded.event:
        case TakenToBody(party="respondent") as taken if notice is not None:
            one = NoticeBody(id=taken.record_id, body=taken.body, reference=taken.reference, recorded_at=recorded.at)
            return replace(notice, bodies=(*notice.bodies, one))
        case BodyDecided(party="respondent") as decided if notice is not None:
            said = {"outcome": decided.outcome, "decided_at": recorded.at, "reasons": decided.reasons}
            return replace(notice, bodies=tuple(replace(one, **said) if one.id == decided.record_id else one for one in notice.bodies))
        case _:
            return notice


def _complaint_of(recorded: Recorded) -> str:
    event = recorded.event
    return event.complaint_id if isinstance(event, AppealOpened) else recorded.originator_id


def _ended(notice: Notice, recorded: Recorded) -> Notice:
    match recorded.event:
        case Finalized(because=because):
            return replace(notice, status="final", appeal_by=None, final_because=because)
        case Lifted(because=because):
            return replace(_revoked(notice, recorded), status="lifted", lifted_because=because)
        case Withdrawn():
            return replace(_revoked(notice, recorded), status="withdrawn")
        case Voided():
            return replace(_revoked(notice, recorded), status="voided")
        case _:
            return notice


def _revoked(notice: Notice, recorded: Recorded) -> Notice:
    """What an ending in the respondent's favour leaves: no window, no open appeal, and no penalty from here on."""
    return replace(notice, appeal_by=None, final_because=None, revoked_at=recorded.at, appeals=_mooted(notice, recorded))


def _mooted(notice: Notice, recorded: Recorded) -> tuple[NoticeAppeal, ...]:
    """An appeal that is still open when the case ends has nothing left to decide (rules C6, B7, H2)."""
    return tuple(replace(appeal, status="moot", decided_at=recorded.at) if appeal.status == "open" else appeal for appeal in notice.appeals)


def _values(notice: Notice) -> Values:
    return (notice.id, notice.respondent, notice.status)


TABLE = StateTable[Notice](
    view="notices",
    name="notices",
    state=Notice,
    fixed=(Column("notice_id"), Column("respondent")),
    moving=(Column("status"),),
    values=_values,
    indexes=(("notice_id",), ("respondent",), ("respondent", "status")),
    on={
        NoticeServed: Change(by_stream, _served, begins=True),
        Penalized: Change(by_stream, _went_on),
        WindowOpened: Change(by_stream, _went_on),
        WindowClosed: Change(by_stream, _went_on),
        RoundOpened: Change(by_stream, _went_on),
        RoundExempted: Change(by_stream, _went_on),
        RoundDecided: Change(by_stream, _went_on),
        AppealOpened: Change(_complaint_of, _appealed),
        Finalized: Change(by_stream, _went_on),
        Lifted: Change(by_stream, _went_on),
        Withdrawn: Change(by_stream, _went_on),
        Voided: Change(by_stream, _went_on),
        TakenToBody: Change(by_stream, _before_a_body),
        BodyDecided: Change(by_stream, _before_a_body),
        RoundReversed: Change(by_stream, _went_on),
        ReviewWindowOpened: Change(by_stream, _reviewed),
        ReviewRequested: Change(by_stream, _reviewed),
        ReviewDecided: Change(by_stream, _reviewed),
    },
)

VIEW = View("notices", 5, (TABLE,))


def get(reading: Reading, notice_id: str) -> Notice | None:
    """One notice."""
    return reading.first(TABLE, c.notice_id == notice_id)


def of_respondent(
    reading: Reading, respondent: str, limit: int, after: str | None = None, statuses: Sequence[str] | None = None
) -> Page[Notice]:
    """A respondent's notices, newest first."""
    where = [c.respondent == respondent] + ([] if statuses is None else [c.status.among(list(statuses))])
    return reading.newest(TABLE, *where, limit=limit, after=after)
