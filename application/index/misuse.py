"""Misuse, and what is erased with a member."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from application.index.base import Entry, Lookup
from domain.events.member import Misuse


class MisdeedRow(NamedTuple):
    """An outcome that counts against a member (rule H5)."""

    member: str
    kind: Misuse
    about: str
    at: datetime


class Misdeeds(Lookup[tuple[MisdeedRow, ...]], frozen=True):
    """What counts against a member with `at > since`, oldest first (rule H5)."""

    member: str
    since: datetime


class PutMisdeed(Entry, frozen=True):
    """Something counts against a member; the same kind about the same thing counts once (rule H5)."""

    member: str
    kind: Misuse
    about: str
    at: datetime


class ForgetAnswers(Entry, frozen=True):
    """Erase the kept answers that tell of a member (rule H6)."""

    member_id: str
