"""Whose protection fell when, and the cases with it that were lodged before: by a finding, or by a dispute (rules B7, H1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from domain.case.consequences.ending import Voiding
from domain.events.filing import FilingCancelled
from domain.events.member import MerchantTerminated
from domain.recorded import Recorded

Placed = tuple[int, Recorded]
"""An event and its position in the log."""

FALLS = (MerchantTerminated, FilingCancelled)
"""The events by which cases fall that are not theirs."""


class PlacedFall(NamedTuple):
    """The end of a protection, and its position in the log: by that, not by its instant, it comes after what was recorded before."""

    position: int
    voiding: Voiding


class Falls:
    """The ends of protections of members and of filings: as many as were decided, however many cases there are."""

    def __init__(self, decided: Iterable[Placed] = ()) -> None:
        self._of: dict[str, list[PlacedFall]] = {}
        for position, one in decided:
            self.see(position, one)

    def see(self, position: int, one: Recorded) -> None:
        """One event of the log; of filings that a finding cancels, the finding itself said it before."""
        match one.event:
            case MerchantTerminated():
                self._of.setdefault(one.originator_id, []).append(PlacedFall(position, Voiding(one.at, "finding")))
            case FilingCancelled(because="dispute"):
                self._of.setdefault(one.originator_id, []).append(PlacedFall(position, Voiding(one.at, "dispute")))
            case _:
                pass

    def first(self, complainant: str, filing_id: str, after: int) -> PlacedFall | None:
        """The first one of a complainant's or its filing's after a position; None where there was none."""
        if complainant not in self._of and filing_id not in self._of:
            return None
        later = [fall for name in (complainant, filing_id) for fall in self._of.get(name, ()) if fall.position > after]
        return min(later, key=lambda fall: fall.position, default=None)
