"""A case being carried on: each event told is folded at once, so that the next step sees it."""

from __future__ import annotations

from datetime import datetime

from domain.case import CELLS, Case
from domain.events import AnyEvent, Happened
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef

_new = tuple.__new__
"""Makes a `Happened` without its Python-level constructor: one is made for each event there is."""


class Told(list[Happened]):
    """What was decided, in order, and the case as it stands after it, which need not be folded again. Without events, no case."""

    __slots__ = ("case",)
    case: Case


class Story:
    """What a decider has decided so far, in order, and the case as it stands after it."""

    __slots__ = ("case", "happened")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.happened = Told()

    def tell(
        self, at: datetime, event: AnyEvent, by: str, *, rules: RulebookRef | None = None, calendar: CalendarRef | None = None
    ) -> None:
        """Add one event, effective `at`, and fold it."""
        told = _new(Happened, (at, event, by, rules, calendar))
        self.case = self.happened.case = CELLS[type(event)](self.case, told, event)
        self.happened.append(told)
