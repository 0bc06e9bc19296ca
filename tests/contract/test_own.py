"""What is one's own can be fetched and taken out, and nobody else's can (rules B6, H6, G1, A3)."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from adapters.evidence.merkle import verify_consistency
from adapters.evidence.reading import Tampered
from adapters.evidence.receipt import verify_receipt
from adapters.http import export, serving
from adapters.http.account import AccountContext
from adapters.http.context import ApiContext
from adapters.http.etags import encode_gradually, tag_of
from adapters.system.settings import Settings
from adapters.wording.instants import instant
from tests.contract.shop import Shop
from tests.fakes import picture
from tests.listening import listened_to


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store")))
    yield opened
    opened.close()


def penalized(shop: Shop) -> tuple[str, str, str]:
    filing, link = shop.filing("alice"), shop.listing("mallory", "L1")
    (case,) = shop.lodge("alice", filing, link)
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", {"reasons": ["same_picture"]})
    return filing, case, shop.notice("mallory", link)


@pytest.mark.rule("B1")
def test_a_folder_is_called_otherwise_and_its_filings_follow(shop: Shop) -> None:
    alice, filing = shop["alice"], shop.filing("alice")
    alice.ok("POST", "/folders", {"name": "autumn"})
    assert alice.ok("PATCH", "/folders/spring", {"name": "summer 夏"}) == {"name": "summer 夏"}
    assert alice.code("PATCH", "/folders/spring", {"name": "winter"}) == (404, "unknown_folder")
    assert alice.code("PATCH", "/folders/summer 夏", {"name": "autumn"}) == (409, "folder_exists")
    assert alice.code("PATCH", "/folders/summer 夏", {"name": ".."}) == (422, "invalid")
    assert shop["bob"].code("PATCH", "/folders/autumn", {"name": "mine"}) == (404, "unknown_folder")
    assert alice.ok("GET", f"/filings/{filing}")["folder"] == "summer 夏"
    assert [one["id"] for one in alice.all("/filings?folder=summer 夏")] == [filing]
    cover = f"/v1/filings/{filing}/picture?size=thumbnail"
    assert [(one["name"], one["filings"], one["cover"]) for one in alice.all("/folders")] == [("autumn", 0, None), ("summer 夏", 1, cover)]


@pytest.mark.rule("H6")
def test_what_is_not_read_is_counted_and_what_was_read_stays_so(shop: Shop) -> None:
    _, _, notice = penalized(shop)
    mallory = shop["mallory"]
    appeal = mallory.ok("POST", f"/notices/{notice}/appeals", {"grounds": "mine"})["id"]
    shop["desk"].ok("POST", f"/desk/appeals/{appeal}/decision", {"outcome": "rejected", "reasons": ["no"]})
    told = mallory.all("/messages")
    assert [one["kind"] for one in told] == ["notice_served", "appeal_opened", "appeal_decided", "appeal_possible"]
    assert mallory.ok("GET", "/messages/unread") == {"count": 4}
    for asked, language, word in (("zh-CN,en;q=0.5", "zh", "侵权通知"), ("de, *;q=0.1", "en", "infringement"), ("", "en", "infringement")):
        heard = mallory("GET", "/messages", **{"Accept-Language": asked})
        assert (heard.headers["Content-Language"], heard.headers["Vary"]) == (language, "Accept-Language")
        assert word in json.loads(heard.data)["items"][0]["text"]
    taken = mallory("GET", "/me/export", **{"Accept-Language": "zh"})
    assert "侵权通知" in json.loads(taken.data)["messages"][0]["text"]
    assert mallory.ok("PUT", "/messages/read", {"until": told[1]["id"]}) == {"count": 2}
    assert mallory.ok("PUT", "/messages/read", {"until": told[0]["id"]}) == {"count": 2}
    assert mallory.ok("PUT", "/messages/read", {"until": "2026-01-01T00:00:00Z"}) == {"count": 2}
    assert shop["alice"].code("PUT", "/messages/read", {"until": told[3]["id"]}) == (404, "not_found")
    assert mallory.code("PUT", "/messages/read", {"until": "2026-13-01T00:00:00Z"}) == (422, "invalid")
    assert mallory.ok("GET", "/me/export")["messages_unread"] == 2
    assert mallory.ok("PUT", "/messages/read", {"until": told[3]["at"]}) == {"count": 0}
    shop.go("2026-03-20 09:00")
    assert mallory.ok("GET", "/messages/unread") == {"count": 2}  # reminded, and final
    member = shop.deployment.platform.identities.by_subject("mallory")
    assert member is not None
    shop.deployment.platform.identities.forget(member.member_id)
    assert shop.deployment.stores.read_marks.of(member.member_id) == 0


@pytest.mark.rule("B6", "H6", "H7")
def test_vouchers_and_evidence_are_fetched_by_who_gave_them_alone(shop: Shop) -> None:
    filing, case, notice = penalized(shop)
    shop["desk"].ok("POST", f"/desk/complaints/{case}/notes", {"text": "a word for the desk"})
    alice, mallory = shop["alice"], shop["mallory"]
    alice.ok("POST", f"/filings/{filing}/vouchers", {"kind": "original"}, files=[("raw.dng", b"raw bytes")])
    assert alice("GET", f"/filings/{filing}/vouchers/1").data == b"raw bytes"
    assert mallory.code("GET", f"/filings/{filing}/vouchers/1") == (404, "not_found")
    assert alice.code("GET", f"/filings/{filing}/vouchers/2") == (404, "not_found")
    assert shop["desk"]("GET", f"/desk/filings/{filing}/vouchers/1").data == b"raw bytes"
    evidence = mallory.ok("POST", "/evidence", files=[("contract.pdf", b"a contract")])["id"]
    assert mallory("GET", f"/evidence/{evidence}").data == b"a contract"
    assert alice.code("GET", f"/evidence/{evidence}") == (404, "not_found")
    mallory.ok("POST", f"/notices/{notice}/appeals", {"grounds": "mine", "evidence": [evidence]})
    taken = mallory.ok("GET", "/me/export")
    assert taken["evidence"][0]["content"] == f"/v1/evidence/{evidence}"
    assert [one["id"] for one in taken["notices"]] == [notice]
    assert taken["complaints"] == []
    own = alice.ok("GET", "/me/export")
    assert own["vouchers"][0]["content"] == f"/v1/filings/{filing}/vouchers/1"
    assert (own["webhook"], own["conduct"], own["member"]["subject"]) == (None, [], "alice")
    assert own["left_out"] == taken["left_out"] == ["note"]
    assert "a word for the desk" not in f"{own} {taken}"


@pytest.mark.rule("H6")
def test_what_is_taken_out_is_written_item_by_item_and_told_like_any_other_body(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        shop.filing("alice")
    alice = shop["alice"]
    whole = alice("GET", "/me/export")
    assert whole.data == msgspec.json.encode(json.loads(whole.data))
    assert (whole.headers["ETag"], whole.headers["Content-Length"]) == (tag_of(whole.data), str(len(whole.data)))
    unchanged = alice("GET", "/me/export", **{"If-None-Match": whole.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", whole.headers["ETag"])
    monkeypatch.setattr(serving, "PIECE", 64)
    again = alice("GET", "/me/export")
    assert (again.data, again.headers["ETag"]) == (whole.data, whole.headers["ETag"])
    monkeypatch.setattr(export, "PART", 1)
    made = shop.deployment
    context = AccountContext(ApiContext(made.platform, made.settling, made.views), made.webhooks, made.stores.read_marks)
    member = made.platform.identities.by_subject("alice")
    assert member is not None
    filings, asked_before = [one["id"].encode() for one in json.loads(whole.data)["filings"]], []
    with listened_to() as questions:
        for piece in encode_gradually(export._members(context, member, "en")):
            if any(b'{"id":"%s"' % one in piece for one in filings):
                asked_before.append(len(questions))
    assert asked_before == [asked_before[0], asked_before[0] + 1, asked_before[0] + 2]  # each is read when the one before it was written


@pytest.mark.rule("H1", "H6")
def test_the_vouchers_of_a_dispute_are_listed_to_who_gave_them_alone(shop: Shop) -> None:
    shop.filing("mallory", "coat")
    shop.filing("alice")
    shop["alice"]("POST", "/folders/spring/pictures", files=[("mine.jpg", picture("coat", "alice's"))])
    (refused,) = shop["alice"].all("/refused-pictures")
    dispute = shop["alice"].ok("POST", "/filings/disputes", {"refused_picture_id": refused["id"], "statement": "mine"})["id"]
    path = f"/filings/disputes/{dispute}/vouchers"
    assert shop["alice"].ok("GET", path) == {"items": [], "next": None}
    files = [("raw-1.dng", b"raw 1"), ("raw-2.dng", b"raw 2")]
    given = shop["alice"].ok("POST", path, {"kind": "original"}, files=files)["vouchers"]
    assert shop["alice"].all(path) == given[::-1]
    assert shop["mallory"].code("GET", path) == (404, "not_found")
    assert shop["alice"].code("GET", f"/filings/disputes/{refused['id']}/vouchers") == (404, "not_found")


@pytest.mark.rule("A1", "B7")
def test_the_entrance_is_not_open_to_who_was_terminated(shop: Shop) -> None:
    filing = shop.filing("alice")
    assert shop["alice"].ok("GET", "/entrance") == {"open": True, "reasons": []}
    finding = "/desk/merchants/alice/non-original-finding"
    listed = shop["desk"].ok("POST", f"{finding}/preview", {"filing_id": filing})
    shop["desk"].ok("POST", finding, {"filing_id": filing, "digest": listed["digest"], "reasons": ["a stock photo"]})
    assert shop["alice"].ok("GET", "/entrance") == {"open": False, "reasons": ["terminated"]}
    assert shop["alice"].code("POST", "/folders/spring/pictures", files=[("b.jpg", picture("sea"))]) == (403, "terminated")
    policy = shop["root"].ok("GET", "/entrance-policy")
    shop["root"].ok("PUT", "/entrance-policy", {**policy, "categories": []})
    assert shop["alice"].ok("GET", "/entrance")["reasons"] == ["category_not_opened", "not_on_opened_list", "terminated"]
    assert shop["alice"].code("POST", "/folders/spring/pictures", files=[("b.jpg", picture("sea"))]) == (403, "entrance_closed")
    shop["root"].ok("PUT", "/entrance-policy", policy)
    now = instant(shop.clock.now())
    found = {"filing_id": filing, "reasons": ["a stock photo"], "at": now, "by": "desk", "reinstated_at": None}
    assert shop["desk"].ok("GET", "/desk/merchants/alice")["findings"][0] == found
    shop["desk"].ok("POST", "/desk/merchants/alice/reinstatement", {"reasons": ["it was hers"]})
    assert shop["alice"].ok("GET", "/entrance") == {"open": True, "reasons": []}
    assert shop["desk"].ok("GET", "/desk/merchants/alice")["findings"][0] == {**found, "reinstated_at": now}


@pytest.mark.rule("G1", "G4b")
def test_the_history_of_a_case_tells_what_each_side_was_told(shop: Shop) -> None:
    _, case, notice = penalized(shop)
    shop.go(shop.clock.now() + timedelta(days=12))
    told = shop["aud"].ok("GET", f"/audit/cases/{case}")
    kinds = [(one["kind"], one["about"]) for one in told["messages"]]
    assert ("complaint_accepted", case) in kinds
    assert {("notice_served", notice), ("appeal_reminder", notice), ("notice_final", notice)} <= set(kinds)
    log = shop["aud"]("GET", "/audit/events?limit=200").data.decode()
    assert '"type":"HistoryRead"' in log


@pytest.mark.rule("G4b", "H6")
def test_what_an_auditor_typed_stays_out_of_the_log_where_it_names_nothing(shop: Shop) -> None:
    penalized(shop)
    (listing,) = {one["listing_id"] for one in shop["aud"].ok("GET", "/audit/cases")["items"]}
    shop["aud"].ok("GET", f"/audit/cases?listing={listing}")
    for typed in ("Zhang San 138000", "Li Si"):
        shop["aud"].ok("GET", f"/audit/cases?listing={typed}")
        shop["aud"].ok("GET", f"/audit/cases?member={typed}")
        assert shop["aud"].code("GET", f"/audit/events/{typed}/proof") == (404, "not_found")
    log = shop["aud"]("GET", "/audit/events?limit=200").data.decode()
    told = [json.loads(line)["data"] for line in log.splitlines() if '"type":"HistoryRead"' in line]
    assert [one["subject"] for one in told if one["what"] == "cases"] == ["", listing, *["nobody"] * 4]
    assert "Zhang" not in log and "Li Si" not in log


@pytest.mark.rule("G4")
def test_a_checkpoint_shows_that_it_continues_an_earlier_one(shop: Shop) -> None:
    earlier = shop["aud"].ok("GET", "/audit/checkpoint")
    penalized(shop)
    now = shop["aud"].ok("GET", f"/audit/checkpoint?since={earlier['size']}")
    assert now["since"] == {"size": earlier["size"], "root": earlier["root"]}
    proof = [bytes.fromhex(node) for node in now["consistency"]]
    roots = [b64decode(one["root"]) for one in (earlier, now)]
    assert earlier["size"] < now["size"]
    assert verify_consistency(earlier["size"], now["size"], *roots, proof)
    assert not verify_consistency(earlier["size"], now["size"], *roots[::-1], proof)
    assert shop["aud"].code("GET", f"/audit/checkpoint?since={now['size'] + 99}") == (404, "not_found")
    for since in (-1, "x"):
        assert shop["aud"].code("GET", f"/audit/checkpoint?since={since}") == (422, "invalid")


@pytest.mark.rule("G4")
def test_a_proof_of_an_event_is_verified_as_it_was_answered(shop: Shop) -> None:
    penalized(shop)
    answer = shop["aud"]("GET", "/audit/events/3/proof")
    verified = verify_receipt(answer.data)
    assert (verified.index, verified.event) == (3, answer.json["reads"])
    assert verified.event is not None
    assert shop["aud"].ok("GET", f"/audit/events/{verified.event['id']}/proof")["leaf"] == answer.json["leaf"]
    for changed in ({"root": answer.json["leaf"]}, {"leaf": "00" * 32}, {"leaf": "no hash"}, {"index": 4}, {"more": 1}):
        with pytest.raises(Tampered):
            verify_receipt(json.dumps({**answer.json, **changed}))


@pytest.mark.rule("G4")
def test_an_auditor_is_told_that_the_history_is_not_the_one_that_was_signed(shop: Shop) -> None:
    penalized(shop)
    shop["aud"].ok("GET", "/audit/checkpoint")
    with closing(sqlite3.connect(f"{shop.settings.store}/evidence.sqlite")) as tree, tree:
        tree.execute("DELETE FROM evidence_leaf WHERE n = 3")
    for path in ("/audit/checkpoint", "/audit/events/3/proof"):
        problem = shop["aud"]("GET", path)
        assert (problem.status_code, problem.json["code"]) == (500, "history_altered")
        assert "event 3 (id unknown): its leaf was taken out of the tree" in problem.json["detail"]


@pytest.mark.rule("A3")
def test_a_new_version_of_the_declaration_has_to_be_signed_before_the_next_filing(shop: Shop) -> None:
    shop.filing("alice")
    effective = shop.clock.now() + timedelta(hours=1)
    document = {
        "name": "t",
        "version": "2",
        "effective_from": effective.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "declaration": {"version": "2", "text": "I declare more."},
    }
    shop["root"].ok("POST", "/rulebooks", document)
    shop.go(effective)
    alice = shop["alice"]
    assert alice.ok("GET", "/declaration")["text"] == "I declare more."
    assert alice.code("POST", "/folders/spring/pictures", files=[("b.jpg", b"scene-9|1|whole|800")]) == (403, "declaration_missing")
    assert alice.code("POST", "/declaration", {"version": "1"}) == (422, "invalid")
    assert alice.ok("POST", "/declaration", {"version": "2"})["signed_version"] == "2"
    assert alice.code("POST", "/folders/spring/pictures", files=[("b.jpg", b"scene-9|1|whole|800")]) == (201, None)


@pytest.mark.rule("F2")
def test_a_link_belongs_to_the_listing_that_the_marketplace_told_of_last(shop: Shop) -> None:
    filing, link, market = shop.filing("alice"), shop.listing("mallory", "L1"), shop["market"]
    other = {"link": link, "seller": "fred", "title": "Another"}
    market.ok("PUT", "/marketplace/listings/L2", other)
    market.ok("PUT", "/marketplace/listings/L1", {"link": link, "seller": "mallory", "title": "A coat"})
    (case,) = shop.lodge("alice", filing, link)
    assert shop["alice"].ok("GET", f"/complaints/{case}")["listing_id"] == "L1"
