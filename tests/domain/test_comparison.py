"""What a replay reports of a case, and that sums of parts add up (rule G3)."""

from __future__ import annotations

from collections import Counter

import pytest

from domain.case.comparison import Comparison, Divergence, Load, Moved, Sums, compare, first_divergence, penalty_days, weeks_asked
from domain.case.counterfactual import counterfactual
from tests.domain.chronicle import Chronicle
from tests.domain.tale import instant
from tests.domain.test_counterfactual import HORIZON, under


def compared(case: Chronicle, **sections: object) -> Comparison:
    return compare(case.tale.case, case.own, counterfactual(case.facts, under(**sections), HORIZON, case.known_fall()), HORIZON)


def lapsed() -> Chronicle:
    """Accepted on Mon 2 March 09:00 UTC, never appealed: final on 5 March 16:00 UTC; an attempt an hour later."""
    return Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00").at("2026-03-05 17:00").attempt("appeal")


@pytest.mark.rule("G3")
def test_a_case_that_would_have_been_heard() -> None:
    one = compared(lapsed(), appeal={"windows": [{"days": 4}]})
    assert (one.ending, one.would_end, one.changed) == ("final", "undetermined", True)
    assert one.first_divergence == Divergence("NoticeServed", instant("2026-03-02 09:00"))  # it names another date
    assert one.windows_moved == (Moved(1, instant("2026-03-05 16:00"), instant("2026-03-06 16:00")),)
    assert (one.appeals_heard, one.appeals_refused) == (1, 0)
    # Penalised until it became undetermined: from 2 March 09:00 to 5 March 17:00, three days and eight hours.
    assert one.would_penalty_days == pytest.approx(3 + 8 / 24)
    assert one.penalty_days == pytest.approx((HORIZON - instant("2026-03-02 09:00")).total_seconds() / 86_400)


@pytest.mark.rule("G3")
def test_under_the_same_rules_nothing_diverges() -> None:
    one = compared(lapsed())
    assert (one.changed, one.first_divergence, one.windows_moved, one.heard) == (False, None, (), ())


@pytest.mark.rule("G3")
def test_the_first_divergence_is_where_instant_or_substance_differ_or_one_telling_ends() -> None:
    case = lapsed()
    told = counterfactual(case.facts, under(), HORIZON).events
    assert first_divergence(case.own[:4], told) == Divergence("Penalized", instant("2026-03-02 09:00"))
    assert first_divergence(case.own, told[:4]) == Divergence("Penalized", instant("2026-03-02 09:00"))
    assert first_divergence(case.own, [*told[:5], told[5]._replace(at=HORIZON), *told[6:]]) == Divergence(
        "ReminderSent", instant("2026-03-04 16:00")
    )
    assert first_divergence([], []) is None


@pytest.mark.rule("G3", "C3")
def test_acceptances_that_would_have_been_late() -> None:
    # Lodged on Mon 23 Feb: Tue, Wed, Thu: 26 Feb 16:00 UTC. Accepted on Wed 25 Feb: in time; late where there is one day.
    case = Chronicle("2026-02-23 09:00").at("2026-02-25 09:00").do("accept")
    one = compared(case, complaint={"take_up_within": {"days": 1}})
    assert (one.acceptance_late, one.acceptance_would_be_late) == (False, True)
    waiting = compared(Chronicle(), complaint={"take_up_within": {"days": 1}})
    assert (waiting.acceptance_late, waiting.acceptance_would_be_late) == (False, False)


@pytest.mark.rule("G3", "C4")
def test_days_under_penalty_run_to_the_end_or_to_the_horizon() -> None:
    accepted = Chronicle().at("2026-03-02 09:00").do("accept")
    assert penalty_days(Chronicle().tale.case, HORIZON) == 0
    assert penalty_days(accepted.tale.case, instant("2026-03-04 09:00")) == 2
    assert penalty_days(accepted.tale.case, instant("2026-03-01 09:00")) == 0
    lifted = accepted.at("2026-03-03 09:00").do("lift").tale.case
    assert penalty_days(lifted, HORIZON) == 1
    assert penalty_days(lifted, instant("2026-03-02 21:00")) == 0.5


@pytest.mark.rule("G3")
def test_sums_of_parts_add_up_to_the_sum_of_the_whole() -> None:
    cases = [
        lapsed(),
        Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-05 09:00").do("appeal").at("2026-03-06 09:00").do("decide", "upheld"),
        Chronicle().at("2026-03-02 09:00").do("decline"),
        Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("lift"),
    ]
    whole, left, right = Sums(), Sums(), Sums()
    for number, case in enumerate(cases):
        told = counterfactual(case.facts, under(appeal={"windows": [{"days": 1}], "rounds": 1}), HORIZON)
        one = compare(case.tale.case, case.own, told, HORIZON)
        for sums in (whole, left if number < 2 else right):
            sums.cases += 1
            sums.add(one)
            sums.ask(weeks_asked(case.own), weeks_asked(told.events))
    left.join(right)
    assert left == whole
    assert whole.endings == {"final": Counter(final=1), "lifted": Counter(final=1, lifted=1), "declined": Counter(declined=1)}
    assert (whole.changed, whole.undetermined, whole.appeals_refused, whole.appeals_heard) == (1, 0, 1, 0)
    assert whole.unreached == Counter(appeal=1, decision=1)
    # All were lodged in the week of Monday 2 March; one appeal in it in fact, none in the other telling.
    assert whole.weeks == {"2026-03-02": Load(5, 4)}
    assert whole.penalty_days_more > 0
    assert whole.would_penalty_days - whole.penalty_days == pytest.approx(whole.penalty_days_more - whole.penalty_days_less)
    assert whole.penalty_days_less == 0
