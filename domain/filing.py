"""A filed picture: certified, withdrawn, cancelled, reinstated; and whose a picture is when others are like it (rules B3 to B7, H1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Fact, Happened, Sealed
from domain.events import filing as happened
from domain.events.filing import Suspicion
from domain.picture import Box, Flaw, Likeness, Transform, Verdict
from domain.refusal import RefusedAttempt
from domain.rulebook import RulebookRef


class FilingStatus(StrEnum):
    """Where a filing stands, in the contract's words."""

    PROTECTED = "protected"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class Filing(Struct, frozen=True, kw_only=True):
    """A filing as its stream tells it; `rules` is the rulebook whose `[picture]` it was reviewed under (rule T5)."""

    id: str
    owner: str
    folder_id: str
    name: Sealed
    digest: str
    size: int
    format: str
    width: int
    height: int
    filed_at: datetime
    declaration: str
    rules: RulebookRef | None
    suspicions: tuple[Suspicion, ...] = ()
    dispute_id: str | None = None
    status: FilingStatus = FilingStatus.PROTECTED
    cancelled_because: str | None = None
    ended_at: datetime | None = None


def begin(filing_id: str, fact: Fact) -> Filing:
    """The state after the first event. Raises TypeError where that is not `Filed`."""
    event = fact.event
    if not isinstance(event, happened.Filed):
        raise TypeError(f"a filing does not begin with {type(event).__name__}")
    return Filing(
        id=filing_id,
        owner=event.owner,
        folder_id=event.folder_id,
        name=event.name,
        digest=event.digest,
        size=event.size,
        format=event.format,
        width=event.width,
        height=event.height,
        filed_at=fact.at,
        declaration=event.declaration,
        rules=fact.rules,
        dispute_id=event.dispute_id,
    )


def evolve(filing: Filing, fact: Fact) -> Filing:
    """The state after one more event. Raises TypeError for an event that has no place in a filing."""
    event = fact.event
    if not isinstance(event, happened.LATER_FILING_EVENTS):
        raise TypeError(f"{type(event).__name__} has no place in a filing")
    match event:
        case happened.FilingSuspected(suspicions=suspicions):
            return replace(filing, suspicions=suspicions)
        case happened.FilingWithdrawn():
            return replace(filing, status=FilingStatus.WITHDRAWN, ended_at=fact.at)
        case happened.FilingCancelled(because=because):
            return replace(filing, status=FilingStatus.CANCELLED, cancelled_because=because, ended_at=fact.at)
        case happened.FilingReinstated():
            return replace(filing, status=FilingStatus.PROTECTED, cancelled_because=None, ended_at=None)
        case _:
            assert_never(event)


def fold(filing_id: str, facts: Sequence[Fact]) -> Filing | None:
    """The state that a whole stream tells; None for an empty one."""
    filing: Filing | None = None
    for fact in facts:
        filing = begin(filing_id, fact) if filing is None else evolve(filing, fact)
    return filing


class Kin(NamedTuple):
    """A protected filing that a reviewed picture is like, and how."""

    filing_id: str
    owner: str
    likeness: Likeness


class Judgement(NamedTuple):
    """Whether a picture may be filed, as far as others are like it: the flaws that bar it; another's filing, for the staff; suspicions."""

    flaws: tuple[Flaw, ...] = ()
    rival: Kin | None = None
    suspected: tuple[Kin, ...] = ()


def judge(owner: str, kin: Sequence[Kin]) -> Judgement:
    """Whether a picture is the owner's to file, given the protected filings it is like, oldest first (rule B4).

    A copy of another's, in whole or in part, is not original; which one it is, is for the staff alone. The same whole picture as
    an own one is a duplicate of the first; a part of an own one is a filing of its own. Likeness short of a copy bars nothing.
    """
    copies = [k for k in kin if k.likeness.verdict is Verdict.COPY]
    rival = next((k for k in copies if k.owner != owner), None)
    first = next((k for k in copies if k.owner == owner and k.likeness.whole), None)
    flaws = []
    if rival is not None:
        flaws.append(Flaw("not_original"))
    if first is not None:
        flaws.append(Flaw("duplicate", filing_id=first.filing_id))
    suspected = tuple(k for k in kin if k.likeness.verdict is Verdict.SUSPICION and k.owner != owner)
    return Judgement(tuple(flaws), rival, suspected)


_ALL = Box(0.0, 0.0, 1.0, 1.0)
IDENTICAL = Likeness(Verdict.COPY, 1.0, _ALL, _ALL, Transform(False, 0.0, 1.0, 1.0), True, "sha-256")
"""The same bytes: a copy whatever a matcher says (rule B4)."""


def withdraw(filing: Filing, standing: FilingStatus, at: datetime, in_use: bool) -> list[Happened]:
    """The owner takes a filing back; penalties that stand stay.

    `standing` is how it stands by all that is decided, `in_use` whether an open case rests on it.
    Raises Refusal: filing_in_use, filing_not_protected.
    """
    if standing is not FilingStatus.PROTECTED:
        raise RefusedAttempt("filing_not_protected", filing_id=filing.id)
    if in_use:
        raise RefusedAttempt("filing_in_use", filing_id=filing.id)
    return [Happened(at, happened.FilingWithdrawn(), filing.owner)]


def lose(at: datetime, by: str) -> list[Happened]:
    """A dispute was upheld: the disputed filing is cancelled, and no reinstatement of its owner brings it back (rule H1)."""
    return [Happened(at, happened.FilingCancelled("dispute"), by)]
