"""What a case's events wrote into other streams: its appeals' and its listing's (rules C4, D1, D2, G2).

Facts are what a respondent and the desk said there: grounds, evidence, why a case is special. All else has to come out again. It is
told without envelopes and lists, for a replay asks it of every case there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from domain.appeal import companion_of, opening
from domain.case import events as of_case
from domain.case.events import ENDS
from domain.case.replay import Difference
from domain.case.state import Case
from domain.events import Happened, Sealed
from domain.events import appeal as of_appeal
from domain.events import listing as of_listing
from domain.recorded import AnyEvent, Recorded

Named: TypeAlias = (
    of_appeal.AppealOpened
    | of_appeal.AppealMarkedSpecial
    | of_appeal.AppealDecided
    | of_appeal.AppealReversed
    | of_appeal.AppealMooted
    | of_listing.PenaltyImposed
    | of_listing.PenaltyRevoked
)
"""The events of appeals and listings that name the case they follow from."""

_ACCOMPANIED = ENDS | {of_case.Penalized, of_case.RoundOpened, of_case.RoundExempted, of_case.RoundDecided, of_case.RoundReversed}
APPEALS = (of_appeal.AppealOpened, *get_args(of_appeal.LATER_APPEAL_EVENTS))
"""The events of an appeal's stream."""
_TURNS = frozenset((of_listing.ListingTakenDown, of_listing.ListingRestored))
_FED = frozenset((of_listing.ListingFed, of_listing.ListingGone, of_listing.ListingPicturesFed))
_SEALED = Sealed("")

ENVELOPE = attrgetter("at", "by", "rules", "calendar", "recorded_at", "command")
"""What an event that follows has from the one it follows."""


class Companion(Struct, frozen=True, gc=False):
    """An event that a case's event `of` wrote into another stream, in the same act and with the same envelope as itself.

    An appeal's stream is the case's alone: `place` is the event's in it, from 1. A listing's is shared, and `place` is 0.
    """

    name: str
    place: int
    event: AnyEvent
    of: Recorded


def companions(case: Case, recorded: Sequence[Recorded]) -> list[Companion]:
    """All that a case's events wrote into its appeals' streams and, of what names the case, into its listing's.

    That the listing goes down or is restored hangs on other cases' penalties too: `verify_listing` tells.
    """
    found: list[Companion] = []
    current = ""
    places: dict[str, int] = {}
    penalty: Companion | None = None
    for one in recorded:
        of = one.event
        kind = type(of)
        if kind not in _ACCOMPANIED:
            continue
        if type(of) is of_case.RoundOpened:
            current = of.appeal_id
            places[current] = 1
            found.append(Companion(current, 1, opening(case.id, case.notice_id or "", case.respondent, of, _SEALED, ()), one))
        elif (event := companion_of(case.id, of)) is not None and (about := _about(of, current)):
            places[about] = place = places.get(about, 0) + 1
            found.append(Companion(about, place, event, one))
            if kind is not of_case.RoundExempted and about == current:
                current = ""
        if kind is of_case.Penalized:
            penalty = Companion(case.listing_id, 0, of_listing.PenaltyImposed(case.listing_id, case.id), one)
            found.append(penalty)
        elif penalty is not None and kind in ENDS:
            if _never_stood(penalty.of, one):
                found.remove(penalty)
            else:
                found.append(Companion(case.listing_id, 0, of_listing.PenaltyRevoked(case.listing_id, case.id), one))
            penalty = None
    return found


def _about(of: AnyEvent, current: str) -> str:
    """Which appeal an event of the case is about: the one it names, else the open one; none where there is none."""
    return of.appeal_id if isinstance(of, of_case.RoundReversed) else current


def _never_stood(penalized: Recorded, ended: Recorded) -> bool:
    """The case was penalised and fell in one settling: the listing was told of neither."""
    event = ended.event
    return isinstance(event, of_case.Voided) and event.because != "reopening" and penalized.command == ended.command


def derivable(event: AnyEvent) -> AnyEvent:
    """What of an event follows from the case: without what people said in it."""
    if type(event) is of_appeal.AppealOpened:
        return replace(event, grounds=_SEALED, evidence=())
    if type(event) is of_appeal.AppealMarkedSpecial:
        return replace(event, reason="")
    return event


def verify_appeal(recorded: Sequence[Recorded]) -> list[Difference]:
    """What is wrong in an appeal's stream by itself: it is one case's, opened once, first of all, in the order of time (rules D1, T2)."""
    wrong: list[Difference] = []
    before = recorded[0]
    about = getattr(before.event, "complaint_id", None)
    for one in recorded:
        kind = type(one.event)
        own = kind in APPEALS and getattr(one.event, "complaint_id", None) == about
        if not own or (kind is of_appeal.AppealOpened) is not (one is before) or one.recorded_at < before.recorded_at:
            wrong.append(Difference(one, None))
        before = one
    return wrong


def verify_listing(recorded: Sequence[Recorded]) -> list[Difference]:
    """What is wrong in a listing's stream by itself: it goes down with its first penalty and is restored with its last (rule C4)."""
    wrong: list[Difference] = []
    before = recorded[0]
    standing: list[str] = []
    turn: AnyEvent | None = None
    for one in recorded:
        event = one.event
        kind = type(event)
        if one.recorded_at < before.recorded_at:
            wrong.append(Difference(one, None))
        if kind in _TURNS:
            if turn != event or ENVELOPE(one) != ENVELOPE(before):
                wrong.append(Difference(one, None if turn is None else _with(before, turn)))
            turn = None
        else:
            if turn is not None:
                wrong.append(Difference(None, _with(before, turn)))
                turn = None
            if type(event) is of_listing.PenaltyImposed and event.complaint_id not in standing:
                turn = None if standing else of_listing.ListingTakenDown(event.listing_id)
                standing.append(event.complaint_id)
            elif type(event) is of_listing.PenaltyRevoked and event.complaint_id in standing:
                standing.remove(event.complaint_id)
                turn = None if standing else of_listing.ListingRestored(event.listing_id)
            elif kind not in _FED:
                wrong.append(Difference(one, None))
        before = one
    return wrong if turn is None else [*wrong, Difference(None, _with(before, turn))]


def _with(one: Recorded, event: AnyEvent) -> Happened:
    """An event in another one's envelope."""
    return Happened(one.at, event, one.by, one.rules, one.calendar)
