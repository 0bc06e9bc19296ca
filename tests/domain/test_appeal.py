"""One appeal's own stream, and what does not belong into it (section D of the rules)."""

from __future__ import annotations

import pytest

from domain.appeal import Grounds, begin, companions, evolve, fold, opened
from domain.case import events as of_case
from domain.events import CLOCK, Happened, Sealed
from domain.events.appeal import AppealMooted
from tests.domain.tale import Tale, instant

AT = instant("2026-03-02 09:00")
MOOT = Happened(AT, AppealMooted("case"), CLOCK)


def test_an_appeal_begins_with_its_opening_and_ends_with_its_decision() -> None:
    tale = Tale().accept().appeal().special().decide("rejected")
    first = next(h for h in tale.told if isinstance(h.event, of_case.RoundOpened))
    begun = opened(("case", "notice", "seller"), Grounds(Sealed("mine"), ("file",)), first)
    later = [h for h in tale.told if isinstance(h.event, of_case.RoundExempted | of_case.RoundDecided)]
    appeal = fold("appeal-1", [begun, *companions("case", later, "a court decides")])
    assert appeal is not None
    assert (appeal.status, appeal.special, appeal.evidence, appeal.round) == ("rejected", True, ("file",), 1)
    assert fold("appeal-1", []) is None


@pytest.mark.rule("T1")
def test_what_is_no_appeals_is_refused_by_the_fold() -> None:
    with pytest.raises(TypeError):
        begin("appeal", MOOT)
    with pytest.raises(TypeError):
        opened(("case", "notice", "seller"), Grounds(Sealed(""), ()), MOOT)
    tale = Tale().accept().appeal()
    begun = opened(("case", "notice", "seller"), Grounds(Sealed(""), ()), tale.told[-1])
    with pytest.raises(TypeError):
        evolve(begin("appeal", begun), tale.told[0])
