"""Misuse (rule H5): what is counted of a member over the rulebook's window, and where warnings and suspensions follow from it.

Complainants and respondents are counted apart: a suspension of complaints leaves appeals alone, and the other way round. After a
suspension, or when the desk lifted one, counting begins anew, and so does the warning that must come first (EU 2022/2065, art. 23).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.case import events as of_case
from domain.case.state import Case, Round
from domain.events import CLOCK, Fact, Happened
from domain.events.member import MISUSE_EVENTS, MemberSuspended, Misuse, MisuseWarned, Side, SuspensionLifted
from domain.refusal import RefusedAttempt
from domain.rulebook import MisuseRules, RulebookRef, Threshold

SIDE: Final[dict[Misuse, Side]] = {
    "declined_complaints": "complaints",
    "withdrawn_after_appeal": "complaints",
    "overturned_penalties": "complaints",
    "rejected_appeals": "appeals",
}
"""What a member that misuses is suspended from."""


class Misdeed(Struct, frozen=True):
    """One outcome that counts against a member; `about` names it, so that it counts once."""

    member: str
    kind: Misuse
    about: str
    at: datetime


class Conduct(Struct, frozen=True, kw_only=True):
    """A member's standing: the warnings that stand, by kind, until when it is suspended (exclusive), since when it is counted."""

    member: str
    warned: dict[Misuse, datetime] = {}
    suspended: dict[Side, datetime] = {}
    counted_since: dict[Side, datetime] = {}

    def suspended_until(self, side: Side, at: datetime) -> datetime | None:
        """The instant until which the member is suspended, exclusive; None where it is not."""
        until = self.suspended.get(side)
        return until if until is not None and at < until else None

    def clean(self, at: datetime) -> bool:
        """Neither warned nor suspended."""
        return not self.warned and all(at >= until for until in self.suspended.values())


def fold(member: str, facts: Sequence[Fact]) -> Conduct:
    """The standing that a whole stream tells. Raises TypeError for an event that has no place in it."""
    conduct = Conduct(member=member)
    for fact in facts:
        conduct = evolve(conduct, fact)
    return conduct


def evolve(conduct: Conduct, fact: Fact) -> Conduct:
    """The standing after one more event. Raises TypeError for an event that has no place in it."""
    event = fact.event
    if not isinstance(event, MISUSE_EVENTS):
        raise TypeError(f"{type(event).__name__} has no place in a member's conduct")
    match event:
        case MisuseWarned(kind=kind):
            return replace(conduct, warned={**conduct.warned, kind: fact.at})
        case MemberSuspended(side=side, until=until):
            left = {kind: at for kind, at in conduct.warned.items() if SIDE[kind] != side}
            suspended, since = {**conduct.suspended, side: until}, {**conduct.counted_since, side: fact.at}
            return replace(conduct, warned=left, suspended=suspended, counted_since=since)
        case SuspensionLifted():
            return Conduct(member=conduct.member, counted_since=dict.fromkeys(("complaints", "appeals"), fact.at))
        case _:
            assert_never(event)


def misdeeds(case: Case, decided: Sequence[Happened]) -> list[Misdeed]:
    """What counts of that which just happened to a case. A lapse is nobody's judgement and counts against nobody."""
    found = []
    rounds: list[Round | None] = list(case.rounds)
    for h in decided:
        match h.event:
            case of_case.Declined(because="desk"):
                found.append(Misdeed(case.complainant, "declined_complaints", case.id, h.at))
            case of_case.RoundOpened():
                rounds.append(None)
            case of_case.Withdrawn() if rounds:
                found.append(Misdeed(case.complainant, "withdrawn_after_appeal", case.id, h.at))
            case of_case.Lifted(because="appeal" | "desk" | "body"):
                found.append(Misdeed(case.complainant, "overturned_penalties", case.id, h.at))
            case (
                of_case.RoundDecided(outcome="rejected", because="desk", round=number)
                | of_case.RoundReversed(outcome="rejected", round=number)
            ):
                found.append(Misdeed(case.respondent, "rejected_appeals", f"{case.id}/{number}", h.at))
            case _:
                pass
    return found


def counted_from(conduct: Conduct, side: Side, at: datetime, rules: MisuseRules) -> datetime:
    """The instant after which outcomes count: the window's beginning, or the last suspension where that is later."""
    begins = at - timedelta(days=rules.window_days)
    return max(begins, conduct.counted_since.get(side, begins))


def review(conduct: Conduct, record: Sequence[Misdeed], at: datetime, rules: MisuseRules, ref: RulebookRef) -> list[Happened]:
    """The warnings and suspensions that follow from a member's record: a warning at the first threshold; at the second a suspension,
    but only where something more was counted after a warning that still falls into the window."""
    decided: list[Happened] = []
    for kind, side in SIDE.items():
        since = counted_from(conduct, side, at, rules)
        counted = [one.at for one in record if one.kind == kind and since < one.at <= at]
        event = _consequence(conduct, kind, counted, since, at, rules)
        if event is not None:
            decided.append(Happened(at, event, CLOCK, ref))
            conduct = evolve(conduct, decided[-1])
    return decided


def _consequence(
    conduct: Conduct, kind: Misuse, counted: Sequence[datetime], since: datetime, at: datetime, rules: MisuseRules
) -> MisuseWarned | MemberSuspended | None:
    threshold: Threshold = getattr(rules, kind)
    side, warned = SIDE[kind], conduct.warned.get(kind)
    if conduct.suspended_until(side, at) is not None:
        return None
    if warned is None or warned <= since:
        return MisuseWarned(conduct.member, kind, len(counted), threshold.suspend_at) if len(counted) >= threshold.warn_at else None
    if len(counted) >= threshold.suspend_at and any(one > warned for one in counted):
        return MemberSuspended(conduct.member, kind, side, len(counted), at + timedelta(days=rules.suspend_days))
    return None


def refuse_suspended(conduct: Conduct, side: Side, at: datetime) -> None:
    """Raises Refusal: suspended, with the instant until which it is so."""
    until = conduct.suspended_until(side, at)
    if until is not None:
        raise RefusedAttempt("suspended", until=until)


def lift(conduct: Conduct, at: datetime, by: str, reasons: tuple[str, ...]) -> list[Happened]:
    """The desk takes warnings and suspensions back; counting begins anew. Raises Refusal: not_suspended."""
    if conduct.clean(at):
        raise RefusedAttempt("not_suspended")
    return [Happened(at, SuspensionLifted(conduct.member, reasons), by)]
