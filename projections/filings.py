"""Filings, as their owners and the desk see them (section B of the rules).

A finding cancels all protected filings of a merchant at once (rule B7): one statement at the position of `MerchantTerminated`,
however many they are. What the cascade then writes filing by filing only confirms it, and is passed over. A member that leaves
withdraws all of them likewise (rule H6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace
from sqlalchemy import Executable, Table, and_, exists, or_, update

from domain.events import filing as happened
from domain.events.member import MemberForgotten, MerchantReinstated, MerchantTerminated
from domain.filing import Filing, FilingStatus, begin, evolve
from domain.recorded import Recorded
from projections.conditions import Where, c
from projections.reading import Counting, GroupOfRows, Page, Reading
from projections.shape import Change, Column, StateTable, Values, View, by_stream, instant, micros


def _filed(_: Filing | None, recorded: Recorded) -> Filing:
    return begin(recorded.originator_id, recorded)


def _went_on(filing: Filing | None, recorded: Recorded) -> Filing | None:
    match recorded.event:
        case happened.FilingCancelled(because="finding"):
            return filing
        case happened.FilingReinstated() if filing is not None and filing.status is FilingStatus.PROTECTED:
            return filing
        case happened.FilingWithdrawn() if filing is not None and filing.status is FilingStatus.WITHDRAWN:
            return filing
        case _:
            return None if filing is None else evolve(filing, recorded)


def _terminated(table: Table, recorded: Recorded) -> Executable:
    mine = and_(table.c.owner == recorded.originator_id, table.c.status == "protected")
    return update(table).where(mine).values(status="cancelled", because="finding", ended_at=micros(recorded.at))


def _forgotten(table: Table, recorded: Recorded) -> Executable:
    mine = and_(table.c.owner == recorded.originator_id, table.c.status == "protected")
    return update(table).where(mine).values(status="withdrawn", ended_at=micros(recorded.at))


def _reinstated(table: Table, recorded: Recorded) -> Executable:
    """All that the finding cancelled, but for pictures that have been filed again since, by whomever."""
    other = table.alias()
    again = and_(other.c.owner == table.c.owner, other.c.because == "finding", other.c.made > table.c.made)
    taken = exists().where(other.c.digest == table.c.digest, or_(other.c.status == "protected", again))
    mine = and_(table.c.owner == recorded.originator_id, table.c.status == "cancelled", table.c.because == "finding", ~taken)
    return update(table).where(mine).values(status="protected", because=None, ended_at=None)


def _values(filing: Filing) -> Values:
    ended_at = None if filing.ended_at is None else micros(filing.ended_at)
    return (filing.owner, filing.folder_id, filing.digest, filing.status.value, filing.cancelled_because, ended_at)


def _mend(filing: Filing, columns: Values) -> Filing:
    status, because, ended_at = columns
    if status == filing.status and because == filing.cancelled_because:
        return filing
    ended = None if ended_at is None else instant(ended_at)
    return replace(filing, status=FilingStatus(status), cancelled_because=because, ended_at=ended)


TABLE = StateTable[Filing](
    view="filings",
    name="filings",
    state=Filing,
    fixed=(Column("owner"), Column("folder_id"), Column("digest")),
    moving=(Column("status"), Column("because"), Column("ended_at", "number")),
    values=_values,
    indexes=(("owner",), ("folder_id",), ("digest",)),
    on={
        happened.Filed: Change(by_stream, _filed, begins=True),
        happened.FilingWithdrawn: Change(by_stream, _went_on),
        happened.FilingCancelled: Change(by_stream, _went_on),
        happened.FilingSuspected: Change(by_stream, _went_on),
        happened.FilingReinstated: Change(by_stream, _went_on),
    },
    sweeps={MerchantTerminated: _terminated, MerchantReinstated: _reinstated, MemberForgotten: _forgotten},
    mended=("status", "because", "ended_at"),
    mend=_mend,
)

VIEW = View("filings", 1, (TABLE,))


def get(reading: Reading, filing_id: str) -> Filing | None:
    """One filing."""
    return reading.get(TABLE, filing_id)


def many(reading: Reading, filing_ids: Iterable[str]) -> dict[str, Filing]:
    """These filings, by id."""
    return reading.many(TABLE, filing_ids)


def newest(
    reading: Reading,
    limit: int,
    after: str | None = None,
    *,
    owner: str | None = None,
    folder_id: str | None = None,
    statuses: Sequence[FilingStatus] | None = None,
) -> Page[Filing]:
    """Filings, newest first."""
    where: list[Where] = []
    if owner is not None:
        where.append(c.owner == owner)
    if folder_id is not None:
        where.append(c.folder_id == folder_id)
    if statuses is not None:
        where.append(c.status.among([status.value for status in statuses]))
    return reading.newest(TABLE, *where, limit=limit, after=after)


def counting(owner: str, status: FilingStatus) -> Counting:
    """How many of an owner's stand so, to be asked with other counts."""
    return Counting(TABLE, [c.owner == owner, c.status == status.value])


def by_status(reading: Reading, owner: str, folder_id: str | None = None) -> dict[str, int]:
    """How many filings a member has in each status, in one folder or in all."""
    return reading.counted(TABLE, "status", c.owner == owner if folder_id is None else c.folder_id == folder_id)


def of_folders(reading: Reading, folder_ids: Sequence[str]) -> dict[str, GroupOfRows]:
    """How many filings are in each of these folders that has any, and the last that is protected, whose picture stands for it."""
    return reading.groups(TABLE, "folder_id", folder_ids, c.status == FilingStatus.PROTECTED.value)
