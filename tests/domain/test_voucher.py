"""Vouchers and the platform's requests for them (rules B6, H4, T4, T5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain import voucher
from domain.events import CLOCK, Happened, Sealed
from domain.events.filing import FilingWithdrawn, VoucherReminderSent, VoucherRequestDecided, VoucherRequested
from domain.law import Law
from domain.refusal import Refusal
from domain.voucher import Outcome, RequestStatus, SealedFile, VoucherRequest
from tests.domain.tale import instant, law

MONDAY = instant("2026-03-02 09:00")
REMINDER = instant("2026-03-04 16:00")  # 24:00 of Wednesday in Shanghai, one working day before the end
DUE = instant("2026-03-05 16:00")
FILE = SealedFile("a" * 64, 10, Sealed("name"))


def asked(rules: Law | None = None, at: datetime = MONDAY) -> VoucherRequest:
    return voucher.begin("r-1", voucher.ask("f-1", "owner", ("the raw file",), at, "desk", rules or law())[0])


@pytest.mark.rule("B6")
def test_vouchers_are_numbered_from_1_for_each_subject_whether_asked_for_or_not() -> None:
    first = voucher.give(("filing", "f-1"), "owner", (), "original", [FILE, FILE], MONDAY)
    given = voucher.vouchers(first)
    assert [(v.number, v.kind, v.subject, v.subject_id, v.given_at) for v in given] == [
        (1, "original", "filing", "f-1", MONDAY),
        (2, "original", "filing", "f-1", MONDAY),
    ]
    (third,) = voucher.vouchers(voucher.give(("filing", "f-1"), "owner", given, "contract", [FILE], MONDAY))
    assert (third.number, third.kind, third.owner, third.digest, third.size, third.name) == (3, "contract", "owner", "a" * 64, 10, "name")
    with pytest.raises(TypeError, match="no place among vouchers"):
        voucher.vouchers([Happened(MONDAY, FilingWithdrawn(), "owner")])


@pytest.mark.rule("B6", "T5", "T6")
def test_a_request_pins_its_rules_and_carries_its_deadline_with_the_calendar() -> None:
    rules = law()
    (told,) = voucher.ask("f-1", "owner", ("the raw file",), MONDAY, "desk", rules)
    assert isinstance(told.event, VoucherRequested)
    assert (told.event.due.closes_at, told.calendar, told.rules) == (DUE, told.event.due.calendar, rules.in_force(MONDAY).ref)
    state = voucher.begin("r-1", told)
    assert (state.filing_id, state.what, state.asked_at, state.status) == ("f-1", ("the raw file",), MONDAY, RequestStatus.OPEN)


@pytest.mark.rule("H4")
def test_the_merchant_is_reminded_once_one_working_day_before_at_that_very_instant_however_late_it_is_written() -> None:
    state = asked()
    assert state.reminder_due == REMINDER
    assert voucher.settle(state, REMINDER - timedelta.resolution) == []
    (told,) = voucher.settle(state, DUE)
    assert (told.at, told.by, told.event) == (REMINDER, CLOCK, VoucherReminderSent("f-1", "owner", DUE))
    reminded = voucher.evolve(state, told)
    assert (reminded.reminded, reminded.reminder_due, voucher.settle(reminded, DUE)) == (True, None, [])


@pytest.mark.rule("H4")
def test_nobody_is_reminded_where_the_day_before_is_over_already_or_the_rulebook_reminds_nobody() -> None:
    short = law(vouchers={"produce_within": {"days": 1, "count": "calendar"}})
    assert asked(short, at=instant("2026-03-07 09:00")).reminder_due is None  # asked on a Saturday, due on Sunday
    assert asked(law(reminder={"enabled": False})).reminder_due is None


@pytest.mark.rule("B6")
def test_staff_decide_once_in_time_or_not() -> None:
    outcomes: tuple[Outcome, ...] = ("satisfied", "wanting")
    for outcome in outcomes:
        for at in (MONDAY, DUE + timedelta(days=30)):
            (told,) = voucher.decide(asked(), at, "desk", outcome, ("seen",))
            assert told.event == VoucherRequestDecided(outcome, ("seen",))
            state = voucher.evolve(asked(), told)
            assert (state.status, state.decided_at, state.reasons, state.reminder_due) == (outcome, at, ("seen",), None)
            with pytest.raises(Refusal) as refused:
                voucher.decide(state, at, "desk", "satisfied", ("again",))
            assert refused.value.code == "already_decided"


def test_an_empty_stream_is_no_request_and_strange_events_are_refused() -> None:
    assert voucher.fold("r-1", []) is None
    strange = Happened(MONDAY, FilingWithdrawn(), "owner")
    with pytest.raises(TypeError, match="does not begin with FilingWithdrawn"):
        voucher.fold("r-1", [strange])
    with pytest.raises(TypeError, match="FilingWithdrawn has no place"):
        voucher.fold("r-1", [*voucher.ask("f-1", "owner", (), MONDAY, "desk", law()), strange])
