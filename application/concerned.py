"""Whom an answer tells of: everybody whose name or sealed text was read while it was decided and worded (rule H6).

Who tells of a member has read of it first, so nobody has to remember to say so: the table of identities and the sealer do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_READ: ContextVar[set[str] | None] = ContextVar("members read of", default=None)


@contextmanager
def collecting() -> Iterator[set[str]]:
    """The members that are read of until the end, in this thread or task."""
    members: set[str] = set()
    before = _READ.set(members)
    try:
        yield members
    finally:
        _READ.reset(before)


def was_read(member_id: str) -> None:
    """Note that a member's name or text was read; nobody may be collecting."""
    members = _READ.get()
    if members is not None:
        members.add(member_id)
