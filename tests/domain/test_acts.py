"""The one list of what can happen to a case: what is forgotten in it is said when it is read."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from typing import get_args

import pytest
from msgspec.structs import replace

from domain.case import acts, consequences
from domain.case.act import CaseAct, CaseEvent
from domain.case.checks import refuse_party
from domain.case.events import ACTS, CASE_EVENTS, EVENTS, require_whole
from domain.case.folding import FOLDS, evolve
from domain.case.state import OPEN, WITHOUT_NOTICE, Status
from domain.events import Event, Happened
from domain.refusal import Refusal
from projections import notices
from tests.domain.tale import Tale

UNION = get_args(CASE_EVENTS)
CLAIM = next(act for act in ACTS.values() if act.quiet)


def test_every_event_in_the_package_is_in_the_list() -> None:
    modules = [
        importlib.import_module(f"{package.__name__}.{module.name}")
        for package in (acts, consequences)
        for module in pkgutil.iter_modules(package.__path__)
    ]
    kinds = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    made = {kind for kind in kinds if issubclass(kind, Event) and kind is not Event}
    assert made == set(UNION) == set(FOLDS)


@pytest.mark.parametrize(
    ("events", "union", "why"),
    [
        (EVENTS[1:], UNION, "ComplaintLodged is in CASE_EVENTS, and EVENTS does not say what it does to a case"),
        (EVENTS, UNION[1:], "ComplaintLodged is in EVENTS, and not in CASE_EVENTS"),
        ((*EVENTS, EVENTS[0]), UNION, "ComplaintLodged is in EVENTS twice"),
        ([replace(one, command="appeal") if one is CLAIM else one for one in EVENTS], UNION, "two acts are called 'appeal'"),
        ([replace(one, answers=True) if one is CLAIM else one for one in EVENTS], UNION, "Claimed is called quiet, and decides something"),
    ],
)
def test_what_is_forgotten_is_named(events: Sequence[CaseEvent], union: Sequence[type], why: str) -> None:
    require_whole(EVENTS, UNION)
    with pytest.raises(TypeError) as raised:
        require_whole(events, union)
    assert str(raised.value) == why


def test_nothing_of_an_act_can_be_left_out() -> None:
    whole = {name: getattr(CLAIM, name) for name in CaseAct.__struct_fields__}
    for name in whole:
        with pytest.raises(TypeError, match=name):
            CaseAct(**{field: value for field, value in whole.items() if field != name})


def test_an_event_of_another_stream_or_a_second_beginning_has_no_place_in_a_case() -> None:
    lodged = Tale().told[0]
    with pytest.raises(TypeError, match="ComplaintLodged has no place in a case that has begun"):
        evolve(Tale().case, lodged)
    with pytest.raises(TypeError, match="Stranger has no place in a case"):
        evolve(Tale().case, Happened(lodged.at, Stranger(), "desk"))  # type: ignore[arg-type]


class Stranger(Event, frozen=True):
    """An event of nobody's."""


@pytest.mark.rule("H3")
def test_quiet_acts_leave_a_case_where_it_stands() -> None:
    case = Tale().accept()
    before = case.case
    assert {act.command for act in ACTS.values() if act.quiet} == {"claim", "release", "note"}
    assert replace(case.claim("desk-1").case, claim=None) == before
    assert case.release("desk-1").note().case == before


def test_statuses_are_told_apart_once() -> None:
    assert {status for status in Status if status not in OPEN} == {"declined", "lifted", "withdrawn", "voided", "final"}
    assert get_args(notices.Status) == tuple(status for status in Status if status not in WITHOUT_NOTICE)


@pytest.mark.rule("H3")
def test_a_reviewer_that_is_a_party_is_refused_and_nobody_else() -> None:
    case = Tale().case
    for party in (case.complainant, case.respondent):
        with pytest.raises(Refusal) as refused:
            refuse_party(case, party)
        assert refused.value.code == "forbidden"
    refuse_party(case, "somebody")
    refuse_party(case, None)
