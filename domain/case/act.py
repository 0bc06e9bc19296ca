"""What there is to say of each event of a case, and of each act: whoever adds one says all of it, or it cannot be imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from domain.case.consequences.plan import NoticePlan
from domain.case.state import Case
from domain.events import Event, Fact, Happened
from domain.law import Law

Fold: TypeAlias = Callable[[Case, Fact, Any], Case]
"""The state after an event, given the state before it, the event with its envelope, and the event."""


class Redoing(Protocol):
    """Under what an act is done again: the law, and what only the outside could tell of a notice."""

    @property
    def law(self) -> Law:
        """The law it is done under this time."""
        ...

    def plan(self) -> NoticePlan:
        """What was recorded of the notice that was served."""
        ...

    def round(self, number: int) -> int:
        """The number that the round which was `number` in fact has this time. Raises Refusal: appeal_not_open, where it is not open."""
        ...


Redo: TypeAlias = Callable[[Case, datetime, str, Any, Redoing], list[Happened]]
"""What the decider gives for an act that was done: the case, when, by whom, the act's event. Raises Refusal."""

Retry: TypeAlias = Callable[[Case, datetime, str, str, Mapping[str, Any], Redoing], list[Happened]]
"""What it would have given for one that was refused (rule D5): the case, when, by whom, the attempt's id, what was asked.

Raises Refusal; nothing where too little was recorded to carry it out.
"""


class CaseEvent(Struct, frozen=True, kw_only=True):
    """An event of a case, and what it means wherever events of cases are read.

    `compared` are the fields in which two histories of a case may differ so that the case went another way: without ids, texts and
    the version of a rulebook; of a deadline, when it closes. `answers` what was before the desk; `ends` the case in a way that revokes
    its penalty and makes an open appeal moot. What is `desk_only` is for the desk and the audit: no party ever reads it, and it is in
    no file that leaves (rule H7). What is `one_partys` is for them and the `party` that it names: the other never reads it (rule H9).
    """

    event: type[Event]
    fold: Fold
    compared: tuple[str, ...]
    answers: bool
    ends: bool
    desk_only: bool
    one_partys: bool


class CaseAct(CaseEvent, frozen=True, kw_only=True):
    """What a person does, by the contract's name of the command, and how it is done again (rules G2, G3).

    An event that has a `because` is an act only where that is the desk. A `quiet` act decides nothing: where it fails in a
    counterfactual, nobody is told.
    """

    command: str
    redo: Redo
    retry: Retry | None
    quiet: bool


def is_act(event: Event) -> bool:
    """Whether an act's event is one that a person brought about, and not time, or another act, or a review of what time brought about."""
    because = getattr(event, "because", None)
    return because is None or (because == "desk" and getattr(event, "review_id", None) is None)
