"""An outside body (rule H9): what a party records, what the desk files, what that does to a case, in fact and under another law."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.case.counterfactual import AffectedAct, Counterfactual, counterfactual
from domain.case.events import ONE_PARTYS, BodyDecided, Lifted, TakenToBody
from domain.case.replay import verify
from domain.case.state import BodyRecord
from domain.counterfactual_law import CounterfactualLaw
from domain.events import Sealed
from domain.events.base import Party
from domain.law import PublishedYear
from domain.misuse import misdeeds
from domain.refusal import Refusal, RefusedAttempt
from domain.rulebook import parse_rulebook
from tests.domain.chronicle import Chronicle
from tests.domain.tale import SHANGHAI, SINCE_EVER, YEAR_2026, Tale, instant

pytestmark = pytest.mark.rule("H9")

HORIZON = instant("2026-07-01 00:00")
TAKEN, DECIDED, LATER = "2026-03-20 09:00", "2026-05-04 09:00", instant("2026-05-04 09:00")


def told(case: Chronicle, **sections: object) -> Counterfactual:
    rulebook = parse_rulebook({"name": "other", "version": "1", "effective_from": "2026-01-01T00:00:00Z", **sections})
    law = CounterfactualLaw(rulebook, (), [PublishedYear(SINCE_EVER, YEAR_2026)], {"Asia/Shanghai": SHANGHAI})
    return counterfactual(case.facts, law, HORIZON, case.known_fall())


def final() -> Tale:
    return Tale().accept().wait("2026-03-20 09:00")


ENDED: dict[str, Callable[[], Tale]] = {
    "declined": lambda: Tale().decline(),
    "withdrawn": lambda: Tale().accept().withdraw(),
    "voided": lambda: Tale().accept().void(),
    "lifted": lambda: Tale().accept().lift(),
    "final": final,
}


def test_a_record_is_a_partys_own_and_leaves_the_case_where_it_stands() -> None:
    case = final()
    before = case.case
    case.to_body("respondent").to_body("complainant", "record-2")
    assert [(h.event, h.by) for h in case.told[-2:]] == [
        (TakenToBody("record-1", "respondent", Sealed("a body"), Sealed("117")), "seller"),
        (TakenToBody("record-2", "complainant", Sealed("a body"), Sealed("117")), "owner"),
    ]
    assert case.case.bodies_of("respondent") == (BodyRecord("record-1", "respondent", Sealed("a body"), Sealed("117"), case.now),)
    assert (case.case.status, case.case.penalty_stands, case.case.ended_at) == (before.status, True, before.ended_at)
    assert {TakenToBody, BodyDecided} <= ONE_PARTYS


def test_it_waits_for_the_end_of_the_case_and_is_said_once_of_a_record() -> None:
    for open_still in (Tale(), Tale().accept(), Tale().accept().appeal()):
        with pytest.raises(Refusal, match=r"^case_open$"):
            open_still.to_body("complainant")
    with pytest.raises(RefusedAttempt, match=r"^body_recorded$"):
        final().to_body(recorded=True)
    with pytest.raises(Refusal, match=r"^no_notice$"):
        Tale().decline().to_body("respondent")


@pytest.mark.rule("H5")
def test_upheld_for_the_respondent_of_a_final_case_lifts_and_counts_as_overturned() -> None:
    case = final().to_body()
    case.now = LATER
    before = case.case
    case.outcome()
    assert [h.event for h in case.told[-2:]] == [BodyDecided("record-1", "respondent", "upheld", ("seen",)), Lifted("body")]
    assert (case.case.status, case.case.lifted_because, case.case.penalty_stands, case.case.ended_at) == ("lifted", "body", False, LATER)
    (record,) = case.case.bodies
    assert (record.outcome, record.decided_at, record.reasons) == ("upheld", LATER, ("seen",))
    assert [(one.member, one.kind) for one in misdeeds(before, case.told[-2:])] == [("owner", "overturned_penalties")]


ON_RECORD_ONLY = [
    (ended, party, outcome)
    for ended in ENDED
    for party in ("complainant", "respondent")
    for outcome in ("upheld", "rejected")
    if (ended, party) != ("declined", "respondent") and (ended, party, outcome) != ("final", "respondent", "upheld")
]


@pytest.mark.parametrize(("ended", "party", "outcome"), ON_RECORD_ONLY)
def test_whatever_else_a_body_decides_is_on_record_only(ended: str, party: Party, outcome: str) -> None:
    case = ENDED[ended]()
    before = case.case
    case.to_body("complainant", "another").to_body(party).outcome(outcome)
    after = case.case
    assert (after.status, after.lifted_because, after.ended_at) == (before.status, before.lifted_because, before.ended_at)
    assert after.penalty_stands == before.penalty_stands
    assert [one.outcome for one in after.bodies] == [None, outcome]


def test_an_outcome_is_filed_once_a_record_and_of_a_record_that_there_is() -> None:
    case = final().to_body("complainant").outcome("rejected")
    with pytest.raises(RefusedAttempt, match=r"^already_decided$"):
        case.outcome("upheld")
    with pytest.raises(Refusal, match=r"^no_record$"):
        case.outcome(record="record-2")


# -- in a replay -----------------------------------------------------------------------------------------------------------


def lifted_by_a_body() -> Chronicle:
    case = Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00")
    return case.at(TAKEN).do("to_body").at(DECIDED).do("outcome")


@pytest.mark.rule("G2")
def test_it_is_derived_again_and_a_lift_without_a_body_is_found() -> None:
    case = lifted_by_a_body()
    assert not verify(case.own, case.tale.law, HORIZON).differences
    forged = [one for one in case.own if not isinstance(one.event, BodyDecided)]
    assert [type(one.recorded.event).__name__ for one in verify(forged, case.tale.law, HORIZON).differences if one.recorded] == ["Lifted"]


@pytest.mark.rule("G3")
def test_under_another_law_the_body_lifts_what_is_final_there_too() -> None:
    case = lifted_by_a_body()
    # Four calendar days: the window closes on another day, the case is final before the body is asked, and is lifted all the same.
    same = told(case, appeal={"windows": [{"days": 4, "count": "calendar"}]})
    assert (same.ending, same.case.lifted_because, same.refused, same.unreached) == ("lifted", "body", (), ())


@pytest.mark.rule("G3")
def test_a_case_still_open_there_has_no_end_to_go_to_a_body_with() -> None:
    open_still = told(lifted_by_a_body(), appeal={"windows": [{"days": 30, "count": "working"}]})
    assert open_still.ending == "final"
    assert open_still.refused == (AffectedAct("body", instant(TAKEN), "case_open"),)
    assert open_still.unreached == (AffectedAct("body_outcome", instant(DECIDED), "no_record"),)


@pytest.mark.rule("G3", "C3")
def test_a_respondent_that_was_never_served_there_has_nothing_to_complain_of() -> None:
    case = Chronicle().settle("2026-03-05 17:00").at("2026-03-06 09:00").do("accept").settle("2026-03-20 08:00")
    case.at(TAKEN).do("to_body")
    declined = told(case, complaint={"on_lapse": "decline"})
    assert declined.ending == "declined"
    assert declined.unreached[-1] == AffectedAct("body", instant(TAKEN), "no_notice")
