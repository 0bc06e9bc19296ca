"""A person on request over HTTP (rule H8): a party asks, the desk decides, and the other party learns of what follows alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import pytest

from adapters.case_file import body_file, bundle
from adapters.http.schemas.desk import DeskComplaint
from adapters.http.schemas.lapse_reviews import DeskReview, Review
from adapters.http.schemas.merchant import Complaint
from adapters.http.schemas.respondent import Notice
from adapters.system.settings import Settings
from application.audit import case_history
from tests.adapters.http.documented import assert_documented
from tests.contract.shop import Shop
from tests.fakes import picture

pytestmark = pytest.mark.rule("H8")

WHY = {"reasons": ["the licence covers it"]}
REVIEW = {"request_within": {"days": 60, "count": "calendar"}, "decide_within": {"days": 48, "count": "hours"}}
REASON = {"reason": "Nobody looked at the licence."}
RULES = {
    "owner": {"complaint": {"on_lapse": "decline"}, "appeal": {"on_lapse": "release"}},
    "seller": {"complaint": {"on_lapse": "accept"}, "appeal": {"on_lapse": "reject"}},
}


class Silence:
    """A shop whose desk is silent, and cases of alice's against mallory."""

    def __init__(self, shop: Shop, rules: str) -> None:
        self.shop = shop
        now = shop.clock.now()
        document = {
            "name": rules,
            "version": "1",
            "effective_from": now.replace(year=now.year + 1).strftime("%Y-01-05T00:00:00Z"),
            "review": REVIEW,
            **RULES[rules],
        }
        shop["root"].ok("POST", "/rulebooks", document)
        shop.go(now.replace(year=now.year + 1, month=1, day=6))
        self.filing = shop.filing("alice", "coat")
        self._keys = iter("ABCDEFG")

    def lodged(self) -> tuple[str, str, str]:
        """A complaint, its listing's link, and its listing."""
        key = next(self._keys)
        link = self.shop.listing("mallory", key, picture("coat", f"stolen {key}"))
        return self.shop.lodge("alice", self.filing, link)[0], link, key

    def later(self, months: int = 1) -> None:
        now = self.shop.clock.now()
        self.shop.go(now.replace(month=now.month + months, day=7))

    def decide(self, review: str, outcome: str, by: str = "desk", **headers: str) -> Any:
        return self.shop[by].ok("POST", f"/desk/reviews/{review}/decision", {"outcome": outcome, **WHY}, **headers)

    def posted(self, who: str, number: int) -> list[str]:
        return [one["kind"] for one in self.shop[who].all("/messages")][-number:]


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Silence]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("owner"))))
    yield Silence(shop, "owner")
    shop.close()


@pytest.fixture(scope="module")
def seller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Silence]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("seller"))))
    yield Silence(shop, "seller")
    shop.close()


@pytest.mark.rule("C3", "C5")
def test_a_complaint_that_nobody_looked_at_is_accepted_by_a_person(owner: Silence) -> None:
    case, link, listing = owner.lodged()
    alice, desk, shop = owner.shop["alice"], owner.shop["desk"], owner.shop
    assert alice.code("POST", f"/complaints/{case}/review", REASON) == (409, "not_reviewable")
    owner.later()
    before = owner.shop.seen_by("mallory")
    read = alice.ok("GET", f"/complaints/{case}")
    assert (read["status"], read["reviews"]) == ("declined", [])
    assert read["review_by"] is not None
    assert owner.posted("alice", 2) == ["complaint_declined", "review_possible"]
    assert alice("POST", f"/complaints/{case}/review", REASON, **{"If-Match": '"stale"'}).status_code == 412
    review = alice.ok("POST", f"/complaints/{case}/review", REASON)
    assert alice.last.status_code == 201
    assert_documented(review, Review)
    assert (review["status"], review["lapse"], review["reason"]) == ("open", "decline", REASON["reason"])
    assert alice.code("POST", f"/complaints/{case}/review", REASON) == (409, "review_open")
    read = alice.ok("GET", f"/complaints/{case}")
    assert_documented(read, Complaint)
    assert (read["status"], read["reviews"], read["review_by"]) == ("declined", [review], None)
    assert owner.shop.seen_by("mallory") == before
    (waits,) = desk.all("/desk/reviews")
    assert_documented(waits, DeskReview)
    assert (waits["id"], waits["complaint_id"], waits["party"], waits["overdue"]) == (review["id"], case, "complainant", False)
    counts = desk.ok("GET", "/desk/counts")["reviews"]
    assert counts == {"waiting": 1, "overdue": 0, "due_today": 0, "claimed_by_me": 0}
    at_the_desk = desk.ok("GET", f"/desk/complaints/{case}")
    assert_documented(at_the_desk, DeskComplaint)
    assert (at_the_desk["because"], at_the_desk["may"]["review_decision"]) == (["review_to_decide"], None)
    assert [one["id"] for one in at_the_desk["reviews"]] == [review["id"]]
    now = shop.clock.now()
    shop.go(now.replace(day=now.day + 3))
    assert desk.all("/desk/reviews?overdue=true") == [{**waits, "overdue": True}]
    assert desk.all("/desk/reviews?overdue=false") == []
    assert desk.ok("GET", "/desk/counts")["reviews"]["overdue"] == 1
    decided = owner.decide(review["id"], "upheld")
    assert_documented(decided, DeskReview)
    assert (decided["status"], decided["reviewer"], decided["reasons"]) == ("upheld", "desk", WHY["reasons"])
    assert desk.code("POST", f"/desk/reviews/{review['id']}/decision", {"outcome": "rejected", **WHY}) == (409, "already_decided")
    assert desk.code("POST", "/desk/reviews/nothing/decision", {"outcome": "rejected", **WHY}) == (404, "not_found")
    assert desk.all("/desk/reviews") == []
    assert owner.posted("alice", 3) == ["review_requested", "review_decided", "complaint_accepted"]
    notice = shop["mallory"].ok("GET", f"/notices/{shop.notice('mallory', link)}")
    assert_documented(notice, Notice)
    assert (notice["status"], notice["reviews"], notice["review_by"]) == ("penalized", [], None)
    assert owner.posted("mallory", 1) == ["notice_served"]
    assert shop["market"].ok("GET", f"/marketplace/listings/{listing}")["down"] is True
    history = shop["aud"].ok("GET", f"/audit/cases/{case}")
    assert history["complaint"]["reviews"][0]["status"] == "upheld"
    (asked,) = [one["data"] for one in history["events"] if one["type"] == "ReviewRequested"]
    assert asked["reason"] == REASON["reason"]
    assert [one["code"] for one in history["attempts"]] == ["not_reviewable", "review_open", "already_decided"]
    _tells_of_no_review(owner, case, review["id"])


def _tells_of_no_review(silence: Silence, case: str, review: str) -> None:
    """No file that leaves without the parties' names tells that somebody asked for a person (rules C5, H8, H9)."""
    deployment = silence.shop.deployment
    history = case_history(deployment.platform, deployment.stores.store, case)
    with TemporaryDirectory() as directory:
        files = [Path(directory) / name for name in ("body.zip", "plain.zip", "whole.zip")]
        body_file.write(deployment.platform, deployment.evidence, history, files[0])
        for file, identities in zip(files[1:], (False, True), strict=True):
            bundle.write(deployment.platform, deployment.evidence, history, file, identities)
        told = [review in str([ZipFile(file).read(name) for name in ZipFile(file).namelist()]) for file in files]
    assert told == [False, False, True]


@pytest.mark.rule("C5", "D2")
def test_a_respondent_learns_that_its_appeal_is_rejected_and_not_who_asked(owner: Silence) -> None:
    case, link, listing = owner.lodged()
    shop, mallory = owner.shop, owner.shop["mallory"]
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
    notice = shop.notice("mallory", link)
    mallory.ok("POST", f"/notices/{notice}/appeals", {"grounds": "mine"})
    owner.later()
    reads = [f"/notices/{notice}", f"/notices/{notice}/appeals/1"]
    first = mallory.ok("GET", reads[0])["statement_of_reasons"]
    assert mallory.code("POST", f"/notices/{notice}/review", REASON) == (409, "not_reviewable")
    before = owner.shop.seen_by("mallory", *reads)
    review = shop["alice"].ok("POST", f"/complaints/{case}/review", REASON)
    assert owner.shop.seen_by("mallory", *reads) == before
    now = shop.clock.now()
    shop.go(now.replace(day=now.day + 1))
    owner.decide(review["id"], "upheld", "desk-2")
    read = mallory.ok("GET", f"/notices/{notice}")
    assert (read["status"], read["lifted_because"], read["appeals_left"], read["reviews"]) == ("penalized", None, 1, [])
    assert (read["appeals"][0]["status"], read["appeals"][0]["reasons"]) == ("rejected", WHY["reasons"])
    assert mallory.ok("GET", f"/notices/{notice}/appeals/1")["status"] == "rejected"
    assert read["statement_of_reasons"]["puid"] != first["puid"]
    ends = "end_date_visibility_restriction"
    assert (first[ends] is not None, read["statement_of_reasons"][ends]) == (True, None)
    assert owner.posted("mallory", 2) == ["appeal_reversed", "appeal_possible"]
    assert shop["desk"].ok("GET", f"/desk/appeals/{read['appeals'][0]['id']}")["status"] == "rejected"
    complaint = shop["alice"].ok("GET", f"/complaints/{case}")
    assert (complaint["status"], complaint["appeals"][0]["status"]) == ("penalized", "rejected")
    assert complaint["penalized_at"] == complaint["appeals"][0]["decided_at"]
    assert shop["market"].ok("GET", f"/marketplace/listings/{listing}")["down"] is True


@pytest.mark.rule("C4", "H6")
def test_a_respondent_has_what_lapsed_against_it_looked_at_and_the_complainant_is_not_told_who_asked(seller: Silence) -> None:
    shop, mallory, alice = seller.shop, seller.shop["mallory"], seller.shop["alice"]
    case, link, listing = seller.lodged()
    seller.later()
    notice = shop.notice("mallory", link)
    assert seller.posted("mallory", 4)[:3] == ["notice_served", "review_possible", "appeal_reminder"]
    mine = [f"/complaints/{case}"]
    before = seller.shop.seen_by("alice", *mine)
    review = mallory.ok("POST", f"/notices/{notice}/review", REASON)
    read = mallory.ok("GET", f"/notices/{notice}")
    assert_documented(read, Notice)
    assert (read["reviews"], read["review_by"]) == ([review], None)
    assert seller.shop.seen_by("alice", *mine) == before
    assert alice.code("POST", f"/notices/{notice}/review", REASON) == (404, "not_found")
    assert REASON["reason"] in str(mallory.ok("GET", "/me/export"))
    assert REASON["reason"] not in str(alice.ok("GET", "/me/export"))
    seller.decide(review["id"], "upheld")
    read = mallory.ok("GET", f"/notices/{notice}")
    assert (read["status"], read["lifted_because"], read["reviews"][0]["status"]) == ("lifted", "desk", "upheld")
    assert seller.posted("mallory", 3) == ["review_requested", "review_decided", "notice_lifted"]
    assert seller.posted("alice", 1) == ["complaint_lifted"]
    assert shop["market"].ok("GET", f"/marketplace/listings/{listing}")["down"] is False


def test_a_review_that_is_decided_otherwise_by_the_case_is_moot(seller: Silence) -> None:
    shop, mallory = seller.shop, seller.shop["mallory"]
    case, link, _ = seller.lodged()
    seller.later()
    notice = shop.notice("mallory", link)
    review = mallory.ok("POST", f"/notices/{notice}/review", REASON)
    shop["desk"].ok("POST", f"/desk/complaints/{case}/lift", WHY)
    assert mallory.ok("GET", f"/notices/{notice}")["reviews"][0]["status"] == "moot"
    assert [one["id"] for one in shop["desk"].all("/desk/reviews")] == []
    assert shop["desk-2"].code("POST", f"/desk/reviews/{review['id']}/decision", {"outcome": "upheld", **WHY}) == (409, "already_decided")
