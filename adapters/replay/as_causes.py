"""Why cases end otherwise, as the reports have it (rule G6)."""

from __future__ import annotations

from typing import Any

import msgspec

from domain.case.causes import Cause, Causes
from domain.case.causes_in_sum import CauseSums, MemberCauses

MEMBERS = 1_000
"""So many members are named in a report, those of most cases; how many more there are is said."""


def case(found: Causes | None) -> dict[str, Any]:
    """The causes of one case: every key of a least set, and the sets. Both null where they were not found."""
    if found is None:
        return {"because": None, "sets": None}
    return {"because": [_cause(one) for one in found.because], "sets": [list(keys) for keys in found.sets]}


def summary(sums: CauseSums) -> dict[str, Any]:
    """In sum by key, by the month of lodging, and by member; a case counts under each of its keys."""
    named = members(sums)
    return {
        "because": [_cause(one) | {"cases": cases} for one, cases in most_first(sums)],
        "because_unknown": sums.unknown,
        "by_month": [
            {"month": name, "cases": month.cases, "changed": month.changed, "because": dict(sorted(month.because.items()))}
            for name, month in sorted(sums.months.items())
        ],
        "by_member": [
            {"member": name, "complainant": one.complained, "respondent": one.responded, "because": dict(sorted(one.because.items()))}
            for name, one in named[:MEMBERS]
        ],
        "by_member_left_off": max(0, len(named) - MEMBERS),
    }


def most_first(sums: CauseSums) -> list[tuple[Cause, int]]:
    """The keys with the number of their cases, most first."""
    return sorted(sums.keys.items(), key=lambda one: (-one[1], one[0]))


def members(sums: CauseSums) -> list[tuple[str, MemberCauses]]:
    """The members of whom a case ends otherwise, those of most cases first."""
    return sorted(sums.members.items(), key=lambda one: (-(one[1].complained + one[1].responded), one[0]))


def words(cause: Cause) -> str:
    """A key and its two values in a line."""
    return f"{cause.key}: {cause.was} in fact, {cause.would} replayed"


def sets(found: Causes | None) -> str:
    """The least sets in a line; nothing where they were not found."""
    return "" if found is None else " or ".join(" and ".join(keys) for keys in found.sets)


def _cause(one: Cause) -> dict[str, Any]:
    return {"key": one.key, "from": msgspec.json.decode(one.was), "to": msgspec.json.decode(one.would)}
