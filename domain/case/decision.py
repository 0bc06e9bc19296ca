"""What a decider decides of a case, step by step: each event is folded at once, so that the next step sees it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.case.folding import FOLDS
from domain.case.state import Case
from domain.events import Happened
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef

if TYPE_CHECKING:  # every event is made of what is here
    from domain.recorded import AnyEvent

_new = tuple.__new__
"""Makes a `Happened` without its Python-level constructor: one is made for each event there is."""


class Decision(list[Happened]):
    """The events decided so far, in order, and the case as it stands after them."""

    __slots__ = ("case",)
    case: Case

    def __init__(self, case: Case) -> None:
        self.case = case

    def add(self, at: datetime, event: AnyEvent, by: str, *, rules: RulebookRef | None = None, calendar: CalendarRef | None = None) -> None:
        """Add one event, effective `at`, and fold it."""
        happened = _new(Happened, (at, event, by, rules, calendar))
        self.case = FOLDS[type(event)](self.case, happened, event)
        self.append(happened)
