"""Merchants: the declaration they signed, and whether their service was terminated (rules A3, B7)."""

from __future__ import annotations

from collections.abc import Iterable

from domain.events import member as happened
from domain.merchant import Merchant, evolve
from domain.recorded import Recorded
from projections.reading import Page, Reading
from projections.shape import Change, StateTable, View, by_stream


def _told(merchant: Merchant | None, recorded: Recorded) -> Merchant:
    return evolve(merchant or Merchant(id=recorded.originator_id), recorded)


TABLE = StateTable[Merchant](
    view="merchants",
    name="merchants",
    state=Merchant,
    on={
        happened.DeclarationSigned: Change(by_stream, _told),
        happened.MerchantTerminated: Change(by_stream, _told),
        happened.MerchantReinstated: Change(by_stream, _told),
        happened.MemberForgotten: Change(by_stream, _told),
    },
)

VIEW = View("merchants", 1, (TABLE,))


def get(reading: Reading, member_id: str) -> Merchant | None:
    """One merchant; None for who has signed nothing yet."""
    return reading.get(TABLE, member_id)


def many(reading: Reading, member_ids: Iterable[str]) -> dict[str, Merchant]:
    """These merchants, by id."""
    return reading.many(TABLE, member_ids)


def newest(reading: Reading, limit: int, after: str | None = None) -> Page[Merchant]:
    """Merchants, the last to have signed first."""
    return reading.newest(TABLE, limit=limit, after=after)
