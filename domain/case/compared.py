"""A case as another law tells it, with all that its part of the sums needs, also at a later horizon (rules G3, G7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.case.causes import Causes
from domain.case.comparison import Comparison, PenaltySpan, Sums, compare, penalty_span, weeks_asked
from domain.case.counterfactual import Counterfactual
from domain.case.lapse_reviews import open_reviews
from domain.case.state import OPEN, Case
from domain.events import Fact

_OPEN = frozenset(status.value for status in OPEN)


class ComparedCase(Struct, frozen=True):
    """A case in fact and under another law; `comparison` is None where the case is too far from the rules to be told under it.

    `ending` is the status in fact; `stood` and `would_stand` say from when to when a penalty stood; `asked` and `would_ask` are the
    weeks in which the desk was asked something. `review_open` where somebody is asked in either to review a lapse; `explained` where
    the causes of another ending were sought.
    """

    ending: str
    events: int
    pending: int
    differences: int
    lodged_at: datetime
    complainant: str
    respondent: str
    comparison: Comparison | None
    stood: PenaltySpan
    would_stand: PenaltySpan | None
    asked: tuple[str, ...]
    would_ask: tuple[str, ...]
    review_open: bool
    explained: bool = False

    @property
    def settled(self) -> bool:
        """Whether it is told the same at every later horizon, but for how long penalties stand, until it has another event.

        So it is where the case has ended both in fact and under the other law, nobody is asked to review it (rule H8), and nothing is
        due that is not written.
        """
        comparison = self.comparison
        waits = self.pending or self.review_open
        return comparison is not None and not waits and self.ending not in _OPEN and comparison.would_end not in _OPEN

    def at(self, horizon: datetime) -> ComparedCase:
        """The same at a later horizon, of a case that is settled."""
        comparison = self.comparison
        if comparison is None or self.would_stand is None:
            return self
        would_until = horizon if comparison.undetermined_since is None else min(horizon, comparison.undetermined_since)
        days, would = self.stood.days(horizon), self.would_stand.days(would_until)
        return replace(self, comparison=comparison._replace(penalty_days=days, would_penalty_days=would))

    def with_causes(self, found: Causes | None) -> ComparedCase:
        """With the causes of another ending, where they were found."""
        assert self.comparison is not None  # causes are those of an ending
        return replace(self, comparison=self.comparison._replace(causes=found), explained=True)

    def count(self, sums: Sums) -> None:
        """Count it among others."""
        sums.cases += 1
        sums.events += self.events
        sums.pending += self.pending
        sums.differences += self.differences
        comparison = self.comparison
        if comparison is None:
            sums.end(self.ending, "undetermined")
            sums.undetermined += 1
            return
        if self.explained:
            sums.causes.add(self, comparison.changed, comparison.causes)
        sums.add(comparison)
        sums.ask(self.asked, self.would_ask)


def compared(
    case: Case, happened: Sequence[Fact], other: Counterfactual | None, horizon: datetime, pending: int, differences: int
) -> ComparedCase:
    """A case settled to the horizon, all its events with what is pending last, and what it would have been, None where that is unknown."""
    return ComparedCase(
        ending=case.status.value,
        events=len(happened) - pending,
        pending=pending,
        differences=differences,
        lodged_at=case.lodged_at,
        complainant=case.complainant,
        respondent=case.respondent,
        comparison=None if other is None else compare(case, happened, other, horizon),
        stood=penalty_span(case),
        would_stand=None if other is None else penalty_span(other.case),
        asked=() if other is None else tuple(weeks_asked(happened)),
        would_ask=() if other is None else tuple(weeks_asked(other.events)),
        review_open=bool(open_reviews(case) or (other is not None and open_reviews(other.case))),
    )
