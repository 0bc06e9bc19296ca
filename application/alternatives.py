"""What would have become of one case under other laws, and why (rules G3, G6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.case.causes import causes
from domain.case.compared import ComparedCase, compared
from domain.case.counterfactual import Counterfactual, counterfactual
from domain.case.docket import Docket
from domain.case.replay import BROKEN, Fall, Verified
from domain.case.state import Case
from domain.counterfactual_law import CounterfactualLaw
from domain.events import Fact
from domain.law import Law
from domain.partial_law import PartialLaw
from domain.recorded import Recorded


class Alternative(NamedTuple):
    """Another law to tell the history under, its name in reports, and the law of its parts where causes are asked for (rule G6)."""

    name: str
    law: CounterfactualLaw
    parts: PartialLaw | None = None


class CaseFacts:
    """A case in fact: its events and the refused attempts on it in the order of the log, settled to the horizon under its own law."""

    def __init__(self, facts: Sequence[Recorded], fall: Fall | None, case: Case, verified: Verified, until: datetime, own: Law) -> None:
        self.case = case
        self._facts, self._fall, self._verified, self._until, self._own = facts, fall, verified, until, own
        recorded = [one for one in facts if one.originator_id == case.id]
        self._happened: list[Fact] = [*recorded, *verified.pending]
        self._calendars = {one.calendar.digest for one in recorded if one.calendar is not None}
        self._docket = self._read_docket()

    def under(self, alternative: Alternative) -> ComparedCase:
        """The case under another law, compared with what happened, what is pending included."""
        try:
            one = self._compared(self._counterfactual(alternative.law.as_recorded(self._calendars)))
        except BROKEN:  # what was found to be different can be too far from the rules to be told at all
            return self._compared(None)
        comparison = one.comparison
        if alternative.parts is None or comparison is None:
            return one
        if not comparison.changed:
            return one.with_causes(None)
        parts = alternative.parts.as_recorded(self._calendars)
        return one.with_causes(causes(parts, lambda law: self._counterfactual(law).ending, comparison.would_end))

    def _counterfactual(self, law: Law) -> Counterfactual:
        return counterfactual(self._facts, law, self._until, self._fall, self._own, self._docket)

    def _compared(self, other: Counterfactual | None) -> ComparedCase:
        verified = self._verified
        return compared(self.case, self._happened, other, self._until, len(verified.pending), len(verified.differences))

    def _read_docket(self) -> Docket | None:
        """What was before the desk in fact; None where what was found to be different is too far from the rules to be read."""
        try:
            return Docket(self._facts, self._until, self._own)
        except BROKEN:
            return None
