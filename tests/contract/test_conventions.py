"""What holds for every operation: conditions, tags, methods, cursors; and that nothing personal is written where it has no place."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from adapters.http.logs import JsonLines
from adapters.system.settings import Settings
from tests.contract.shop import Shop
from tests.fakes import picture

WHY = {"reasons": ["seen"]}
STALE = {"If-Match": '"00000000000000000000000000000000"'}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path_factory.mktemp("conventions"))))
    yield opened
    opened.close()


def case_of(shop: Shop, name: str) -> tuple[str, str, str]:
    filing, link = shop.filing("alice"), shop.listing("mallory", name)
    return filing, link, shop.lodge("alice", filing, link)[0]


def current(shop: Shop, who: str, path: str) -> dict[str, str]:
    shop[who].ok("GET", path)
    return {"If-Match": str(shop[who].last.headers["ETag"])}


def test_a_command_takes_if_match(shop: Shop) -> None:
    """Stale is 412 and does nothing; as it was read, it is done; the answer's tag is that of the object as it is now."""
    filing, link, case = case_of(shop, "if-match")
    desk, mallory = f"/desk/complaints/{case}", shop["mallory"]

    def commanded(who: str, method: str, path: str, read: str, body: object = None) -> None:
        before = shop[who].ok("GET", read)
        assert shop[who].code(method, path, body, **STALE) == (412, "precondition_failed"), path
        weak = {"If-Match": "W/" + current(shop, who, read)["If-Match"]}
        assert shop[who].code(method, path, body, **weak) == (412, "precondition_failed"), path
        assert shop[who].ok("GET", read) == before
        shop[who].ok(method, path, body, **current(shop, who, read))
        if path.startswith(read) and read.startswith(("/desk/complaints", "/desk/appeals", "/complaints")) and method == "POST":
            assert shop[who].last.headers["ETag"] == current(shop, who, read)["If-Match"], path

    commanded("desk", "POST", f"{desk}/claim", desk)
    commanded("desk", "DELETE", f"{desk}/claim", desk)
    commanded("desk", "POST", f"{desk}/acceptance", desk, WHY)
    notice = f"/notices/{shop.notice('mallory', link)}"
    commanded("mallory", "POST", f"{notice}/appeals", notice, {"grounds": "mine"})
    appeal = f"/desk/appeals/{mallory.ok('GET', f'{notice}/appeals/1')['id']}"
    commanded("desk", "POST", f"{appeal}/special", appeal, {"reason": "a court decides"})
    commanded("desk", "POST", f"{appeal}/decision", appeal, {"outcome": "rejected", **WHY})
    commanded("alice", "POST", f"/complaints/{case}/withdrawal", f"/complaints/{case}", {})
    commanded("desk", "POST", f"/desk/filings/{filing}/voucher-request", f"/desk/filings/{filing}", {"what": ["the set"]})
    commanded("alice", "DELETE", f"/filings/{filing}", f"/filings/{filing}")
    fed = {"link": link, "seller": "mallory", "title": "Another title"}
    commanded("market", "PUT", "/marketplace/listings/if-match", "/marketplace/listings/if-match", fed)
    assert shop["market"].code("PUT", "/marketplace/listings/if-match-new", fed, **STALE) == (412, "precondition_failed")
    policy = shop["root"].ok("GET", "/entrance-policy")
    commanded("root", "PUT", "/entrance-policy", "/entrance-policy", {**policy, "categories": ["apparel", "shoes"]})
    other = case_of(shop, "if-match-2")[2]
    shop["alice"].ok(
        "POST", f"/complaints/{other}/withdrawal", {}, **{"If-Match": f'"x", {current(shop, "alice", f"/complaints/{other}")["If-Match"]}'}
    )
    third = case_of(shop, "if-match-3")[2]
    shop["alice"].ok("POST", f"/complaints/{third}/withdrawal", {}, **{"If-Match": "*"})


def test_head_and_options(shop: Shop) -> None:
    alice = shop["alice"]
    case = case_of(shop, "head")[2]
    for path in (*shop.readable_by("merchant"), f"/complaints/{case}"):
        read, head = alice("GET", path), alice("HEAD", path)
        assert head.data == b""
        assert head.status_code == read.status_code, path
        assert set(head.headers.keys()) == set(read.headers.keys()), path
        if path != "/me/export":
            assert head.headers.get("ETag") == read.headers.get("ETag"), path
        options = alice("OPTIONS", path)
        assert (options.status_code, options.data) == (204, b"")
        assert {"GET", "HEAD", "OPTIONS"} <= {one.strip() for one in options.headers["Allow"].split(",")}
    wrong = alice("PATCH", f"/complaints/{case}", {})
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert json.loads(wrong.data)["code"] == "method_not_allowed"


def test_an_unchanged_object_is_304(shop: Shop) -> None:
    alice, case = shop["alice"], case_of(shop, "unchanged")[2]
    alice.ok("GET", f"/complaints/{case}")
    seen = {"If-None-Match": str(alice.last.headers["ETag"])}
    assert alice("GET", f"/complaints/{case}", **seen).status_code == 304
    assert alice.last.data == b""
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
    assert alice("GET", f"/complaints/{case}", **seen).status_code == 200


def test_cursors_walk_over_everything_once_and_belong_to_their_list_and_reader(shop: Shop) -> None:
    alice = shop["alice"]
    for number in range(5):
        case_of(shop, f"cursor-{number}")
    whole = alice.all("/complaints")
    walked, cursor, cursors = [], "", []
    while cursor is not None:
        page = alice.ok("GET", "/complaints?limit=2" + (f"&after={cursor}" if cursor else ""))
        assert page["next"] is None or len(page["items"]) == 2
        walked, cursor = walked + page["items"], page["next"]
        cursors.append(cursor)
        if len(cursors) == 2:
            case_of(shop, "cursor-meanwhile")  # newer than where the reader is: it does not shift what is to come
    assert walked == whole
    assert len({len(one) for one in cursors if one}) == 1
    for who, path in (("alice", "/filings"), ("bob", "/complaints"), ("alice", "/messages"), ("desk", "/desk/complaints")):
        assert shop[who].code("GET", f"{path}?after={cursors[0]}") == (422, "invalid"), path
    for wrong in ("after=x", "after=", "limit=0", "limit=201", "limit=x", "limit=1&limit=2", "nonsense=1"):
        assert alice.code("GET", f"/complaints?{wrong}") == (422, "invalid"), wrong


def test_a_feed_goes_on_where_it_ended(shop: Shop) -> None:
    market = shop["market"]
    end = market.ok("GET", "/marketplace/penalties?limit=200")["next"]
    while (page := market.ok("GET", f"/marketplace/penalties?limit=200&after={end}"))["items"]:
        end = page["next"]
    assert page["next"] is not None
    case = case_of(shop, "feed")[2]
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
    shop["alice"].ok("POST", f"/complaints/{case}/withdrawal", {})
    items = market.ok("GET", f"/marketplace/penalties?after={end}")["items"]
    assert [(one["listing_id"], one["action"]) for one in items] == [("feed", "take_down"), ("feed", "restore")]


WORDS = ("ophelia", "o-nickname", "o-secret-folder", "o-file-name", "o-statement", "laertes", "l-nickname", "l-grounds", "o-evidence")


def test_nothing_personal_is_in_the_log_the_request_log_or_the_metrics(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Members are in events by opaque ids; free texts are sealed; requests are logged by operation and status (rules T1, H6)."""
    caplog.set_level(logging.DEBUG)
    owner, seller = shop.member("ophelia", "o-nickname"), shop.member("laertes", "l-nickname")
    owner.ok("POST", "/declaration", {"version": "1"})
    owner.ok("POST", "/folders", {"name": "o-secret-folder"})
    made = owner.ok("POST", "/folders/o-secret-folder/pictures", files=[("o-file-name.jpg", picture("ophelia's"))])
    owner("POST", "/folders/o-secret-folder/pictures", files=[("o-file-name.gif", b"o-file-name")])
    filing = made["filings"][0]["id"]
    owner.ok("POST", f"/filings/{filing}/vouchers", {"kind": "other"}, files=[("o-file-name.pdf", b"o-statement")])
    link = shop.listing("laertes", "personal")
    case = owner.ok("POST", "/complaints", {"filing_id": filing, "links": [link], "statement": "o-statement"})["complaints"][0]["id"]
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
    evidence = seller.ok("POST", "/evidence", files=[("o-evidence.pdf", b"o-evidence")])["id"]
    notice = seller.all("/notices")[0]["id"]
    seller.ok("POST", f"/notices/{notice}/appeals", {"grounds": "l-grounds", "evidence": [evidence]})
    shop["alice"].ok("GET", "/messages")
    owner.ok("POST", "/authorizations", {"nickname": "alice-nick", "filings": "all"})
    owner.code("POST", "/complaints", {"filing_id": filing, "links": [link], "statement": "o-statement"})
    owner.code("POST", f"/complaints/{case}/withdrawal", {"reason": "o-statement"})
    for who in ("ophelia", "laertes", "somebody-unknown"):
        shop["aud"].ok("GET", f"/audit/cases?member={who}")
    shop["aud"].ok("GET", f"/audit/cases/{case}")
    shop["root"].ok("PUT", "/entrance-policy", {"open_to_all": True, "categories": [], "members": ["ophelia"], "match": "any"})
    owner.ok("GET", "/me/export")

    kept = b"\n".join(row.state for row in shop.deployment.stores.store.read_raw(0, 100_000))
    logged = "\n".join(JsonLines().format(record) for record in caplog.records)
    metrics = shop.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {shop.token('admin', 'root')}"}).data.decode()
    assert len(caplog.records) > 15
    for word in (*WORDS, "somebody-unknown"):
        assert word.encode() not in kept.replace(b"https://shop.example/item/personal.html", b""), word
        assert word not in logged, word
        assert word not in metrics, word
    for known in (filing, case, notice):
        assert known not in logged
        assert known not in metrics


def test_the_audit_finds_cases_by_either_name_of_a_member(shop: Shop) -> None:
    case = case_of(shop, "either")[2]
    found = shop["aud"].ok("GET", "/audit/cases?member=alice&limit=200")["items"]
    opaque = next(one["complainant"] for one in found if one["id"] == case)
    assert shop["aud"].ok("GET", f"/audit/cases?member={opaque}&limit=200")["items"] == found
    read = [one.event for one in shop.deployment.stores.store.last(1)] if hasattr(shop.deployment.stores.store, "last") else []
    assert getattr(read[-1], "subject", opaque) == opaque


@pytest.mark.rule("G1", "G4b")
def test_the_log_is_followed_as_cloud_events(shop: Shop) -> None:
    """From the first event on, whatever rules and calendar it was recorded under; the reading of it comes after it."""
    case_of(shop, "followed")
    auditor, seen, after = shop["aud"], list[dict[str, object]](), ""
    while True:
        lines = auditor("GET", f"/audit/events?limit=50{after}").data.splitlines()
        seen += [json.loads(line) for line in lines]
        if len(lines) < 50:
            break
        after = f"&after={seen[-1]['id']}"
    assert {one["specversion"] for one in seen} == {"1.0"}
    assert len({one["id"] for one in seen}) == len(seen)
    lodged = next(one for one in reversed(seen) if one["type"] == "ComplaintLodged")
    assert lodged["data"]["rules"]["name"] == "original-protection"  # type: ignore[index]
    assert lodged["data"]["calendar"]["name"] == "CN"  # type: ignore[index]
    more = [json.loads(line) for line in auditor("GET", f"/audit/events?after={seen[-1]['id']}").data.splitlines()]
    assert [one["type"] for one in more] == ["HistoryRead"]
    assert auditor.code("GET", "/audit/events?after=nonsense") == (422, "invalid")
