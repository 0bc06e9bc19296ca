"""What is done with each case of a replay, and what falls with what (rules G2, G3, B7, H1)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from application.alternatives import Alternative
from application.falls import Falls
from application.replaying import History, Plan, Tally, fall_of, replay_cases
from domain.case import causes
from domain.case.causes_in_sum import CauseSums
from domain.case.comparison import Comparison, Sums
from domain.case.consequences.ending import Voiding
from domain.case.replay import Fall
from domain.events import Happened
from domain.events.filing import FilingCancelled
from domain.events.member import MerchantTerminated
from domain.partial_law import PartialLaw
from domain.recorded import Recorded
from domain.rulebook import RulebookRef
from tests.domain.chronicle import Chronicle
from tests.domain.tale import instant, law
from tests.domain.test_causes import published
from tests.domain.test_counterfactual import HORIZON, under

NOON = instant("2026-03-04 12:00")


def lapsed() -> Chronicle:
    return Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00").at("2026-03-06 09:00").attempt("appeal")


def history(case: Chronicle, start: int = 10) -> History:
    placed = list(enumerate(case.facts, start))
    own = [one for one in placed if one[1].originator_id == "case"]
    return History("case", [one for _, one in own], own, [one for one in placed if one[1].originator_id != "case"])


def decided(stream: str, event: MerchantTerminated | FilingCancelled) -> Recorded:
    told = Happened(NOON, event, "desk-1")
    return Recorded(
        originator_id=stream, originator_version=1, id="x", at=NOON, recorded_at=NOON, by="desk-1", command="c", event=told.event
    )


FINDING = decided("owner", MerchantTerminated("filing", ("why",), "digest"))
DISPUTE = decided("filing", FilingCancelled("dispute"))


@pytest.mark.rule("G2", "B7", "H1")
def test_a_case_falls_with_the_first_decision_after_its_lodging() -> None:
    told = history(lapsed())
    assert fall_of(Falls(), told) is None
    assert fall_of(Falls([(12, FINDING)]), told) == Fall(Voiding(NOON, "finding"), 2)
    assert fall_of(Falls([(13, FINDING), (12, DISPUTE)]), told) == Fall(Voiding(NOON, "dispute"), 2)
    assert fall_of(Falls([(9, FINDING)]), told) is None
    assert fall_of(Falls([(12, decided("another", MerchantTerminated("f", (), "d")))]), told) is None
    assert fall_of(Falls([(12, decided("filing", FilingCancelled("finding")))]), told) is None
    assert fall_of(Falls([(12, lapsed().own[0])]), told) is None
    assert fall_of(Falls([(12, FINDING)]), History("case", lapsed().own[1:], [(11, None)])) is None


@pytest.mark.rule("G2")
def test_a_verification_counts_cases_events_endings_and_what_is_pending() -> None:
    tally = Tally()
    replay_cases([history(Chronicle().at("2026-03-02 09:00").do("accept"))], Plan(law(), HORIZON, Falls()), tally)
    replay_cases([history(lapsed())], Plan(law(), HORIZON, Falls()), tally)
    sums = tally.verified
    assert (sums.cases, sums.events, sums.pending, sums.differences) == (2, 13, 3, 0)
    assert sums.endings == {"final": {"final": 2}}
    assert tally.first is None


@pytest.mark.rule("G2")
def test_the_first_difference_is_kept_and_a_case_that_cannot_be_read_is_one() -> None:
    tally, plan = Tally(), Plan(law(), HORIZON, Falls())
    replay_cases([History("bad", (), (), why="event 2 is missing")], plan, tally)
    replay_cases([replace(history(lapsed()), recorded=lapsed().own[:-1])], plan, tally)
    assert (tally.verified.cases, tally.verified.differences) == (2, 2)
    assert tally.first is not None
    assert (tally.first.case, tally.first.why) == ("bad", "event 2 is missing")
    unfolded = Tally()
    replay_cases([History("case", lapsed().own[1:], [(1, None)])], plan, unfolded)
    assert (unfolded.verified.differences, unfolded.verified.endings) == (1, {})


@pytest.mark.rule("G3")
def test_a_case_that_cannot_be_read_is_told_under_no_other_law() -> None:
    tally = Tally(alternatives=[Sums()])
    plan = Plan(law(), HORIZON, Falls(), (Alternative("ten days", under(appeal={"windows": [{"days": 10}]})),))
    replay_cases([History("bad", (), (), why="event 2 is missing"), history(lapsed())], plan, tally)
    assert (tally.verified.cases, tally.alternatives[0].cases) == (2, 1)


@pytest.mark.rule("G3")
def test_a_case_is_told_under_every_other_law_and_kept_where_it_comes_out_differently() -> None:
    alternatives = (Alternative("ten days", under(appeal={"windows": [{"days": 10}]})), Alternative("the same", under()))
    tally = Tally(alternatives=[])
    kept: list[tuple[int, Comparison]] = []
    tally.join(_found(alternatives, kept))
    assert [(number, one.would_end) for number, one in kept] == [(0, "undetermined")]
    assert tally.alternatives[0].endings == {"final": {"undetermined": 1}}
    assert tally.alternatives[1].endings == {"final": {"final": 1}}
    assert (tally.alternatives[0].cases, tally.alternatives[0].appeals_heard, tally.alternatives[0].undetermined) == (1, 1, 1)


def _found(alternatives: tuple[Alternative, ...], kept: list[tuple[int, Comparison]]) -> Tally:
    tally = Tally(alternatives=[Sums() for _ in alternatives])
    replay_cases([history(lapsed())], Plan(law(), HORIZON, Falls(), alternatives), tally, lambda number, one: kept.append((number, one)))
    return tally


@pytest.mark.rule("G3", "G2")
def test_what_is_pending_happened_as_far_as_a_comparison_goes() -> None:
    tally, kept = Tally(alternatives=[Sums()]), []
    plan = Plan(law(), HORIZON, Falls(), (Alternative("the same", under()),))
    replay_cases([history(Chronicle().at("2026-03-02 09:00").do("accept"))], plan, tally, lambda number, one: kept.append(one))
    assert (tally.verified.pending, tally.alternatives[0].pending, kept) == (3, 3, [])
    assert tally.alternatives[0].endings == {"final": {"final": 1}}


@pytest.mark.rule("G3", "G2")
def test_what_cannot_be_told_is_undetermined() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("appeal")
    case.fell("2026-03-20 09:00").settle("2026-03-20 10:00")
    told = history(case)
    appeal = told.recorded[5]
    assert type(appeal.event).__name__ == "RoundOpened"
    broken = [*told.recorded[:5], replace(appeal, rules=RulebookRef("t", "1", "0" * 64)), *told.recorded[6:]]
    alternatives = (Alternative("the same", under()),)
    tally = Tally(alternatives=[Sums()])
    plan = Plan(law(), HORIZON, Falls([(90, FINDING)]), alternatives)
    replay_cases([replace(told, recorded=broken)], plan, tally)
    assert tally.verified.differences > 0
    assert tally.alternatives[0].endings == {"voided": {"undetermined": 1}}


@pytest.mark.rule("T8", "G2")
def test_a_horizon_in_the_past_knows_only_what_was_recorded_by_then() -> None:
    tally = Tally()
    plan = Plan(law(), instant("2026-03-03 00:00"), Falls([(11, FINDING)]), in_the_past=True)
    replay_cases([history(lapsed())], plan, tally)
    assert (tally.verified.events, tally.verified.pending, tally.verified.endings) == (5, 0, {"penalized": {"penalized": 1}})
    before = Tally()
    replay_cases([history(lapsed())], plan._replace(until=instant("2026-03-01 00:00")), before)
    assert before.verified.cases == 0
    assert history(lapsed()).as_of(instant("2026-03-05 18:00")).attempts == []


@pytest.mark.rule("G6")
def test_causes_are_counted_by_key_by_month_and_by_member(monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> CauseSums:
        longer = under(appeal={"windows": [{"days": 10}]})
        tally = Tally(alternatives=[Sums()])
        plan = Plan(law(), HORIZON, Falls(), (Alternative("ten days", longer, PartialLaw(*published(longer.other))),))
        withdrawn = history(Chronicle().at("2026-03-02 09:00").do("withdraw"))
        replay_cases([history(lapsed()), withdrawn], plan, tally)
        return tally.alternatives[0].causes

    sums = told()
    with monkeypatch.context() as patience:
        patience.setattr(causes, "MOST", 0)
        sums.join(told())
    ((cause, cases),) = sums.keys.items()
    assert (cause.key, cases, sums.unknown) == ("appeal.windows", 1, 1)
    assert {month: (one.cases, one.changed, one.because) for month, one in sums.months.items()} == {"2026-03": (4, 2, {cause.key: 1})}
    assert {name: (one.complained, one.responded, one.because) for name, one in sums.members.items()} == {
        "owner": (2, 0, {cause.key: 1}),
        "seller": (0, 2, {cause.key: 1}),
    }
