"""Sums over cases, counted by hand: whole, and the same from parts in any order (rules G3, G6)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.case.causes import Cause, Causes
from domain.case.causes_in_sum import CauseSums, MemberCauses, MonthCauses
from domain.case.compared import ComparedCase, compared
from domain.case.comparison import Comparison, Divergence, Load, Moved, PenaltySpan, Sums, compare
from domain.case.counterfactual import AffectedAct, counterfactual
from tests.domain.chronicle import Chronicle
from tests.domain.tale import instant, law
from tests.domain.test_counterfactual import HORIZON, under

AT = instant("2026-03-02 09:00")
DAY_US = 86_400_000_000
PLAIN = Comparison("c", "final", "final", None, (), 2.0, 2.0, False, False, None, (), (), ())
MOVED = Moved(1, AT, AT + timedelta(days=1))


@pytest.mark.rule("G3")
def test_each_comparison_is_counted_under_what_it_shows() -> None:
    sums = Sums()
    sums.add(PLAIN)
    sums.add(
        PLAIN._replace(
            would_end="lifted",
            first_divergence=Divergence("Lifted", AT),
            windows_moved=(MOVED, MOVED),
            penalty_days=5.0,
            would_penalty_days=1.5,
            acceptance_late=True,
            unreached=(AffectedAct("appeal", AT, "window_closed"), AffectedAct("decision", AT, "appeal_not_open")),
            refused=(AffectedAct("appeal", AT, "appeal_open"),),
        )
    )
    sums.add(
        PLAIN._replace(would_penalty_days=4.0, acceptance_would_be_late=True, heard=(AffectedAct("appeal", AT), AffectedAct("lift", AT)))
    )
    sums.add(PLAIN._replace(ending="lifted", would_end="undetermined", undetermined_since=AT, penalty_days=9.0, would_penalty_days=9.0))
    assert sums == Sums(
        endings={"final": Counter(final=2, lifted=1), "lifted": Counter(undetermined=1)},
        changed=2,
        undetermined=1,
        diverged=1,
        windows_moved=2,
        cases_with_moved_windows=1,
        appeals_refused=2,
        appeals_heard=1,
        acceptances_late=1,
        acceptances_would_be_late=1,
        penalty_time=9 * DAY_US,
        would_penalty_time=round(7.5 * DAY_US),
        penalty_time_more=2 * DAY_US,
        penalty_time_less=round(3.5 * DAY_US),
        unreached=Counter(appeal=1, decision=1),
        refused=Counter({"appeal: appeal_open": 1}),
        heard=Counter(appeal=1, lift=1),
    )
    days = sums.penalty_days, sums.would_penalty_days, sums.penalty_days_more, sums.penalty_days_less
    assert days == (9.0, 7.5, 2.0, 3.5)
    sums.ask(["2026-03-02", "2026-03-02"], ["2026-03-09"])
    sums.ask(["2026-03-09"], ["2026-03-02"])
    assert sums.weeks == {"2026-03-02": Load(2, 1), "2026-03-09": Load(1, 1)}
    twice = Sums(cases=1, events=2, pending=3, differences=4)
    twice.join(sums)
    twice.join(sums)
    assert (twice.cases, twice.events, twice.pending, twice.differences, twice.changed) == (1, 2, 3, 4, 4)
    assert twice.endings == {"final": Counter(final=4, lifted=2), "lifted": Counter(undetermined=2)}
    assert twice.weeks == {"2026-03-02": Load(4, 2), "2026-03-09": Load(2, 2)}
    assert (twice.unreached, twice.heard, twice.penalty_days) == (Counter(appeal=2, decision=2), Counter(appeal=2, lift=2), 18.0)
    assert sums.weeks["2026-03-02"] == Load(2, 1)  # what is added stays as it was


class Of:
    """A case's parties."""

    def __init__(self, complainant: str, respondent: str, lodged_at: datetime) -> None:
        self.complainant, self.respondent, self.lodged_at = complainant, respondent, lodged_at


@pytest.mark.rule("G6")
def test_causes_are_counted_by_key_by_month_and_by_member() -> None:
    march, april = datetime(2026, 3, 31, 23, 59, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    one, other = Cause("appeal.rounds", "2", "1"), Cause("penalty.when", '"acceptance"', '"final"')
    sums = CauseSums()
    sums.add(Of("mia", "lin", march), False, None)
    sums.add(Of("mia", "lin", march), True, Causes((one, other), (("appeal.rounds",), ("penalty.when",))))
    sums.add(Of("lin", "mia", april), True, Causes((one,), (("appeal.rounds",),)))
    sums.add(Of("mia", "bo", april), True, None)
    both, first = Counter({"appeal.rounds": 1, "penalty.when": 1}), Counter({"appeal.rounds": 1})
    expected = CauseSums(
        keys=Counter({one: 2, other: 1}),
        months={"2026-03": MonthCauses(2, 1, both), "2026-04": MonthCauses(2, 2, first)},
        members={"mia": MemberCauses(2, 1, both + first), "lin": MemberCauses(1, 1, both + first), "bo": MemberCauses(0, 1)},
        unknown=1,
    )
    assert sums == expected
    doubled = CauseSums()
    doubled.join(sums)
    doubled.join(sums)
    assert doubled == CauseSums(
        keys=Counter({one: 4, other: 2}),
        months={"2026-03": MonthCauses(4, 2, both + both), "2026-04": MonthCauses(4, 4, first + first)},
        members={
            "mia": MemberCauses(4, 2, both + both + first + first),
            "lin": MemberCauses(2, 2, both + both + first + first),
            "bo": MemberCauses(0, 2),
        },
        unknown=2,
    )
    assert sums == expected


def case_of(chronicle: Chronicle, pending: int = 0, **sections: Any) -> ComparedCase:
    other = counterfactual(chronicle.facts, under(**sections), HORIZON, chronicle.known_fall())
    return compared(chronicle.tale.case, chronicle.own, other, HORIZON, pending, 0)


@pytest.mark.rule("G3", "G7")
def test_a_compared_case_has_all_that_the_sums_need() -> None:
    chronicle = (
        Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("appeal").at("2026-03-10 09:00").do("decide", "upheld")
    )
    other = counterfactual(chronicle.facts, under(appeal={"rounds": 1}), HORIZON)
    case, own = chronicle.tale.case, chronicle.own
    decided, week, next_week = instant("2026-03-10 09:00"), "2026-03-02", "2026-03-09"
    one = compared(case, own, other, HORIZON, 1, 2)
    assert one == ComparedCase(
        ending="lifted",
        events=len(own) - 1,
        pending=1,
        differences=2,
        lodged_at=instant("2026-03-02 08:00"),
        complainant="owner",
        respondent="seller",
        comparison=compare(case, own, other, HORIZON),
        stood=PenaltySpan(0.0, AT, decided),
        would_stand=PenaltySpan(0.0, AT, decided),
        asked=(week, week),
        would_ask=(week, week),
        review_open=False,
    )
    assert next_week not in one.asked
    assert (one.settled, case_of(chronicle).settled) == (False, True)  # something is due that is not written
    unknown = compared(case, own, None, HORIZON, 0, 0)
    assert (unknown.comparison, unknown.would_stand, unknown.would_ask, unknown.settled) == (None, None, (), False)
    assert unknown.at(HORIZON + timedelta(days=1)) is unknown
    sums = Sums()
    one.count(sums)
    unknown.count(sums)
    assert (sums.cases, sums.events, sums.pending, sums.differences, sums.undetermined) == (2, 2 * len(own) - 1, 1, 2, 1)
    assert sums.endings == {"lifted": Counter(lifted=1, undetermined=1)}
    assert sums.weeks == {week: Load(2, 2)}
    assert (sums.causes, one.explained) == (CauseSums(), False)
    explained = one.with_causes(None)
    assert explained.explained and explained.comparison == one.comparison
    explained.count(sums)
    assert sums.causes.months == {"2026-03": MonthCauses(1, 0)}


@pytest.mark.rule("G3", "G7")
def test_a_settled_case_is_told_the_same_at_a_later_horizon_but_for_the_days_its_penalty_stands() -> None:
    final = Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00")
    later = HORIZON + timedelta(days=3)
    one, grown = case_of(final), case_of(final).at(later)
    assert one.settled and grown.settled
    assert one.comparison is not None and grown.comparison is not None
    assert grown.comparison.penalty_days - one.comparison.penalty_days == 3
    assert grown.comparison.would_penalty_days - one.comparison.would_penalty_days == 3
    assert grown.comparison._replace(penalty_days=0, would_penalty_days=0) == one.comparison._replace(penalty_days=0, would_penalty_days=0)
    # Undetermined: its days run to where it became so, whatever the horizon.
    tried = Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00").at("2026-03-05 17:00").attempt("appeal")
    open_still = case_of(tried, appeal={"windows": [{"days": 4}]})
    assert open_still.comparison is not None and open_still.comparison.undetermined_since == instant("2026-03-05 17:00")
    moved = open_still.at(later).comparison
    assert moved is not None
    assert moved.would_penalty_days == open_still.comparison.would_penalty_days == 3 + 8 / 24
    assert moved.penalty_days == open_still.comparison.penalty_days + 3
    # Where it is open, in fact or there, it is not settled.
    lodged = Chronicle()
    assert not case_of(lodged).settled
    assert not case_of(lodged, complaint={"on_lapse": "decline"}).settled
    declined = Chronicle(rules=law(complaint={"on_lapse": "decline"})).at("2026-03-02 09:00").do("decline")
    assert case_of(declined).settled


@pytest.mark.rule("G3", "H8")
def test_days_of_a_penalty_that_had_stood_before_are_added() -> None:
    span = PenaltySpan(1.5, AT, AT + timedelta(days=2))
    ends = AT + timedelta(days=1), AT + timedelta(days=2), AT + timedelta(days=3), AT - timedelta(days=1)
    assert [span.days(end) for end in ends] == [2.5, 3.5, 3.5, 1.5]
    assert PenaltySpan(1.5, AT, None).days(AT + timedelta(days=10)) == 11.5
    assert PenaltySpan(1.5, None, None).days(AT) == 1.5
