"""Misuse as it is counted: what counts, the warning that comes first, the suspension, and what begins anew (rule H5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain import misuse
from domain.case.acts import deciding, declining, lifting, withdrawing
from domain.events import CLOCK, Happened
from domain.events.member import MemberSuspended, Misuse, MisuseWarned, SuspensionLifted
from domain.misuse import SIDE, Conduct, Misdeed, counted_from, evolve, fold, lift, misdeeds, refuse_suspended, review
from domain.refusal import Refusal
from domain.rulebook import DEFAULT, MisuseRules, Threshold
from tests.domain.tale import Tale, instant

pytestmark = pytest.mark.rule("H5")

RULES = MisuseRules(
    enabled=True,
    window_days=30,
    suspend_days=10,
    declined_complaints=Threshold(2, 4),
    withdrawn_after_appeal=Threshold(1, 2),
    overturned_penalties=Threshold(1, 2),
    rejected_appeals=Threshold(1, 2),
)
DAY = timedelta(days=1)
START = instant("2026-03-02 09:00")


def at(day: float) -> datetime:
    return START + DAY * day


def some(kind: Misuse, *days: float) -> list[Misdeed]:
    return [Misdeed("mia", kind, f"{kind}/{day}", at(day)) for day in days]


def after(conduct: Conduct, record: list[Misdeed], day: float) -> tuple[Conduct, list[Happened]]:
    told = review(conduct, record, at(day), RULES, DEFAULT.ref)
    for h in told:
        conduct = evolve(conduct, h)
    return conduct, told


FINE = Conduct(member="mia")


def test_a_warning_comes_at_the_first_threshold_and_once() -> None:
    assert after(FINE, some("declined_complaints", 0), 0) == (FINE, [])
    warned, told = after(FINE, some("declined_complaints", 0, 1), 1)
    assert [h.event for h in told] == [MisuseWarned("mia", "declined_complaints", 2, 4)]
    assert (told[0].at, told[0].by, told[0].rules) == (at(1), "clock", DEFAULT.ref)
    assert after(warned, some("declined_complaints", 0, 1, 2), 2)[1] == []


def test_a_suspension_comes_at_the_second_threshold_until_a_date() -> None:
    warned, _ = after(FINE, some("declined_complaints", 0, 1), 1)
    suspended, told = after(warned, some("declined_complaints", 0, 1, 2, 3), 3)
    assert [h.event for h in told] == [MemberSuspended("mia", "declined_complaints", "complaints", 4, at(13))]
    with pytest.raises(Refusal, match="suspended") as refused:
        refuse_suspended(suspended, "complaints", at(13) - timedelta(microseconds=1))
    assert refused.value.facts == {"until": at(13)}
    refuse_suspended(suspended, "complaints", at(13))
    refuse_suspended(suspended, "appeals", at(4))


def test_nobody_is_suspended_without_a_warning_before_the_last_outcome() -> None:
    warned, told = after(FINE, some("declined_complaints", 0, 0, 0, 0, 0), 0)
    assert [type(h.event) for h in told] == [MisuseWarned]
    assert after(warned, some("declined_complaints", 0, 0, 0, 0, 0), 1)[1] == []
    assert [type(h.event) for h in after(warned, some("declined_complaints", 0, 0, 0, 0, 0, 2), 2)[1]] == [MemberSuspended]


def test_what_left_the_window_is_forgotten_and_so_is_its_warning() -> None:
    warned, _ = after(FINE, some("declined_complaints", 0, 1), 1)
    record = some("declined_complaints", 0, 1, 32, 33, 34, 35)
    again, told = after(warned, record, 35)
    assert [type(h.event) for h in told] == [MisuseWarned]
    assert again.warned == {"declined_complaints": at(35)}


def test_after_a_suspension_counting_and_warning_begin_anew() -> None:
    conduct, _ = after(FINE, some("declined_complaints", 0, 1), 1)
    record = some("declined_complaints", 0, 1, 2, 3)
    conduct, _ = after(conduct, record, 3)
    record += some("declined_complaints", 14)
    assert after(conduct, record, 14)[1] == []
    record += some("declined_complaints", 15)
    assert [h.event for h in after(conduct, record, 15)[1]] == [MisuseWarned("mia", "declined_complaints", 2, 4)]


def test_nothing_is_piled_upon_a_suspension() -> None:
    conduct, _ = after(FINE, some("declined_complaints", 0, 1), 1)
    conduct, _ = after(conduct, some("declined_complaints", 0, 1, 2, 3), 3)
    assert after(conduct, some("declined_complaints", 4, 4.1, 4.2, 4.3), 5)[1] == []


def test_complaints_and_appeals_are_counted_apart() -> None:
    record = some("rejected_appeals", 0)
    conduct, _ = after(FINE, record, 0)
    conduct, told = after(conduct, record + some("rejected_appeals", 1) + some("withdrawn_after_appeal", 1), 1)
    assert {type(h.event) for h in told} == {MisuseWarned, MemberSuspended}
    assert conduct.suspended_until("appeals", at(2)) == at(11)
    assert conduct.suspended_until("complaints", at(2)) is None
    assert set(SIDE.values()) == {"complaints", "appeals"}


def test_the_desk_takes_warnings_and_suspensions_back_and_counting_begins_anew() -> None:
    record = some("rejected_appeals", 0, 1)
    conduct, _ = after(FINE, record[:1], 0)
    conduct, _ = after(conduct, record, 1)
    (lifted,) = lift(conduct, at(2), "desk-1", ("the evidence was lost",))
    conduct = evolve(conduct, lifted)
    refuse_suspended(conduct, "appeals", at(2))
    assert after(conduct, record, 3)[1] == []
    with pytest.raises(Refusal, match="not_suspended"):
        lift(conduct, at(3), "desk-1", ("again",))
    with pytest.raises(Refusal, match="not_suspended"):
        lift(FINE, at(3), "desk-1", ("never",))


def test_a_standing_is_what_its_stream_tells() -> None:
    told = review(FINE, some("rejected_appeals", 0), at(0), RULES, DEFAULT.ref)
    assert fold("mia", told).warned == {"rejected_appeals": at(0)}
    with pytest.raises(TypeError):
        fold("mia", [Tale().told[0]])


def counted(tale: Tale, told: list[Happened]) -> list[tuple[str, str]]:
    return [(one.member, one.kind) for one in misdeeds(tale.case, told)]


def test_a_declined_complaint_counts_against_who_complained_and_a_lapse_against_nobody() -> None:
    tale = Tale()
    assert counted(tale, declining.decline(tale.case, tale.now, "desk-1", ("no",))) == [("owner", "declined_complaints")]
    told = [h._replace(event=h.event.__class__((), "lapse")) for h in declining.decline(tale.case, tale.now, "desk-1", ("no",))]
    assert counted(tale, told) == []


def test_a_withdrawal_counts_only_after_an_appeal() -> None:
    tale = Tale().accept()
    assert counted(tale, withdrawing.withdraw(tale.case, tale.now, None, tale.law)) == []
    tale.appeal()
    assert counted(tale, withdrawing.withdraw(tale.case, tale.now, None, tale.law)) == [("owner", "withdrawn_after_appeal")]


def test_an_overturned_penalty_counts_against_who_complained_whoever_overturned_it() -> None:
    tale = Tale().accept()
    assert counted(tale, lifting.lift(tale.case, tale.now, "desk-1", ("a mistake",))) == [("owner", "overturned_penalties")]
    tale.appeal()
    upheld = deciding.decide_appeal(tale.case, tale.now, "desk-1", 1, "upheld", ("right",), tale.law)
    assert counted(tale, upheld) == [("owner", "overturned_penalties")]


def test_a_rejected_appeal_counts_against_who_appealed_each_round_once() -> None:
    tale = Tale().accept().appeal()
    rejected = deciding.decide_appeal(tale.case, tale.now, "desk-1", 1, "rejected", ("no",), tale.law)
    assert [(one.member, one.about) for one in misuse.misdeeds(tale.case, rejected)] == [("seller", "case/1")]
    not_accepted = deciding.decide_appeal(tale.case, tale.now, "desk-1", 1, "not_accepted", ("no",), tale.law)
    assert counted(tale, not_accepted) == []


def test_each_outcome_is_named_once_with_its_instant() -> None:
    now = Tale().now
    upheld = Tale().accept().appeal().decide("upheld", "desk-1")
    rejected = Tale().accept().appeal().decide("rejected", "desk-1").withdraw()
    assert misdeeds(Tale().case, Tale().decline().told) == [Misdeed("owner", "declined_complaints", "case", now)]
    assert misdeeds(Tale().case, upheld.told) == [Misdeed("owner", "overturned_penalties", "case", now)]
    assert misdeeds(Tale().case, rejected.told) == [
        Misdeed("seller", "rejected_appeals", "case/1", now),
        Misdeed("owner", "withdrawn_after_appeal", "case", now),
    ]


def test_the_window_begins_after_its_first_instant_and_a_warning_lasts_as_long() -> None:
    moment = timedelta(microseconds=1)
    record = some("declined_complaints", 0, 30)
    assert counted_from(FINE, "complaints", at(30), RULES) == at(0)
    assert after(FINE, record, 30)[1] == []  # the first is thirty days old
    assert [h.event for h in review(FINE, record, at(30) - moment, RULES, DEFAULT.ref)] == []  # the second is to come
    sooner = [replace(record[0], at=at(0) + moment), record[1]]
    assert [h.event for h in review(FINE, sooner, at(30), RULES, DEFAULT.ref)] == [MisuseWarned("mia", "declined_complaints", 2, 4)]
    warned = Conduct(member="mia", warned={"declined_complaints": at(0)})
    four = some("declined_complaints", 1, 2, 3, 4)
    assert [type(h.event) for h in review(warned, four, at(30) - moment, RULES, DEFAULT.ref)] == [MemberSuspended]
    assert [type(h.event) for h in review(warned, four, at(30), RULES, DEFAULT.ref)] == [MisuseWarned]
    since = Conduct(member="mia", counted_since={"complaints": at(2)})
    assert (counted_from(since, "complaints", at(30), RULES), counted_from(since, "complaints", at(33), RULES)) == (at(2), at(3))
    assert counted_from(since, "appeals", at(30), RULES) == at(0)


def test_a_standing_keeps_each_side_apart() -> None:
    both = Conduct(member="mia", warned={"declined_complaints": at(0), "overturned_penalties": at(1), "rejected_appeals": at(2)})
    suspended = evolve(both, Happened(at(3), MemberSuspended("mia", "declined_complaints", "complaints", 4, at(13)), CLOCK))
    assert suspended == Conduct(
        member="mia", warned={"rejected_appeals": at(2)}, suspended={"complaints": at(13)}, counted_since={"complaints": at(3)}
    )
    again = evolve(suspended, Happened(at(4), MemberSuspended("mia", "rejected_appeals", "appeals", 2, at(14)), CLOCK))
    assert (again.suspended, again.counted_since) == ({"complaints": at(13), "appeals": at(14)}, {"complaints": at(3), "appeals": at(4)})
    assert again.warned == {}
    assert [again.clean(at(day)) for day in (12, 13, 14)] == [False, False, True]
    assert [both.clean(at(14)), FINE.clean(at(0))] == [False, True]
    lifted = lift(again, at(5), "desk-1", ("lost",))
    assert lifted == [Happened(at(5), SuspensionLifted("mia", ("lost",)), "desk-1")]
    assert evolve(again, lifted[0]) == Conduct(member="mia", counted_since={"complaints": at(5), "appeals": at(5)})
    with pytest.raises(Refusal) as refused:
        refuse_suspended(again, "appeals", at(13))
    assert (refused.value.code, refused.value.facts) == ("suspended", {"until": at(14)})
