"""What each act writes and what it does to a case, whole: nothing else changes (sections C, D, H of the rules)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.case import events as of
from domain.case.acts import accepting, claiming, deciding, releasing
from domain.case.consequences.plan import NoticePlan
from domain.case.state import BodyRecord, Claim, LapseReview, Round, Status, Window
from domain.events import CLOCK, Happened, Sealed
from domain.refusal import Refusal
from tests.domain.tale import Tale, instant, law

AT, A_DAY = instant("2026-03-02 09:00"), timedelta(days=1)
REVIEW = {"request_within": {"days": 10, "count": "calendar"}, "decide_within": {"days": 2}}


def last(tale: Tale, count: int = 1) -> list[object]:
    """The events that were told last."""
    return [one.event for one in tale.told[-count:]]


@pytest.mark.rule("H3")
def test_a_claim_is_its_reviewers_for_the_hours_of_the_rulebook_and_whoever_lets_it_go_is_told() -> None:
    rules = law(desk={"claim_hours": 5})
    tale = Tale(rules)
    free, until = tale.case, AT + timedelta(hours=5)
    assert last(tale.claim("desk-2")) == [of.Claimed("desk-2", until)]
    assert tale.case == replace(free, claim=Claim("desk-2", until))
    held = tale.case
    assert releasing.release_anybodys(held, until, "admin") == releasing.release_anybodys(free, AT, "admin") == []
    just_before = until - timedelta(microseconds=1)
    released = releasing.release_anybodys(held, just_before, "admin")
    assert released == [Happened(just_before, of.ClaimReleased("desk-2"), "admin")]
    assert releasing.release_claim(held, just_before, "desk-2") == [Happened(just_before, of.ClaimReleased("desk-2"), "desk-2")]
    assert releasing.release_claim(free, AT, "desk-2") == []
    assert tale.release("desk-2").case == free
    for ends in (Tale.accept, Tale.decline, Tale.withdraw):
        assert ends(Tale(rules).claim("desk-1")).case.claim is None
    assert claiming.claim(Tale().case, AT, "desk-1", law())[0].event == of.Claimed("desk-1", AT + A_DAY)


@pytest.mark.rule("C3")
def test_a_complaint_is_declined_with_reasons() -> None:
    tale = Tale()
    lodged = tale.case
    assert last(tale.decline()) == [of.Declined(("not_the_same",), "desk")]
    assert tale.case == replace(lodged, status=Status.DECLINED, reasons=("not_the_same",), ended_at=AT)


@pytest.mark.rule("C3", "C4", "C5", "D1")
def test_an_acceptance_serves_a_notice_with_all_that_the_respondent_may_see() -> None:
    rules = law(appeal={"rounds": 3})
    tale = Tale(rules)
    lodged = tale.case
    plan = NoticePlan("notice-1", "https://shop.example/1?now", "p" * 64, (0.1, 0.2, 0.3, 0.4), True)
    decided = accepting.accept(lodged, AT, "desk-1", ("same_picture",), plan, rules)
    accepted, served, opened, penalized = decided
    closes = opened.event.closes  # type: ignore[union-attr]
    assert closes.closes_at == instant("2026-03-05 16:00")
    assert accepted.event == of.Accepted(("same_picture",), "desk", "notice-1")
    proof = rules.term(AT, rules.in_force(AT).appeal.window(1), rules.in_force(AT), AT).proof
    title = rules.in_force(AT).title
    assert served.event == of.NoticeServed(
        *("notice-1", "seller", "listing", "https://shop.example/1?now", ("same_picture",), title, 1, closes, 3, proof),
        picture="p" * 64,
        region=(0.1, 0.2, 0.3, 0.4),
        shows_original=True,
    )
    remind_at = instant("2026-03-04 16:00")
    assert opened.event == of.WindowOpened(1, closes, remind_at)
    assert penalized.event == of.Penalized("listing")
    assert decided.case == replace(  # type: ignore[attr-defined]
        lodged,
        status=Status.PENALIZED,
        reasons=("same_picture",),
        accepted_at=AT,
        accepted_by="desk-1",
        case_rules=rules.in_force(AT).ref,
        notice_id="notice-1",
        rounds_allowed=3,
        window=Window(1, AT, closes, remind_at),
        penalized_at=AT,
    )


@pytest.mark.rule("H4", "D6")
def test_a_reminder_lies_after_the_opening_of_its_window() -> None:
    # Accepted on Friday 16:00 UTC, which is 00:00 on Saturday in Shanghai: a calendar day ends with Sunday, the working day before
    # that with Friday, at this very instant. A microsecond earlier it is Friday, the window ends with Saturday, and there is time.
    rules = law(appeal={"windows": [{"days": 1, "count": "calendar"}]})
    friday = instant("2026-03-06 16:00")
    for at, closes_at, remind_at in ((friday, friday + 2 * A_DAY, None), (friday - timedelta(microseconds=1), friday + A_DAY, friday)):
        window = Tale(rules, at).accept().case.window
        assert window is not None
        assert (window.closes.closes_at, window.remind_at) == (closes_at, remind_at)


@pytest.mark.rule("D1", "D2", "D4")
def test_a_round_is_opened_exempted_and_decided_and_the_next_window_opens() -> None:
    tale = Tale(law(appeal={"decide_within": [{"from_days": 3, "days": 5, "not_before": True}]})).accept()
    noticed = tale.case
    (opened,) = last(tale.appeal())
    assert isinstance(opened, of.RoundOpened)
    assert (opened.round, opened.appeal_id, opened.not_before) == (1, "appeal-1", instant("2026-03-05 16:00"))
    assert opened.decide_by.closes_at == instant("2026-03-09 16:00")
    appealed = replace(
        noticed,
        status=Status.APPEALED,
        window=None,
        rounds=(Round(1, "appeal-1", AT, opened.decide_by, opened.not_before),),
        rounds_spent=1,
    )
    assert tale.case == appealed
    assert last(tale.special()) == [of.RoundExempted(1)]
    special = replace(appealed, rounds=(replace(appealed.rounds[0], special=True),))
    assert tale.case == special
    decided_at = instant("2026-03-06 09:00")
    tale.wait(decided_at).claim("desk-2").decide("not_accepted", "desk-2")
    decided, window = last(tale, 2)
    assert decided == of.RoundDecided(1, "not_accepted", "desk", "desk-2", ("seen",))
    assert isinstance(window, of.WindowOpened)
    assert tale.case == replace(
        special,
        status=Status.PENALIZED,
        rounds=(replace(special.rounds[0], outcome="not_accepted", decided_at=decided_at, reviewer="desk-2", reasons=("seen",)),),
        window=Window(2, decided_at, window.closes, window.remind_at),
    )
    second = tale.appeal().case
    assert tale.special().case.rounds == (second.rounds[0], replace(second.rounds[1], special=True))


@pytest.mark.rule("D2", "H2", "C6")
@pytest.mark.parametrize(
    ("act", "wrote", "status", "because"),
    [
        (lambda tale: tale.lift(), of.Lifted("desk", ("our_mistake",)), Status.LIFTED, "desk"),
        (lambda tale: tale.withdraw(), of.Withdrawn(Sealed("changed my mind")), Status.WITHDRAWN, None),
        (lambda tale: tale.void("dispute"), of.Voided("dispute"), Status.VOIDED, None),
    ],
)
def test_an_ending_closes_the_window_and_ends_a_claim(act: object, wrote: object, status: Status, because: str | None) -> None:
    tale = Tale().accept().claim("desk-1")
    before = tale.case
    assert before.window is not None and before.claim is not None
    tale.wait(AT + A_DAY / 2)
    act(tale)  # type: ignore[operator]
    assert last(tale) == [wrote]
    assert tale.case == replace(before, status=status, lifted_because=because, window=None, ended_at=AT + A_DAY / 2, claim=None)


@pytest.mark.rule("D3", "B7", "H2")
def test_what_is_final_says_why_until_it_is_lifted_or_falls() -> None:
    closed = instant("2026-03-05 16:00")
    tale = Tale().accept()
    before = tale.case
    final = tale.wait(closed).case
    assert final == replace(before, status=Status.FINAL, final_because="no_appeal", window=None, rounds_spent=1, ended_at=closed)
    claimed = Tale().accept().wait(closed - A_DAY / 24).claim("desk-1")
    assert claimed.case.claim is not None and claimed.wait(closed).case == final  # a claim is over with its case
    later = closed + A_DAY
    lifted = Tale().accept().wait(later).lift()
    assert lifted.case == replace(final, status=Status.LIFTED, final_because=None, lifted_because="desk", ended_at=later)
    reopened = Tale().accept().wait(later).reopen()
    assert last(reopened, 2) == [of.Reopened(("not_original",)), of.Voided("reopening")]
    assert reopened.case == replace(final, status=Status.VOIDED, final_because=None, ended_at=later)
    noted = Tale().accept().wait(later).note()
    assert (noted.told[-1], noted.case) == (Happened(later, of.NoteAdded(Sealed("noted")), "desk-1"), final)


@pytest.mark.rule("H9")
def test_a_body_is_recorded_and_its_outcome_beside_it() -> None:
    tale = Tale().decline()
    tale.now = AT + A_DAY
    ended = tale.case
    tale.to_body("complainant", "record-1").to_body("complainant", "record-2")
    first = BodyRecord("record-1", "complainant", Sealed("a body"), Sealed("117"), tale.now)
    assert tale.case == replace(ended, bodies=(first, replace(first, id="record-2")))
    decided_at = AT + 2 * A_DAY
    tale.now = decided_at
    assert last(tale.outcome("rejected", "record-2")) == [of.BodyDecided("record-2", "complainant", "rejected", ("seen",))]
    decided = replace(first, id="record-2", outcome="rejected", decided_at=decided_at, reasons=("seen",))
    assert tale.case == replace(ended, bodies=(first, decided))


@pytest.mark.rule("H8")
def test_a_lapse_is_offered_for_review_asked_about_and_decided() -> None:
    lapsed_at, asked_at = instant("2026-03-05 16:00"), instant("2026-03-06 09:00")
    tale = Tale(law(complaint={"on_lapse": "decline"}, review=REVIEW)).wait(asked_at)
    (offered,) = last(tale)
    assert isinstance(offered, of.ReviewWindowOpened)
    assert (offered.party, offered.lapse, offered.appeal_id) == ("complainant", "decline", None)
    assert offered.closes.closes_at == lapsed_at + 11 * A_DAY  # the lapse is at 00:00 of Friday 6 March in Shanghai: until the 16th
    before = tale.case
    assert before.reviews == (LapseReview("decline", None, offered.closes),)
    (asked,) = last(tale.ask("owner"))
    assert isinstance(asked, of.ReviewRequested) and asked.decide_by is not None
    assert asked == of.ReviewRequested("review-1", "complainant", "decline", Sealed("look"), None, asked.decide_by)
    assert asked.decide_by.closes_at == instant("2026-03-10 16:00")
    review = replace(before.reviews[0], id="review-1", asked_at=asked_at, decide_by=asked.decide_by, reason=Sealed("look"))
    assert tale.case == replace(before, reviews=(review,))
    decided_at = instant("2026-03-09 09:00")
    tale.wait(decided_at)
    assert last(tale.look("rejected", "desk-2")) == [of.ReviewDecided("review-1", "complainant", "decline", "rejected", ("seen",))]
    decided = replace(review, outcome="rejected", decided_at=decided_at, reviewer="desk-2", reasons=("seen",))
    assert tale.case == replace(before, reviews=(decided,))


@pytest.mark.rule("H8", "C4")
def test_a_release_that_a_person_takes_back_brings_the_case_back_with_what_its_penalty_had_stood() -> None:
    released_at, looked_at = instant("2026-03-09 16:00"), instant("2026-03-11 09:00")
    tale = Tale(law(appeal={"on_lapse": "release"}, review=REVIEW)).accept().appeal().wait(looked_at).ask("owner")
    before = tale.case
    assert (before.status, before.ended_at, before.penalized_at) == (Status.LIFTED, released_at, AT)
    tale.look("upheld", "desk-2")
    decided, reversed_, penalized, opened = last(tale, 4)
    assert decided == of.ReviewDecided("review-1", "complainant", "release", "upheld", ("seen",))
    assert reversed_ == of.RoundReversed(1, "appeal-1", "rejected", "desk-2", ("seen",))
    assert penalized == of.Penalized("listing")
    assert isinstance(opened, of.WindowOpened)
    assert tale.case == replace(
        before,
        status=Status.PENALIZED,
        lifted_because=None,
        ended_at=None,
        penalized_at=looked_at,
        penalized_before=released_at - AT,
        rounds=(replace(before.rounds[0], outcome="rejected", decided_at=looked_at, reviewer="desk-2", reasons=("seen",)),),
        reviews=(replace(before.reviews[0], outcome="upheld", decided_at=looked_at, reviewer="desk-2", reasons=("seen",)),),
        window=Window(2, looked_at, opened.closes, opened.remind_at),
    )


@pytest.mark.rule("H8")
def test_a_complaint_that_a_person_finds_otherwise_about_keeps_the_reasons() -> None:
    taken_up = Tale(law(complaint={"on_lapse": "decline"}, review=REVIEW)).wait("2026-03-06 09:00").ask("owner").look("upheld", "desk-2")
    _, accepted, notice, *_ = last(taken_up, 5)
    assert accepted == of.Accepted(("seen",), "desk", "notice", "review-1")
    assert isinstance(notice, of.NoticeServed) and notice.reasons == ("seen",)
    assert (taken_up.case.reasons, taken_up.case.accepted_by) == (("seen",), "desk-2")
    lifted = Tale(law(complaint={"on_lapse": "accept"}, review=REVIEW)).wait("2026-03-06 09:00").ask("seller").look("upheld", "desk-2")
    assert last(lifted) == [of.Lifted("desk", ("seen",), "review-1")]


@pytest.mark.rule("H8", "D2")
def test_a_rejection_that_a_person_takes_back_lifts_and_counts_no_round_of_another() -> None:
    looked_at = instant("2026-03-11 10:00")
    tale = Tale(law(appeal={"on_lapse": "reject"}, review=REVIEW)).accept().appeal().wait("2026-03-11 09:00").appeal()
    before = tale.wait(looked_at).ask("seller").case
    tale.look("upheld", "desk-2")
    assert last(tale, 3) == [
        of.ReviewDecided("review-1", "respondent", "reject", "upheld", ("seen",)),
        of.RoundReversed(1, "appeal-1", "upheld", "desk-2", ("seen",)),
        of.Lifted("appeal", ("seen",), "review-1"),
    ]
    first, second = before.rounds
    assert tale.case == replace(
        before,
        status=Status.LIFTED,
        lifted_because="appeal",
        ended_at=looked_at,
        rounds=(replace(first, outcome="upheld", decided_at=looked_at, reviewer="desk-2", reasons=("seen",)), second),
        reviews=(replace(before.reviews[0], outcome="upheld", decided_at=looked_at, reviewer="desk-2", reasons=("seen",)),),
    )


@pytest.mark.rule("C4", "T7")
def test_what_a_lapse_accepted_was_accepted_by_nobody() -> None:
    tale = Tale(law(complaint={"on_lapse": "accept"})).wait("2026-03-09 08:00")
    assert {one.by for one in tale.told[1:]} == {CLOCK}
    assert (tale.case.accepted_by, tale.case.accepted_at, tale.case.notice_id) == (None, tale.now, "notice")


@pytest.mark.rule("D4", "T3")
def test_a_refusal_tells_what_whoever_asked_may_know() -> None:
    tale = Tale().accept().appeal()
    with pytest.raises(Refusal) as refused:
        deciding.decide_appeal(tale.case, AT, "desk-2", 2, "upheld", (), tale.law)
    assert (refused.value.code, refused.value.facts) == ("appeal_not_open", {})
