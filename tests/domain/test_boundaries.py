"""Instants that are exactly a limit: T3 makes a deadline exclusive, and what is due at one instant has an order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.refusal import Refusal
from tests.domain.tale import Tale, instant, law

A_SECOND = timedelta(seconds=1)
REMINDED = instant("2026-03-04 16:00")  # notice on Mon 2 March: the window of 3 working days ends with Thu 5 March in Shanghai
CLOSED = instant("2026-03-05 16:00")


@pytest.mark.rule("T3", "D4")
def test_an_appeal_is_decided_from_the_first_permitted_instant_on() -> None:
    rules = law(appeal={"decide_within": [{"from_days": 3, "days": 5, "count": "working", "not_before": True}]})
    early = Tale(rules).accept().appeal().wait(CLOSED - A_SECOND)
    with pytest.raises(Refusal) as refused:
        early.decide("upheld")
    assert (refused.value.code, refused.value.facts) == ("too_early", {"not_before": CLOSED})
    assert early.wait(CLOSED).decide("upheld").case.status == "lifted"


@pytest.mark.rule("T3", "H3")
def test_a_claim_is_over_at_its_end_for_everybody() -> None:
    claimed = Tale().claim("desk-2")
    held = claimed.case.claim
    assert held is not None
    claimed.wait(held.until - A_SECOND)
    with pytest.raises(Refusal) as refused:
        claimed.release("desk-1")
    assert (refused.value.code, refused.value.facts) == ("claimed", {"reviewer": "desk-2", "until": held.until})
    claimed.wait(held.until)
    before = claimed.names()
    assert claimed.release("desk-2").release("desk-1").names() == before  # nobody has it, so nothing is let go
    taken = claimed.claim("desk-1").case.claim
    assert taken is not None
    assert taken.reviewer == "desk-1"


@pytest.mark.rule("H3")
def test_claiming_again_gives_the_same_end_to_its_holder_until_then() -> None:
    claimed = Tale().claim("desk-2")
    held, names = claimed.case.claim, claimed.names()
    assert held is not None
    claimed.wait(held.until - A_SECOND).claim("desk-2")
    assert (claimed.case.claim, claimed.names()) == (held, names)
    taken = claimed.wait(held.until).claim("desk-2").case.claim
    assert taken is not None
    assert taken.until - held.until == held.until - instant("2026-03-02 09:00")


@pytest.mark.rule("T4", "B7")
@pytest.mark.parametrize(
    ("at", "names", "ending"),
    [
        # The reminder is first: it is of a window that was open until then.
        (REMINDED, ["ReminderSent", "Voided"], ("voided", None)),
        # The window is first: it closed, and a case that is final falls no more.
        (CLOSED, ["ReminderSent", "WindowClosed", "Finalized"], ("final", "no_appeal")),
    ],
)
def test_of_two_consequences_due_at_one_instant_the_parties_own_is_first(
    at: object, names: list[str], ending: tuple[str, str | None]
) -> None:
    tale = Tale().accept()
    before = len(tale.told)
    tale.now = at  # type: ignore[assignment]
    tale.void()
    assert tale.names()[before:] == names
    assert (tale.case.status, tale.case.final_because) == ending


@pytest.mark.rule("T4", "B7", "C3", "D4")
@pytest.mark.parametrize(
    ("rules", "begun", "names"),
    [
        (law(complaint={"on_lapse": "decline"}), "lodged", ["Declined"]),
        (law(complaint={"on_lapse": "accept"}), "lodged", ["Accepted", "NoticeServed", "WindowOpened", "Penalized", "Voided"]),
        (law(appeal={"on_lapse": "release", "decide_within": [{"days": 3}]}), "appealed", ["RoundDecided", "Lifted"]),
        (law(appeal={"on_lapse": "reject", "decide_within": [{"days": 3}]}), "appealed", ["RoundDecided", "WindowOpened", "Voided"]),
    ],
)
def test_a_lapse_and_a_fall_at_one_instant(rules: object, begun: str, names: list[str]) -> None:
    tale = Tale(rules)  # type: ignore[arg-type]
    if begun == "appealed":
        tale.accept().appeal()
    before = len(tale.told)
    tale.now = CLOSED
    tale.void()
    assert tale.names()[before:] == names
