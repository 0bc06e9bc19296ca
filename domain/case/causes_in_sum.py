"""Causes in sum: by key, by the month in which cases were lodged, and by member (rule G6). Sums of parts add up, in any order."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from domain.case.causes import Cause, Causes


class OfParties(Protocol):
    """A case: when it was lodged, by whom and against whom."""

    @property
    def lodged_at(self) -> datetime:
        """When it was lodged."""
        ...

    @property
    def complainant(self) -> str:
        """By whom."""
        ...

    @property
    def respondent(self) -> str:
        """Against whom."""
        ...


class MonthCauses(Struct):
    """Of the cases lodged in a month (UTC): how many there are, how many end otherwise, and under which keys these are counted."""

    cases: int = 0
    changed: int = 0
    because: Counter[str] = field(default_factory=Counter)


class MemberCauses(Struct):
    """Of the cases of a member that end otherwise: in how many it complained and was complained of, and their keys."""

    complained: int = 0
    responded: int = 0
    because: Counter[str] = field(default_factory=Counter)


class CauseSums(Struct):
    """A case that ends otherwise is counted under each of its keys; `unknown` are those whose causes were not found."""

    keys: Counter[Cause] = field(default_factory=Counter)
    months: dict[str, MonthCauses] = field(default_factory=dict)
    members: dict[str, MemberCauses] = field(default_factory=dict)
    unknown: int = 0

    def add(self, case: OfParties, changed: bool, found: Causes | None) -> None:
        """Count a case, and the causes of another ending."""
        month = self.months.setdefault(f"{case.lodged_at:%Y-%m}", MonthCauses())
        month.cases += 1
        if not changed:
            return
        month.changed += 1
        complainant = self.members.setdefault(case.complainant, MemberCauses())
        respondent = self.members.setdefault(case.respondent, MemberCauses())
        complainant.complained += 1
        respondent.responded += 1
        if found is None:
            self.unknown += 1
            return
        self.keys.update(found.because)
        names = [cause.key for cause in found.because]
        for counts in (month, complainant, respondent):
            counts.because.update(names)

    def join(self, other: CauseSums) -> None:
        """Add the sums over other cases."""
        self.keys.update(other.keys)
        self.unknown += other.unknown
        for name, theirs in other.months.items():
            month = self.months.setdefault(name, MonthCauses())
            month.cases += theirs.cases
            month.changed += theirs.changed
            month.because.update(theirs.because)
        for name, their in other.members.items():
            member = self.members.setdefault(name, MemberCauses())
            member.complained += their.complained
            member.responded += their.responded
            member.because.update(their.because)
