"""Publications and refused attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from application.index.base import Entry, Lookup

PublicationKind = Literal["rulebook", "calendar"]


class Publications(Lookup[tuple[tuple[PublicationKind, str], ...]], frozen=True):
    """Kind and stream of everything published, in order of publication (rules T5, E2)."""


class PublicationCount(Lookup[int], frozen=True):
    """How many publications there are: the version of the law."""


class PutPublication(Entry, frozen=True):
    """A publication; unique: `key` (a rulebook's name and version, its effective instant, a calendar's digest)."""

    kind: PublicationKind
    stream: str
    key: str
    effective_from: datetime | None = None


class BytesToday(Lookup[int], frozen=True):
    """How many bytes the member handed in that day (rule H11)."""

    member: str
    day: str


class CountBytes(Entry, frozen=True):
    """So many bytes more of the member that day (rule H11)."""

    member: str
    day: str
    number: int


class AttemptsToday(Lookup[int], frozen=True):
    """How many refused attempts of the actor were counted that day (rule D5)."""

    actor: str
    day: str


class CountAttempt(Entry, frozen=True):
    """One more refused attempt of the actor that day (rule D5)."""

    actor: str
    day: str
