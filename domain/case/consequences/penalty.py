"""The penalty on the listing (rule C4)."""

from __future__ import annotations

from msgspec.structs import replace

from domain.case.act import CaseEvent
from domain.case.state import Case, Status
from domain.events import Event, Fact


class Penalized(Event, frozen=True):
    """The listing is penalised for this case (rule C4)."""

    listing_id: str


def _penalized(case: Case, fact: Fact, event: Penalized) -> Case:
    return replace(case, status=case.status if case.ended else Status.PENALIZED, penalized_at=fact.at)


PENALIZED = CaseEvent(event=Penalized, fold=_penalized, compared=(), answers=False, ends=False, desk_only=False, one_partys=False)
