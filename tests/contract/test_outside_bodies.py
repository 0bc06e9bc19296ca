"""An outside body over HTTP (rule H9): each party's record is its own, the desk files the outcome, and the other party never learns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.http.schemas.desk import DeskComplaint
from adapters.http.schemas.merchant import Complaint
from adapters.http.schemas.outside_bodies import BodyRecord
from adapters.http.schemas.respondent import Notice
from adapters.system.settings import Settings
from tests.adapters.http.documented import assert_documented
from tests.contract.shop import Shop
from tests.fakes import picture

pytestmark = pytest.mark.rule("H9")

WHY = {"reasons": ["the same picture"]}
BODY = {"body": "User Rights", "reference": "UR-117"}


class Dispute:
    """A shop with cases of alice's against mallory that became final unanswered."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.filing = shop.filing("alice", "coat")
        self._keys = iter("ABCDEF")

    def final(self) -> tuple[str, str, str]:
        """A final case: its id, its notice's, its listing's."""
        key = next(self._keys)
        link = self.shop.listing("mallory", key, picture("coat", f"stolen {key}"))
        case = self.shop.lodge("alice", self.filing, link)[0]
        self.shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
        now = self.shop.clock.now()
        self.shop.go(now.replace(month=now.month + 1))
        return case, self.shop.notice("mallory", link), key

    def outcome(self, case: str, outcome: str, **more: Any) -> Any:
        return self.shop["desk"].ok("POST", f"/desk/complaints/{case}/body-outcome", {**BODY, "outcome": outcome, **WHY, **more})

    def posted(self, who: str) -> list[tuple[str, str]]:
        return [(one["kind"], one["text"]) for one in self.shop[who].all("/messages")][-3:]


@pytest.fixture(scope="module")
def dispute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dispute]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("bodies"))))
    yield Dispute(shop)
    shop.close()


@pytest.mark.rule("C4", "H2")
def test_a_respondent_that_a_body_found_right_has_its_goods_restored(dispute: Dispute) -> None:
    case, notice, listing = dispute.final()
    mallory, desk = dispute.shop["mallory"], dispute.shop["desk"]
    record = mallory.ok("POST", f"/notices/{notice}/body", BODY)
    assert mallory.last.status_code == 201
    assert_documented(record, BodyRecord)
    assert {**BODY, "status": "open", "decided_at": None, "reasons": []}.items() <= record.items()
    read = mallory.ok("GET", f"/notices/{notice}")
    assert_documented(read, Notice)
    assert read["bodies"] == [record]
    assert mallory.code("POST", f"/notices/{notice}/body", BODY) == (409, "body_recorded")
    before = desk.ok("GET", f"/desk/complaints/{case}")
    assert before["bodies"] == [{"party": "respondent", **record}]
    tag = desk.last.headers["ETag"]
    wrong = {**BODY, "reference": "UR-9", "outcome": "upheld", **WHY}
    assert desk.code("POST", f"/desk/complaints/{case}/body-outcome", wrong) == (404, "not_found")
    stale = desk("POST", f"/desk/complaints/{case}/body-outcome", {**wrong, **BODY}, **{"If-Match": '"stale"'})
    assert stale.status_code == 412
    after = desk.ok("POST", f"/desk/complaints/{case}/body-outcome", {**wrong, **BODY}, **{"If-Match": tag})
    assert_documented(after, DeskComplaint)
    assert (after["status"], after["lifted_because"], after["bodies"][0]["status"]) == ("lifted", "body", "upheld")
    assert desk.code("POST", f"/desk/complaints/{case}/body-outcome", {**wrong, **BODY}) == (409, "already_decided")
    assert dispute.shop["market"].ok("GET", f"/marketplace/listings/{listing}")["down"] is False
    now = mallory.ok("GET", f"/notices/{notice}")
    assert (now["status"], now["lifted_because"], now["bodies"][0]["status"]) == ("lifted", "body", "upheld")
    assert now["bodies"][0]["reasons"] == WHY["reasons"]
    assert [kind for kind, _ in dispute.posted("mallory")] == ["body_recorded", "body_decided", "notice_lifted"]
    assert dispute.posted("mallory")[1][1].endswith("was upheld. Reasons: the same picture. Rule: original-protection 2026-01.")
    history = dispute.shop["aud"].ok("GET", f"/audit/cases/{case}")
    (taken,) = [one["data"] for one in history["events"] if one["type"] == "TakenToBody"]
    assert taken.items() >= BODY.items()
    assert history["complaint"]["bodies"][0]["party"] == "respondent"
    complained = dispute.shop["alice"].ok("GET", f"/complaints/{case}")
    assert_documented(complained, Complaint)
    assert (complained["lifted_because"], complained["bodies"]) == ("body", [])


@pytest.mark.rule("C5")
def test_a_respondent_learns_nothing_of_the_body_that_the_complainant_went_to(dispute: Dispute) -> None:
    case, notice, _ = dispute.final()
    reads = [f"/notices/{notice}", f"/notices/{notice}/picture"]
    before = dispute.shop.seen_by("mallory", *reads)
    record = dispute.shop["alice"].ok("POST", f"/complaints/{case}/body", BODY)
    assert dispute.shop.seen_by("mallory", *reads) == before
    dispute.outcome(case, "upheld")
    assert dispute.shop.seen_by("mallory", *reads) == before
    own = dispute.shop["alice"].ok("GET", f"/complaints/{case}")
    assert [(one["id"], one["status"]) for one in own["bodies"]] == [(record["id"], "upheld")]
    assert own["status"] == "final"
    assert [kind for kind, _ in dispute.posted("alice")][-2:] == ["body_recorded", "body_decided"]


def test_a_complainant_learns_nothing_of_the_body_that_the_respondent_went_to(dispute: Dispute) -> None:
    case, notice, _ = dispute.final()
    reads = [f"/complaints/{case}"]
    before = dispute.shop.seen_by("alice", *reads)
    dispute.shop["mallory"].ok("POST", f"/notices/{notice}/body", BODY)
    assert dispute.shop["alice"].code("POST", f"/complaints/{case}/body", {**BODY, "reference": " "}) == (422, "invalid")
    dispute.outcome(case, "rejected")
    assert dispute.shop.seen_by("alice", *reads) == before


@pytest.mark.rule("H6")
def test_what_a_member_takes_out_has_its_own_records_and_no_others(dispute: Dispute) -> None:
    case, notice, _ = dispute.final()
    dispute.shop["alice"].ok("POST", f"/complaints/{case}/body", {**BODY, "reference": "A-1"})
    dispute.shop["mallory"].ok("POST", f"/notices/{notice}/body", {**BODY, "reference": "M-1"})
    taken = {who: json.dumps(dispute.shop[who].ok("GET", "/me/export")) for who in ("alice", "mallory")}
    assert "A-1" in taken["alice"]
    assert "M-1" not in taken["alice"]
    assert "M-1" in taken["mallory"]
    assert "A-1" not in taken["mallory"]


def test_an_open_case_goes_to_no_body_and_what_is_anothers_is_not_there(dispute: Dispute) -> None:
    shop = dispute.shop
    link = shop.listing("mallory", "open", picture("coat", "stolen still"))
    case = shop.lodge("alice", dispute.filing, link)[0]
    assert shop["alice"].code("POST", f"/complaints/{case}/body", BODY) == (409, "case_open")
    assert shop["mallory"].code("POST", f"/complaints/{case}/body", BODY) == (404, "not_found")
    assert shop["mallory"].code("POST", f"/notices/{case}/body", BODY) == (404, "not_found")
