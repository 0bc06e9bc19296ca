"""What a console of the desk needs: counts, filters, what may be done and why not, many cases at once, merchants, templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.http.presence import LOOKS_FOR, Presence
from adapters.http.schemas.common import CASE_STATUSES
from adapters.system.settings import Settings
from adapters.wiring.deployment import beside
from tests.contract.shop import Shop
from tests.fakes import picture

WHY = {"reasons": ["seen"]}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path_factory.mktemp("queues"))))
    opened.filing("alice", "coat")
    yield opened
    opened.close()


def lodged(shop: Shop, *keys: str, seller: str = "mallory") -> list[str]:
    filing = shop["alice"].all("/filings")[0]["id"]
    return shop.lodge("alice", filing, *(shop.listing(seller, key) for key in keys))


def ids(shop: Shop, query: str, who: str = "desk") -> list[str]:
    return [one["id"] for one in shop[who].all(f"/desk/complaints?{query}")]


@pytest.mark.rule("C3", "H3")
def test_queues_are_counted_and_filtered(shop: Shop) -> None:
    desk = shop["desk"]
    before = desk.ok("GET", "/desk/counts")["complaints"]
    first, second = lodged(shop, "Q1", "Q2", seller="quentin")
    desk.ok("POST", f"/desk/complaints/{first}/claim")
    counts = desk.ok("GET", "/desk/counts")["complaints"]
    assert counts == {**before, "waiting": before["waiting"] + 2, "claimed_by_me": before["claimed_by_me"] + 1}
    assert shop["desk-2"].ok("GET", "/desk/counts")["complaints"]["claimed_by_me"] == 0
    assert ids(shop, "seller=quentin&claimed=me") == [first]
    assert ids(shop, "seller=quentin-nick&claimed=none") == [second]
    assert ids(shop, "seller=nobody") == []
    assert set(ids(shop, "status=lodged&status=penalized&seller=quentin")) == {first, second}
    assert ids(shop, "status=lodged,penalized&seller=quentin&complainant=bob") == []
    due = desk.ok("GET", f"/desk/complaints/{first}")["decide_by"]
    assert ids(shop, f"seller=quentin&due_before={due}") == []
    assert desk.code("GET", "/desk/complaints?status=odd") == (422, "invalid")
    assert desk.code("GET", "/desk/complaints?overdue=true&overdue=true") == (422, "invalid")
    every = "&".join(f"status={one}" for one in CASE_STATUSES)
    assert len(ids(shop, every)) == len(ids(shop, "due_before=2999-01-01T00:00:00Z"))


@pytest.mark.rule("C3", "D4", "H2", "H3", "C2")
def test_a_case_tells_what_may_be_done_how_it_was_found_and_what_was_before(shop: Shop) -> None:
    desk, market = shop["desk"], shop["market"]
    (case,) = lodged(shop, "M1", seller="mina")
    (second,) = lodged(shop, "M2", seller="mina")
    desk.ok("POST", f"/desk/complaints/{case}/refusal", WHY)
    market.ok("PUT", "/marketplace/listings/M2/pictures", files=[("x.jpg", picture("coat", "mina's"))])
    found = desk.ok("GET", f"/desk/complaints/{second}")
    assert (found["title"], found["seller_nickname"], found["complainant_nickname"]) == ("A coat", "mina-nick", "alice-nick")
    assert found["because"] == ["complaint_to_take_up"]
    assert found["working_days_left"] == 3
    assert found["may"] == {
        "acceptance": None,
        "refusal": None,
        "claim": None,
        "release": None,
        "decision": "appeal_not_open",
        "special": "appeal_not_open",
        "lift": "nothing_to_lift",
        "reopening": "not_reopenable",
        "review_decision": "already_decided",
    }
    assert found["match"]["verdict"] == "copy"
    assert desk("GET", found["match"]["evidence_picture"].removeprefix("/v1")).content_type == "image/jpeg"
    assert len(found["match"]["region"]) == 4
    claimed = desk.ok("POST", f"/desk/complaints/{second}/claim")
    assert desk.ok("GET", f"/desk/complaints/{second}") | claimed == desk.last.get_json()
    assert (claimed["title"], claimed["match"]) == ("A coat", found["match"])
    assert shop["desk-2"].ok("GET", f"/desk/complaints/{second}")["may"]["acceptance"] == "claimed"
    assert desk.ok("GET", f"/desk/complaints/{case}")["may"]["acceptance"] == "already_decided"
    shop.go("2026-03-02 01:10")
    (late,) = lodged(shop, "M3", seller="mina")
    told = {(one["id"], one["party"]): one for one in desk.ok("GET", f"/desk/complaints/{late}")["earlier"]}
    assert told[case, "respondent"]["status"] == "declined"
    assert (second, "complainant") in told
    assert desk("GET", found["filing_thumbnail"].removeprefix("/v1")).status_code == 200


@pytest.mark.rule("H3")
def test_looking_changes_no_tag_and_is_told_to_others(shop: Shop) -> None:
    (case,) = lodged(shop, "V1", seller="vera")
    one, other = shop["desk"], shop["desk-2"]
    one.ok("GET", f"/desk/complaints/{case}")
    tag = one.last.headers["ETag"]
    assert other.ok("GET", f"/desk/complaints/{case}")["viewers"] == ["desk", "desk-2"]
    assert other.last.headers["ETag"] == tag
    listed = next(each for each in one.all("/desk/complaints?seller=vera") if each["id"] == case)
    assert listed["viewers"] == ["desk", "desk-2"]
    accepted = one("POST", f"/desk/complaints/{case}/acceptance", WHY, **{"If-Match": tag})
    assert accepted.status_code == 200
    assert other.code("POST", f"/desk/complaints/{case}/lift", WHY, **{"If-Match": tag}) == (412, "precondition_failed")


def test_a_look_is_forgotten_after_a_minute(shop: Shop) -> None:
    now = [1_000_000.0]
    presence = Presence(beside(shop.settings, "presence-test"), lambda: now[0])
    presence.note("c", "a")
    now[0] += 20
    presence.note("c", "a")
    presence.note("c", "b")
    assert presence.viewers() == {"c": ["a", "b"]}
    now[0] += LOOKS_FOR - 10
    assert presence.viewers() == {"c": ["a", "b"]}
    now[0] += 11
    presence.note("d", "a")
    assert presence.viewers() == {"d": ["a"]}


@pytest.mark.rule("C3", "C4", "H3")
def test_many_cases_are_decided_at_once_each_by_itself(shop: Shop) -> None:
    desk = shop["desk"]
    one, two, three = lodged(shop, "B1", "B2", "B3", seller="bulky")
    shop["desk-2"].ok("POST", f"/desk/complaints/{two}/claim")
    desk.ok("GET", f"/desk/complaints/{one}")
    stale = {one: desk.last.headers["ETag"], three: '"stale"'}
    body: dict[str, Any] = {"command": "acceptance", "ids": [one, two, "none", three], "if_match": stale, **WHY}
    outcomes = desk.ok("POST", "/desk/complaints/bulk", body, **{"Idempotency-Key": "k"})["outcomes"]
    assert [(each["id"], each["status"], each.get("code")) for each in outcomes] == [
        (one, 200, None),
        (two, 409, "claimed"),
        ("none", 404, "not_found"),
        (three, 412, "precondition_failed"),
    ]
    desk.ok("GET", f"/desk/complaints/{one}")
    assert outcomes[0]["etag"] == desk.last.headers["ETag"]
    repeated = desk.ok("POST", "/desk/complaints/bulk", {**body, "if_match": {}}, **{"Idempotency-Key": "k"})["outcomes"]
    assert [each["status"] for each in repeated] == [200, 409, 404, 200]  # only what is missing is carried out
    other = {**body, "ids": [one], "if_match": {}, "reasons": ["for another reason"]}
    assert desk.ok("POST", "/desk/complaints/bulk", other, **{"Idempotency-Key": "k"})["outcomes"] == [
        {"id": one, "status": 422, "code": "idempotency_mismatch"}
    ]
    assert shop["mallory"].code("POST", "/desk/complaints/bulk", body) == (403, "forbidden")
    for wrong in ({"ids": []}, {"ids": [one, one]}, {"ids": [str(n) for n in range(201)]}, {"reasons": []}, {"command": "odd"}):
        assert desk.code("POST", "/desk/complaints/bulk", {**body, **wrong}) == (422, "invalid"), wrong
    for command, status in (("claim", 200), ("release", 204)):
        (done,) = desk.ok("POST", "/desk/complaints/bulk", {"command": command, "ids": [one]})["outcomes"]
        assert done["status"] == status


@pytest.mark.rule("H3", "G2")
def test_an_admin_releases_whoevers_claim(shop: Shop) -> None:
    (case,) = lodged(shop, "A1", seller="adam")
    shop["desk"].ok("POST", f"/desk/complaints/{case}/claim")
    assert shop["desk-2"].code("DELETE", f"/desk/complaints/{case}/claim") == (409, "claimed")
    for _ in range(2):  # released once, and nothing to release the second time
        assert shop["root"]("DELETE", f"/desk/complaints/{case}/claim").status_code == 204
    assert shop["desk-2"].ok("GET", f"/desk/complaints/{case}")["claim"] is None
    history = shop["aud"].ok("GET", f"/audit/cases/{case}")["events"]
    released = [event for event in history if event["type"] == "ClaimReleased"]
    assert [(event["by"], event["data"]["reviewer"]) for event in released] == [("root", "desk")]
    assert shop["root"].code("GET", f"/desk/complaints/{case}") == (403, "forbidden")


@pytest.mark.rule("B6")
def test_voucher_requests_wait_in_a_queue_of_their_own(shop: Shop) -> None:
    desk, filing = shop["desk"], shop["alice"].all("/filings")[0]["id"]
    asked = desk.ok("POST", f"/desk/filings/{filing}/voucher-request", {"what": ["the set"]})["id"]
    assert desk.ok("GET", "/desk/counts")["voucher_requests"]["waiting"] == 1
    (only,) = desk.all("/desk/voucher-requests?status=open")
    assert (only["id"], only["owner"]) == (asked, "alice")
    assert desk.all("/desk/voucher-requests?status=wanting") == []
    assert desk.ok("GET", "/desk/counts")["disputes"]["waiting"] == 0


@pytest.mark.rule("B7", "H5")
def test_merchants_are_found_with_figures_and_standing(shop: Shop) -> None:
    desk = shop["desk"]
    assert desk.all("/desk/merchants?q=alice-nick") == desk.all("/desk/merchants?q=alice")
    assert "alice" in [one["id"] for one in desk.all("/desk/merchants")]
    assert desk.all("/desk/merchants?q=whoever") == []
    alice = desk.ok("GET", "/desk/merchants/alice")
    assert alice["figures"]["filings_protected"] == 1
    assert alice["figures"]["complaints"] == len(shop["alice"].all("/complaints"))
    assert alice["standing"]["warned"] == []
    assert {one["as"] for one in alice["cases"]} <= {"complainant"}
    assert desk.code("GET", "/desk/merchants/whoever") == (404, "not_found")


def test_templates_for_reasons_are_one_list_for_all(shop: Shop) -> None:
    desk, other = shop["desk"], shop["desk-2"]
    first: list[dict[str, Any]] = desk.ok("GET", "/desk/reasons")["items"]
    assert {one["command"] for one in first} >= {"acceptance", "refusal", "upheld", "rejected", "not_accepted"}
    tag = desk.last.headers["ETag"]
    mine = {"items": [{"command": "refusal", "text": "Different [goods]."}]}
    assert desk.ok("PUT", "/desk/reasons", mine, **{"If-Match": tag}) == mine
    assert other.ok("GET", "/desk/reasons") == mine
    assert other.code("PUT", "/desk/reasons", {"items": first}, **{"If-Match": tag}) == (412, "precondition_failed")
    assert other.code("PUT", "/desk/reasons", {"items": [{"command": "odd", "text": "x"}]}) == (422, "invalid")
