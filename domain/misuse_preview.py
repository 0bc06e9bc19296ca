"""What a threshold of misuse would have done in the past, before it is switched on (rule H10): counted on what happened."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from msgspec.structs import replace

from domain.events.member import MemberSuspended, Misuse
from domain.misuse import Conduct, Misdeed, evolve, review
from domain.rulebook import MisuseRules, RulebookRef, Threshold

MOST = 100
"""Thresholds up to this one are tried."""
_NOBODY = RulebookRef("", "", "")


class Effect(NamedTuple):
    """How many members would have been warned at a threshold, and how many suspended at it after a warning before."""

    kind: Misuse
    threshold: int
    warned: int
    suspended: int


def effects(record: Iterable[Misdeed], kind: Misuse, rules: MisuseRules) -> list[Effect]:
    """The effect of each threshold of a kind, from 1 to the most that any member reached within the window.

    A warning is that of the rules, or the last one possible before the suspension where theirs would come too late. What a member
    that is suspended did later is not taken away.
    """
    members: dict[str, list[Misdeed]] = {}
    for one in record:
        if one.kind == kind:
            members.setdefault(one.member, []).append(one)
    warned, suspended = [0] * (MOST + 1), [0] * (MOST + 1)
    for misdeeds in members.values():
        misdeeds.sort(key=lambda one: one.at)
        recent = [_recent(misdeeds, place, rules) for place in range(len(misdeeds))]
        for threshold in range(1, min(MOST, max(map(len, recent))) + 1):
            warned[threshold] += 1
            suspended[threshold] += threshold > 1 and _suspended(recent, kind, threshold, rules)
    return [Effect(kind, value, warned[value], suspended[value]) for value in range(1, MOST + 1) if warned[value]]


def _recent(misdeeds: Sequence[Misdeed], place: int, rules: MisuseRules) -> Sequence[Misdeed]:
    """What is counted at a misdeed: those of its window, itself the last."""
    since = misdeeds[place].at - timedelta(days=rules.window_days)
    return misdeeds[bisect_right(misdeeds, since, key=lambda one: one.at) : place + 1]


def _suspended(recent: Sequence[Sequence[Misdeed]], kind: Misuse, threshold: int, rules: MisuseRules) -> bool:
    own: Threshold = getattr(rules, kind)
    tried = replace(rules, **{kind: Threshold(min(own.warn_at, threshold - 1), threshold)})
    conduct = Conduct(member=recent[0][-1].member)
    for counted in recent:
        for decided in review(conduct, counted, counted[-1].at, tried, _NOBODY):
            if isinstance(decided.event, MemberSuspended):
                return True
            conduct = evolve(conduct, decided)
    return False
