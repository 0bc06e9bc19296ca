"""Cases and their appeals: what a rule must look up of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from application.index.base import Entry, Lookup

Standing = Literal["open", "declined", "withdrawn", "lifted", "final", "voided"]


class CaseRow(NamedTuple):
    """A case in the index. `void_at` and `void_because` are set where its complainant's protection fell (rules B7, H1)."""

    case_id: str
    filing_id: str
    listing_id: str
    complainant: str
    respondent: str
    standing: Standing
    due_at: datetime | None
    void_at: datetime | None
    void_because: str | None
    notice_id: str | None


class CaseById(Lookup[CaseRow | None], frozen=True):
    """The case of that id."""

    case_id: str


class CaseByNotice(Lookup[CaseRow | None], frozen=True):
    """The case that a notice belongs to."""

    notice_id: str


class CasesOfPair(Lookup[tuple[CaseRow, ...]], frozen=True):
    """All cases of one filing against one listing, oldest first (rule C1)."""

    filing_id: str
    listing_id: str


class OpenCasesOfFiling(Lookup[tuple[CaseRow, ...]], frozen=True):
    """The open cases that rest on a filing."""

    filing_id: str


class CasesOfMember(Lookup[tuple[CaseRow, ...]], frozen=True):
    """All cases in which the member complains, oldest first (rule B7)."""

    complainant: str


class OpenCasesWithMember(Lookup[tuple[CaseRow, ...]], frozen=True):
    """The open cases in which the member is complainant or respondent (rule H6)."""

    member: str


class CasesWithMember(Lookup[tuple[str, ...]], frozen=True):
    """The ids of all cases in which the member is or was complainant or respondent, oldest first (rules H6, H7)."""

    member: str


class RespondentsAfter(Lookup[tuple[str, ...]], frozen=True):
    """Members who were complained of, in the order of their ids, behind one of them; at most `limit`."""

    after: str
    limit: int


class CasesDue(Lookup[tuple[CaseRow, ...]], frozen=True):
    """Cases with `due_at <= by`, earliest due first, at most `limit` (rule T4)."""

    by: datetime
    limit: int


class NextDue(Lookup[datetime | None], frozen=True):
    """When anything next falls due: cases and other subjects; `seeking` with the search for sightings, which is work and not time."""

    seeking: bool = True


class PutCase(Entry, frozen=True):
    """Insert or update a case; unique: one open case a filing and listing, and the notice id. Keeps `void_at`."""

    case_id: str
    filing_id: str
    listing_id: str
    complainant: str
    respondent: str
    standing: Standing
    due_at: datetime | None
    notice_id: str | None


class VoidCases(Entry, frozen=True):
    """All open cases of the complainant, or resting on one filing, fall at `at`: sets void_at and void_because, due_at to the earlier."""

    at: datetime
    because: Literal["finding", "dispute"]
    complainant: str | None = None
    filing_id: str | None = None


class AppealRow(NamedTuple):
    """An appeal in the index."""

    appeal_id: str
    case_id: str
    round: int
    respondent: str


class AppealById(Lookup[AppealRow | None], frozen=True):
    """The appeal of that id."""

    appeal_id: str


class AppealOfRound(Lookup[AppealRow | None], frozen=True):
    """The appeal of a case's round."""

    case_id: str
    round: int


class PutAppeal(Entry, frozen=True):
    """Insert an appeal; unique: one a case and round."""

    appeal_id: str
    case_id: str
    round: int
    respondent: str
