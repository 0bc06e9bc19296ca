"""What counts as misuse in the whole history, whether or not it was counted then (rule H10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from application.transparency import PAGE, LogPages
from domain.case.events import CASE_EVENTS
from domain.case.folding import begin, evolve
from domain.case.state import Case
from domain.events import Happened
from domain.misuse import Misdeed, misdeeds

_OF_CASES = frozenset(get_args(CASE_EVENTS))


def misdeeds_in(log: LogPages) -> Iterator[Misdeed]:
    """Every outcome that would have counted against a member, in the order of the log; a lapse counts against nobody."""
    cases: dict[str, Case] = {}
    position = 0
    while page := log.read_log(position, PAGE):
        position = page[-1][0]
        for _, one in page:
            if type(one.event) not in _OF_CASES:
                continue
            before = cases.get(one.originator_id)
            if before is None:
                cases[one.originator_id] = begin(one.originator_id, one)
                continue
            yield from misdeeds(before, [Happened(one.at, one.event, one.by)])
            cases[one.originator_id] = evolve(before, one)
