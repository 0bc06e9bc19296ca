"""What time brings about in a case: exact instants, order, lapses, reminders (rules T3, T4, T7, D3, D6, H4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.checks import pinned
from domain.case.consequences.ending import Voiding
from domain.case.events import (
    Accepted,
    Declined,
    Finalized,
    Lifted,
    NoticeServed,
    ReminderSent,
    RoundDecided,
    Voided,
    WindowClosed,
    WindowOpened,
)
from domain.case.folding import begin, evolve, fold
from domain.case.settling import next_due
from domain.events import CLOCK, Happened
from domain.events.appeal import AppealMooted
from domain.refusal import Refusal
from tests.domain.tale import Tale, instant, law

# Accepted on Monday 2 March 2026, 09:00 UTC (17:00 in Shanghai): Tuesday, Wednesday, Thursday count; it closes at 24:00 on
# Thursday 5 March in Shanghai, which is 16:00 UTC.
FIRST = instant("2026-03-05 16:00")
A_SECOND = timedelta(seconds=1)


@pytest.mark.rule("T3", "D1")
def test_an_appeal_is_in_time_a_second_before_the_deadline_and_late_at_it() -> None:
    assert Tale().accept().wait(FIRST - A_SECOND).appeal().case.status == "appealed"
    late = Tale().accept().wait(FIRST)
    with pytest.raises(Refusal) as refused:
        late.appeal()
    assert refused.value.code == "window_closed"


@pytest.mark.rule("T4", "D3")
def test_a_window_closes_at_its_deadline_however_late_it_is_written_down() -> None:
    late = Tale().accept().wait("2026-06-01 00:00")
    on_time = Tale().accept().wait(FIRST)
    assert late.case == on_time.case
    assert late.at_of("WindowClosed") == [FIRST] == late.at_of("Finalized")
    assert [h.by for h in late.told if h.at == FIRST] == [CLOCK, CLOCK]


@pytest.mark.rule("T4")
def test_settling_again_finds_nothing_due() -> None:
    tale = Tale().accept().wait("2026-06-01 00:00")
    count = len(tale.told)
    assert len(tale.wait("2026-07-01 00:00").told) == count
    assert next_due(tale.case, tale.law) is None


@pytest.mark.rule("H4")
def test_the_respondent_is_reminded_once_one_working_day_before_the_window_closes() -> None:
    tale = Tale().accept()
    reminder = instant("2026-03-04 16:00")  # 24:00 on Wednesday, one working day before 24:00 on Thursday
    assert next_due(tale.case, tale.law) == reminder
    tale.wait(reminder).wait(FIRST)
    assert tale.at_of("ReminderSent") == [reminder]
    (opened,) = [h for h in tale.told if isinstance(h.event, WindowOpened)]
    (sent,) = [h for h in tale.told if isinstance(h.event, ReminderSent)]
    assert (sent.rules, sent.calendar) == (opened.rules, opened.calendar) != (None, None)
    assert Tale(law(reminder={"enabled": False})).accept().wait(FIRST).at_of("ReminderSent") == []


@pytest.mark.rule("C4", "D2")
def test_every_window_brings_the_proof_of_its_own_deadline() -> None:
    tale = Tale().accept()
    tale.now = instant("2026-03-03 09:00")
    tale.appeal()
    tale.now = instant("2026-03-06 09:00")  # a Friday
    tale.decide("rejected")
    first, second = [h.event for h in tale.told if isinstance(h.event, WindowOpened)]
    (notice,) = [h.event for h in tale.told if isinstance(h.event, NoticeServed)]
    assert first.proof == ()  # the notice has it
    assert [(str(line.date), line.day, line.counted) for line in notice.proof] == [
        ("2026-03-02", "event", False),
        ("2026-03-03", "working", True),
        ("2026-03-04", "working", True),
        ("2026-03-05", "working", True),
    ]
    assert [(str(line.date), line.day, line.counted) for line in second.proof] == [
        ("2026-03-06", "event", False),
        ("2026-03-07", "rest", False),
        ("2026-03-08", "rest", False),
        ("2026-03-09", "working", True),
        ("2026-03-10", "working", True),
        ("2026-03-11", "working", True),
    ]
    assert second.closes.closes_at == instant("2026-03-11 16:00")


@pytest.mark.rule("H4")
def test_no_reminder_where_the_window_is_too_short_for_one() -> None:
    # Accepted on a Saturday, closing on Monday: one working day before is Friday, before the notice.
    tale = Tale(law(appeal={"windows": [{"days": 1, "count": "working", "from": "notice"}]})).wait("2026-03-07 03:00").accept()
    assert tale.case.window is not None
    assert tale.case.window.remind_at is None


@pytest.mark.rule("D2")
def test_the_second_window_runs_from_the_decision() -> None:
    tale = Tale().accept().appeal().wait("2026-03-10 02:00").decide("rejected")
    assert tale.case.window is not None
    # Tuesday 10 March: Wednesday, Thursday, Friday count; 24:00 on Friday the 13th in Shanghai.
    assert tale.case.window.closes.closes_at == instant("2026-03-13 16:00")
    assert tale.case.appeals_left == 1


@pytest.mark.rule("C3", "T7")
def test_a_declining_lapse_takes_effect_at_its_deadline_an_accepting_one_when_recorded() -> None:
    declined = Tale(law(complaint={"on_lapse": "decline"})).wait("2026-03-09 08:00")
    assert declined.at_of("Declined") == [FIRST]
    accepted = Tale(law(complaint={"on_lapse": "accept"})).wait("2026-03-09 08:00")
    assert accepted.at_of("Accepted") == [instant("2026-03-09 08:00")] == accepted.at_of("NoticeServed")
    assert accepted.case.window is not None
    assert accepted.case.window.closes.closes_at == instant("2026-03-12 16:00")
    assert accepted.case.accepted_by is None


@pytest.mark.rule("T4", "T7", "B7")
def test_a_case_that_fell_before_its_late_acceptance_was_written_down_is_never_accepted() -> None:
    tale = Tale(law(complaint={"on_lapse": "accept"}))
    tale.voiding = Voiding(instant("2026-03-06 09:00"), "finding")  # a day after the lapse, which nobody has written down
    assert tale.wait("2026-03-07 09:00").names() == ["ComplaintLodged", "Voided"]


@pytest.mark.rule("D4", "T7")
def test_an_undecided_appeal_is_rejected_by_lapse_when_recorded_and_opens_the_second_window_then() -> None:
    tale = Tale(law(appeal={"on_lapse": "reject"})).accept().appeal()
    # Five working days from Monday 2 March: Monday the 9th, 24:00 in Shanghai.
    assert next_due(tale.case, tale.law) == instant("2026-03-09 16:00")
    tale.wait("2026-03-11 01:00")
    assert tale.at_of("RoundDecided") == [instant("2026-03-11 01:00")] == tale.at_of("WindowOpened")[1:]
    tale.appeal()
    # From Wednesday 11 March: 12, 13, 16, 17, 18; the lapse of the last round ends the case at its deadline.
    tale.wait("2026-04-11 01:00")
    assert tale.at_of("Finalized") == [instant("2026-03-18 16:00")] == tale.at_of("RoundDecided")[1:]
    assert tale.case.final_because == "appeals_exhausted"


@pytest.mark.rule("D4")
def test_silence_releases_the_claim_where_the_rulebook_says_so() -> None:
    tale = Tale(law(appeal={"on_lapse": "release"})).accept().appeal().wait("2026-04-01 00:00")
    assert tale.at_of("Lifted") == [instant("2026-03-09 16:00")]
    assert (tale.case.status, tale.case.lifted_because, tale.case.rounds[0].outcome) == ("lifted", "lapse", "upheld")


@pytest.mark.rule("D6")
def test_a_lapse_may_cost_its_round_alone_and_the_next_window_opens_at_the_closing_instant() -> None:
    windows = [{"days": 3, "count": "working", "from": "notice"}, {"days": 3, "count": "working", "from": "previous_decision"}]
    tale = Tale(law(appeal={"rounds": 2, "windows": windows, "lapse_ends": "round"})).accept().wait(FIRST)
    assert tale.case.status == "penalized"
    assert tale.case.window is not None
    assert (tale.case.window.round, tale.case.window.opened_at) == (2, FIRST)
    # 16:00 UTC on the 5th is 00:00 on Friday the 6th in Shanghai: Monday, Tuesday, Wednesday count.
    assert tale.case.window.closes.closes_at == instant("2026-03-11 16:00")
    assert tale.case.appeals_left == 1
    assert tale.wait("2026-03-11 16:00").case.final_because == "no_appeal"


@pytest.mark.rule("D6")
def test_a_window_that_would_end_before_it_begins_closes_at_the_instant_it_opens() -> None:
    windows = [{"days": 3, "count": "working", "from": "notice"}, {"days": 5, "count": "working", "from": "notice"}]
    tale = Tale(law(appeal={"windows": windows})).accept().appeal().wait("2026-03-20 03:00").decide("rejected")
    assert tale.at_of("WindowOpened")[1:] == [instant("2026-03-20 03:00")] == tale.at_of("WindowClosed")
    assert (tale.case.status, tale.case.final_because) == ("final", "no_appeal")


@pytest.mark.rule("C4")
def test_the_penalty_may_wait_until_the_case_is_final() -> None:
    tale = Tale(law(penalty={"when": "final"})).accept()
    assert (tale.case.status, tale.case.penalty_stands) == ("noticed", False)
    tale.wait("2026-04-01 00:00")
    assert tale.at_of("Penalized") == [FIRST]
    assert (tale.case.status, tale.case.penalty_stands) == ("final", True)


@pytest.mark.rule("B7")
def test_a_window_that_closed_before_the_finding_is_final_and_not_voided() -> None:
    tale = Tale().accept()
    tale.now = FIRST + A_SECOND
    assert tale.void().case.status == "final"
    first = Tale().accept()
    first.now = FIRST - A_SECOND
    assert first.void().at_of("Voided") == [FIRST - A_SECOND]


@pytest.mark.rule("B7", "H1")
def test_an_open_case_falls_with_a_lost_dispute() -> None:
    assert Tale().accept().void("dispute").told[-1].event.because == "dispute"  # type: ignore[union-attr]


@pytest.mark.rule("D4")
def test_a_special_case_never_lapses() -> None:
    tale = Tale(law(appeal={"on_lapse": "release"})).accept().appeal().special()
    assert next_due(tale.case, tale.law) is None


@pytest.mark.rule("H3")
def test_a_claim_ends_by_time_release_or_decision() -> None:
    tale = Tale().claim("desk-2")
    assert tale.wait(tale.now + timedelta(hours=24)).accept("desk-1").case.status == "penalized"
    released = Tale().claim("desk-2").release("desk-2")
    assert released.case.claim is None
    assert released.release("desk-1").case.claim is None
    with pytest.raises(Refusal) as refused:
        Tale().claim("desk-2").release("desk-1")
    assert refused.value.code == "claimed"
    again = Tale().claim("desk-2").claim("desk-2").decline("desk-2")
    assert again.case.claim is None
    with pytest.raises(Refusal) as closed:
        again.claim("desk-2")
    assert closed.value.code == "case_closed"
    with pytest.raises(Refusal) as same:
        Tale().accept().appeal().decide("rejected").appeal().claim("desk-1")
    assert same.value.code == "same_reviewer"
    with pytest.raises(Refusal) as taken:
        Tale().accept().appeal().decide("rejected").appeal().claim("desk-2").claim("desk-1")
    assert taken.value.code == "claimed"


@pytest.mark.rule("T5")
def test_nothing_but_complaint_rules_is_pinned_before_acceptance() -> None:
    tale = Tale()
    with pytest.raises(ValueError, match=r"^no rules are pinned to a case before its acceptance$"):
        pinned(tale.case, tale.law)
    assert tale.accept().case.case_rules == tale.law.in_force(tale.now).ref


@pytest.mark.rule("T1")
def test_a_stream_that_is_no_case_is_refused_by_the_fold() -> None:
    moot = Happened(FIRST, AppealMooted("case"), CLOCK)
    with pytest.raises(TypeError):
        begin("case", moot)
    with pytest.raises(TypeError):
        evolve(Tale().case, moot)
    assert fold("case", []) is None
    tale = Tale().accept().appeal()
    assert fold("case", tale.told) == tale.case
    assert (tale.case.last_deadline, Tale().case.last_deadline) == (tale.case.rounds[0].decide_by, Tale().case.accept_by)
    assert Tale().case.appeals_left is None


@pytest.mark.rule("T1", "C3", "D3", "D4", "D6")
@pytest.mark.parametrize("on_lapse", ["release", "reject"])
def test_what_an_undecided_appeal_brings_about_is_the_clocks_under_the_cases_own_rules_and_calendar(on_lapse: str) -> None:
    tale = Tale(law(appeal={"on_lapse": on_lapse})).accept().appeal()
    decide_by, rules = tale.case.rounds[-1].decide_by, tale.case.case_rules
    before = len(tale.told)
    recorded = decide_by.closes_at + timedelta(days=1)
    tale.wait(recorded)
    if on_lapse == "release":  # which ends the case: at the deadline
        assert tale.told[before:] == [
            Happened(decide_by.closes_at, RoundDecided(1, "upheld", "lapse"), CLOCK, rules, decide_by.calendar),
            Happened(decide_by.closes_at, Lifted("lapse"), CLOCK, rules),
        ]
        return
    decided, opened = tale.told[before:]  # which opens a window: when it is recorded
    assert decided == Happened(recorded, RoundDecided(1, "rejected", "lapse"), CLOCK, rules, decide_by.calendar)
    assert isinstance(opened.event, WindowOpened)
    assert (opened.at, opened.by, opened.rules, opened.calendar) == (recorded, CLOCK, rules, opened.event.closes.calendar)
    assert opened.event.round == 2


@pytest.mark.rule("T1", "C3", "D3", "H4")
def test_whatever_time_brings_about_is_the_clocks_under_the_rules_and_the_calendar_of_its_deadline() -> None:
    tale = Tale().accept()
    window, rules = tale.case.window, tale.case.case_rules
    assert window is not None and window.remind_at is not None
    before = len(tale.told)
    tale.wait(FIRST)
    assert tale.told[before:] == [
        Happened(window.remind_at, ReminderSent(1, FIRST), CLOCK, rules, window.closes.calendar),
        Happened(FIRST, WindowClosed(1), CLOCK, rules, window.closes.calendar),
        Happened(FIRST, Finalized("no_appeal"), CLOCK, rules),
    ]
    again = Tale(law(appeal={"lapse_ends": "round"})).accept().wait(FIRST)
    assert again.case.window is not None
    assert again.told[-1].event == WindowOpened(2, again.case.window.closes, again.case.window.remind_at, again.told[-1].event.proof)  # type: ignore[union-attr]
    assert again.told[-1][2:] == (CLOCK, again.case.case_rules, again.case.window.closes.calendar)
    unheard = Tale(law(complaint={"on_lapse": "decline"}))
    accept_by = unheard.case.accept_by
    unheard.wait(accept_by.closes_at)
    assert unheard.told[1:] == [
        Happened(accept_by.closes_at, Declined((), "lapse"), CLOCK, unheard.case.complaint_rules, accept_by.calendar)
    ]
    taken_up = Tale(law(complaint={"on_lapse": "accept"})).wait("2026-03-09 08:00")
    (accepted,) = [h for h in taken_up.told if isinstance(h.event, Accepted)]
    assert accepted.by == CLOCK
    assert (accepted.event.because, accepted.event.reasons) == ("lapse", ("resembles_a_protected_picture",))  # type: ignore[union-attr]


@pytest.mark.rule("B7", "T4")
def test_a_fall_that_is_to_come_is_the_next_thing_due_and_at_one_instant_it_comes_last() -> None:
    tale = Tale().accept()
    fall = Voiding(instant("2026-03-03 00:00"), "finding")
    assert next_due(tale.case, tale.law, fall) == fall.at
    assert next_due(tale.case, tale.law) == instant("2026-03-04 16:00")
    fallen = Tale(voiding=Voiding(FIRST, "dispute")).accept().wait(FIRST)
    assert [type(h.event) for h in fallen.told[-3:]] == [ReminderSent, WindowClosed, Finalized]
    fallen = Tale(voiding=fall).accept().wait(FIRST)
    assert fallen.told[-1] == Happened(fall.at, Voided("finding"), CLOCK)
