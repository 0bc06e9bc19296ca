"""Vouchers on the real store: sealed, numbered, asked for, reminded of, judged (rules B6, H1, H3, H4, H5, T4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.store.opening import Stores
from application import vouchers
from application.index import NextDue, OthersDue
from application.ports import Identity, Upload
from application.refusals import Invalid, NotFound
from domain.events import CLOCK
from domain.events.filing import VoucherGiven, VoucherReminderSent
from domain.refusal import Refusal
from domain.voucher import RequestStatus, Voucher
from tests.application.studio import Studio
from tests.domain.tale import instant

REMINDER = instant("2026-03-04 16:00")
DUE = instant("2026-03-05 16:00")
RAW = Upload("raw.dng", b"raw bytes of the coat")


@pytest.fixture
def studio(stores: Stores) -> Studio:
    return Studio(stores)


def give(studio: Studio, member: Identity, filing_id: str, *files: Upload, subject: str = "filing") -> tuple[Voucher, ...]:
    return studio.act(
        "voucher",
        member.member_id,
        lambda act: vouchers.give(act, member, subject, filing_id, "original", files),  # type: ignore[arg-type]
    )


@pytest.mark.rule("B6", "H6")
def test_vouchers_are_given_unasked_numbered_from_1_and_lie_sealed_in_the_vault(studio: Studio) -> None:
    ann = studio.merchant("ann")
    filing_id = studio.file(ann, "coat")
    assert [one.number for one in give(studio, ann, filing_id, RAW, RAW)] == [1, 2]
    assert [one.number for one in give(studio, ann, filing_id, Upload("contract.pdf", b"signed"))] == [3]
    given = vouchers.given_for(studio.platform, filing_id)
    assert [(one.number, one.size) for one in given] == [(1, 21), (2, 21), (3, 6)]
    assert b"coat" not in studio.stores.vault.get("sealed", given[0].digest)
    voucher, content = vouchers.open_voucher(studio.platform, filing_id, 1)
    assert (voucher, content, studio.stores.sealer.open(voucher.name)) == (given[0], RAW.content, "raw.dng")
    for number in (0, 4):
        with pytest.raises(NotFound):
            vouchers.open_voucher(studio.platform, filing_id, number)
    studio.stores.identities.forget(ann.member_id)
    with pytest.raises(NotFound):
        vouchers.open_voucher(studio.platform, filing_id, 1)


@pytest.mark.rule("B6", "H5")
def test_only_the_owner_gives_vouchers_and_not_too_many_at_once(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    filing_id = studio.file(ann, "coat")
    for member, subject, subject_id in ((bob, "filing", filing_id), (ann, "filing", "no-such"), (ann, "dispute", "no-such")):
        with pytest.raises(NotFound):
            give(studio, member, subject_id, RAW, subject=subject)
    with pytest.raises(Refusal, match="too_many_files"):
        give(studio, ann, filing_id, *[RAW] * 51)
    with pytest.raises(Invalid):
        give(studio, ann, filing_id)


@pytest.mark.rule("H1", "B6")
def test_vouchers_are_given_for_a_dispute_by_the_disputant(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    studio.file(thief, "coat")
    dispute = studio.dispute(maker, studio.bar(maker, "coat"))
    give(studio, maker, dispute.id, RAW, subject="dispute")
    with pytest.raises(NotFound):
        give(studio, thief, dispute.id, RAW, subject="dispute")
    (recorded,) = [r.event for _, r in studio.stores.store.read_log(0, 1000) if isinstance(r.event, VoucherGiven)]
    assert (recorded.subject, recorded.subject_id, recorded.owner) == ("dispute", dispute.id, maker.member_id)


@pytest.mark.rule("B6", "T5")
def test_the_desk_asks_for_vouchers_within_three_working_days(studio: Studio) -> None:
    ann = studio.merchant("ann")
    filing_id = studio.file(ann, "coat")
    asked = studio.ask_for(filing_id, "the raw file", "the set")
    assert (asked.filing_id, asked.owner, asked.what) == (filing_id, ann.member_id, ("the raw file", "the set"))
    assert (asked.due.closes_at, asked.remind_at, asked.status) == (DUE, REMINDER, RequestStatus.OPEN)
    with pytest.raises(NotFound):
        studio.ask_for("no-such-filing")
    with pytest.raises(Refusal, match="text_too_long"):
        studio.ask_for(filing_id, "x" * 5001)


@pytest.mark.rule("H4", "T4")
def test_the_reminder_is_written_once_at_its_own_instant_whoever_writes_it(studio: Studio) -> None:
    asked = studio.ask_for(studio.file(studio.merchant("ann"), "coat"))
    studio.settle()
    assert studio.stores.store.ask(NextDue()) == REMINDER
    studio.go(REMINDER - timedelta(microseconds=1))
    assert studio.settle() == 0
    studio.go(REMINDER + timedelta(hours=1))
    assert (studio.settle(), studio.settle()) == (1, 0)
    recorded = studio.stream(asked.id)[-1]
    assert isinstance(recorded.event, VoucherReminderSent)
    assert (recorded.at, recorded.recorded_at, recorded.by) == (REMINDER, REMINDER + timedelta(hours=1), CLOCK)
    assert studio.stores.store.ask(OthersDue(DUE, 10)) == ()


@pytest.mark.rule("B6", "T4", "D5")
def test_staff_decide_also_after_the_deadline_once_and_what_was_due_before_is_written_first(studio: Studio) -> None:
    asked = studio.ask_for(studio.file(studio.merchant("ann"), "coat"))
    studio.settle()
    studio.go(DUE + timedelta(days=3))
    decided = studio.judge(asked.id, "wanting")
    assert (decided.status, decided.reasons, decided.decided_at) == (RequestStatus.WANTING, ("seen",), studio.clock.now())
    assert studio.names(asked.id) == ["VoucherRequested", "VoucherReminderSent", "VoucherRequestDecided"]
    assert studio.stores.store.ask(NextDue()) is None
    with pytest.raises(Refusal, match="already_decided"):
        studio.judge(asked.id, "satisfied")
    with pytest.raises(NotFound):
        studio.judge("no-such-request", "satisfied")


@pytest.mark.rule("B6", "H4")
def test_who_is_judged_in_time_is_not_reminded_any_more(studio: Studio) -> None:
    asked = studio.ask_for(studio.file(studio.merchant("ann"), "coat"))
    assert studio.judge(asked.id, "satisfied").status == RequestStatus.SATISFIED
    studio.go(DUE)
    studio.settle()
    assert studio.names(asked.id) == ["VoucherRequested", "VoucherRequestDecided"]


@pytest.mark.rule("H3", "T4")
def test_a_reviewer_neither_asks_nor_judges_itself_and_the_reminder_is_kept_though_it_was_refused(studio: Studio) -> None:
    ann = studio.merchant("ann")
    filing_id = studio.file(ann, "coat")
    with pytest.raises(Refusal, match="forbidden"):
        studio.ask_for(filing_id, by=ann.subject)
    asked = studio.ask_for(filing_id)
    studio.go(DUE)
    with pytest.raises(Refusal, match="forbidden"):
        studio.judge(asked.id, "satisfied", by=ann.subject)
    assert studio.names(asked.id) == ["VoucherRequested", "VoucherReminderSent"]
