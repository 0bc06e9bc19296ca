"""Who acts, told apart by what it is called: members by opaque ids, time as `clock`, staff by the marketplace's word (rules T1, H3).

A member's id is 32 hexadecimal digits. Staff of another name are called by their token's subject, as ever; one whose subject could
pass for a member's id, or for a name that nobody but the house has, is called `staff:` and that subject.
"""

from __future__ import annotations

import re

from domain.events import CLOCK

OPERATOR = "operator"
"""Whoever acts by the command line."""

PREFIX = "staff:"
_MISTAKABLE = re.compile(f"(?:{PREFIX})*(?:[0-9a-f]{{32}}|{CLOCK}|{OPERATOR})")


def staff_id(subject: str) -> str:
    """What a member of staff is called in the log, by its token's subject: never a member's id, `clock` or `operator`."""
    return PREFIX + subject if _MISTAKABLE.fullmatch(subject) else subject


def subject_of(staff: str) -> str:
    """The subject of a member of staff, by what it is called in the log."""
    subject = staff.removeprefix(PREFIX)
    return subject if _MISTAKABLE.fullmatch(subject) else staff


def same_staff(stored: str | None, now: str) -> bool:
    """Whether a name on record is that of this member of staff; on old records a subject stands as it is."""
    return stored is not None and (stored == now or (stored == subject_of(now) and not stored.startswith(PREFIX)))
