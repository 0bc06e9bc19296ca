"""A person on request, on a real store: who may ask for whose case, what crosses cases, and what is written beside them (rule H8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.store.opening import Stores
from application import lapse_reviews
from application.acting import stream_of
from application.allowed import allowed
from application.audit import case_history
from application.cases import live_case
from application.index import CaseById
from application.lapse_reviews import ReviewOfCase
from application.ports import Identity
from application.publish_rules import Known, publish_rulebook
from application.refusals import NotFound
from domain.appeal import AppealStatus
from domain.case.lapse_reviews import ReviewStatus, status_of
from domain.case.state import Case, Status
from domain.events import appeal as of_appeal
from domain.events import listing as of_listing
from domain.events.member import AttemptRefused
from domain.refusal import Refusal
from tests.application.studio import Studio

REVIEW = {"request_within": {"days": 6, "count": "months"}, "decide_within": {"days": 5}}


class Desk(Studio):
    """A studio whose desk is silent from 3 March on, and a case of that day."""

    def __init__(self, stores: Stores, complaint: str, appeal: str = "escalate") -> None:
        super().__init__(stores)
        document = {
            "name": "silence",
            "version": "1",
            "effective_from": "2026-03-03T00:00:00Z",
            "complaint": {"on_lapse": complaint},
            "appeal": {"on_lapse": appeal},
            "review": REVIEW,
        }
        self.act("rulebook", "root", lambda act: publish_rulebook(act, document, Known({"Asia/Shanghai"}, {"CN"})))
        self.go("2026-03-03 09:00")
        self.owner, self.seller = self.merchant("owner"), self.merchant("seller")
        self.filing_id = self.file(self.owner, "coat")
        self.link = self.listing(self.seller, "1")
        self.case_id = self.lodge(self.owner, self.filing_id, self.link).cases[0].id

    def case(self, case_id: str = "") -> Case:
        return self.act("look", "desk-1", lambda act: live_case(act, case_id or self.case_id))

    def complaint_review(self, member: Identity | None = None, case_id: str = "", reason: str = "Please look.") -> ReviewOfCase:
        asker = member or self.owner
        return self.act(
            "review", asker.member_id, lambda act: lapse_reviews.request_for_complaint(act, asker, case_id or self.case_id, reason)
        )

    def notice_review(self, member: Identity | None = None) -> ReviewOfCase:
        asker, notice = member or self.seller, self.case().notice_id or ""
        return self.act("review", asker.member_id, lambda act: lapse_reviews.request_for_notice(act, asker, notice, "It is mine."))

    def review(self, review_id: str | None, outcome: str, by: str = "desk-2") -> ReviewOfCase:
        return self.act("review_decision", by, lambda act: lapse_reviews.decide(act, review_id or "", outcome, ["seen"]))  # type: ignore[arg-type]


def code(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def asked(review: ReviewOfCase) -> str:
    assert review.review.id is not None
    return review.review.id


@pytest.mark.rule("H8", "C3", "D5", "H6")
def test_a_complaint_that_nobody_looked_at_is_taken_up_by_a_person(stores: Stores) -> None:
    desk = Desk(stores, "decline")
    assert code(desk.complaint_review) == "not_reviewable"  # nobody has been late yet
    (attempt,) = desk.stream(stream_of("attempts", desk.case_id))
    assert isinstance(attempt.event, AttemptRefused)
    assert (attempt.event.command, attempt.event.code, attempt.by) == ("review", "not_reviewable", desk.owner.member_id)
    desk.go("2026-03-10 09:00")
    for stranger in (desk.seller, desk.member("stranger")):
        with pytest.raises(NotFound):
            desk.complaint_review(stranger)
    with pytest.raises(NotFound):
        desk.notice_review(desk.seller)
    review = desk.complaint_review()
    assert (desk.case().status, status_of(review.case, review.review)) == (Status.DECLINED, ReviewStatus.OPEN)
    assert desk.platform.sealer.open(review.review.reason) == "Please look."
    assert code(desk.complaint_review) == "review_open"
    assert code(lambda: desk.complaint_review(reason="x" * 5_001)) == "text_too_long"
    (again,) = desk.lodge(desk.owner, desk.filing_id, desk.link).refused
    assert again.code == "case_open"  # the matter is before the desk
    for party in (desk.owner, desk.seller):
        assert code(lambda party=party: desk.review(asked(review), "upheld", party.subject)) == "forbidden"  # type: ignore[misc]
    with pytest.raises(NotFound):
        desk.review("nothing", "upheld")
    may = allowed(desk.platform, desk.case(), "desk-2", None, False)
    assert (may["review_decision"], may["acceptance"], may["claim"]) == (None, "already_decided", "case_closed")
    decided = desk.review(asked(review), "upheld")
    assert (decided.case.status, decided.case.accepted_by, decided.review.outcome) == (Status.PENALIZED, "desk-2", "upheld")
    row = stores.store.ask(CaseById(desk.case_id))
    assert row is not None
    assert decided.case.window is not None
    assert (row.standing, row.notice_id, row.due_at) == ("open", decided.case.notice_id, decided.case.window.remind_at)
    assert code(lambda: desk.review(asked(review), "rejected", "desk-3")) == "already_decided"
    assert allowed(desk.platform, desk.case(), "desk-2", None, False)["review_decision"] == "already_decided"
    history = case_history(desk.platform, stores.store, desk.case_id)
    assert [line.fact.event.because for line in history.lines if hasattr(line.fact.event, "because")] == ["lapse", "desk"]


@pytest.mark.rule("H8", "D4", "C4")
def test_what_a_person_finds_of_an_appeal_is_written_beside_it(stores: Stores) -> None:
    desk = Desk(stores, "escalate", "reject")
    desk.accept(desk.case_id)
    first = desk.appeal(desk.seller, desk.case().notice_id)
    desk.go("2026-03-12 09:00")
    second = desk.appeal(desk.seller, desk.case().notice_id)
    review = desk.notice_review()
    assert code(lambda: desk.complaint_review(desk.owner)) == "not_reviewable"
    with pytest.raises(NotFound):
        desk.notice_review(desk.owner)
    decided = desk.review(asked(review), "upheld")
    assert (decided.case.status, decided.case.lifted_because) == (Status.LIFTED, "appeal")
    assert [type(one.event) for one in desk.stream(first.id)][1:] == [of_appeal.AppealDecided, of_appeal.AppealReversed]
    assert [type(one.event) for one in desk.stream(second.id)][1:] == [of_appeal.AppealMooted]
    history = case_history(desk.platform, stores.store, desk.case_id)
    assert [one.status for one in history.appeals] == [AppealStatus.UPHELD, AppealStatus.MOOT]


@pytest.mark.rule("H8", "C4")
def test_a_release_that_does_not_stand_takes_the_listing_down_again(stores: Stores) -> None:
    desk = Desk(stores, "escalate", "release")
    desk.accept(desk.case_id)
    appeal = desk.appeal(desk.seller, desk.case().notice_id)
    desk.go("2026-03-12 09:00")
    assert desk.case().status is Status.LIFTED
    decided = desk.review(asked(desk.complaint_review()), "upheld")
    assert (decided.case.status, decided.case.penalized_at) == (Status.PENALIZED, decided.review.decided_at)
    listing = [type(one.event) for one in desk.stream(stream_of("listing", "1"))][1:]
    down, up = [of_listing.PenaltyImposed, of_listing.ListingTakenDown], [of_listing.PenaltyRevoked, of_listing.ListingRestored]
    assert listing == [*down, *up, *down]
    assert [type(one.event) for one in desk.stream(appeal.id)][-1] is of_appeal.AppealReversed
    row = stores.store.ask(CaseById(desk.case_id))
    assert row is not None
    assert row.standing == "open"
    desk.go("2026-04-01 09:00")
    assert desk.case().status is Status.FINAL


@pytest.mark.rule("H8", "C1", "B7", "H1")
@pytest.mark.parametrize("how", ["terminated", "reinstated", "taken back"])
def test_nothing_comes_of_a_complaint_whose_picture_was_not_protected_all_along(stores: Stores, how: str) -> None:
    desk = Desk(stores, "decline")
    desk.go("2026-03-10 09:00")
    desk.settle()
    review = desk.complaint_review()
    other = desk.file(desk.owner, "hat")
    match how:
        case "taken back":
            desk.delete(desk.owner, desk.filing_id)
        case _:
            desk.terminate(desk.owner, other)
            if how == "reinstated":
                desk.go("2026-03-11 09:00")
                desk.reinstate(desk.owner)
    assert code(lambda: desk.review(asked(review), "upheld")) == "filing_not_protected"
    assert desk.review(asked(review), "rejected").case.status is Status.DECLINED
    assert code(desk.complaint_review) == "not_reviewable"


@pytest.mark.rule("H8", "C1")
def test_a_complaint_lodged_anew_takes_the_place_of_a_review(stores: Stores) -> None:
    desk = Desk(stores, "decline")
    desk.go("2026-03-10 09:00")
    again: Any = desk.lodge(desk.owner, desk.filing_id, desk.link).cases[0]
    assert code(desk.complaint_review) == "not_reviewable"
    desk.go("2026-03-20 09:00")  # the second one lapsed, too; either can be looked at, not both
    review = desk.complaint_review(case_id=again.id)
    assert code(desk.complaint_review) == "not_reviewable"
    desk.review(asked(review), "rejected")
    assert desk.review(asked(desk.complaint_review()), "upheld", "desk-3").case.status is Status.PENALIZED
    desk.go("2026-05-20 09:00")
    assert desk.case().status is Status.FINAL
