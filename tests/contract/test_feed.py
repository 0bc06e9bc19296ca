"""What the marketplace feeds: many words in one request, which word stands, and what is offered no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.system.settings import Settings
from tests.contract.shop import Shop

PATH = "/v1/marketplace/feed"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store")))
    yield opened
    opened.close()


def headers(shop: Shop) -> dict[str, str]:
    return {"Authorization": f"Bearer {shop.token('marketplace', 'market')}", "Content-Type": "application/x-ndjson"}


def fed(shop: Shop, *words: Any, **more: str) -> list[dict[str, Any]]:
    """The answers to a feed of these words; a string is sent as it is."""
    content = "\n".join(word if isinstance(word, str) else json.dumps(word) for word in words)
    answer = shop.app.test_client().post(PATH, data=content, headers={**headers(shop), **more})
    assert (answer.status_code, answer.content_type) == (200, "application/x-ndjson"), answer.data
    return [json.loads(line) for line in answer.data.splitlines()]


def member(subject: str, nickname: str, *categories: str, **more: Any) -> dict[str, Any]:
    return {"type": "member", "id": subject, "nickname": nickname, "categories": list(categories), **more}


def listing(name: str, seller: str = "mallory", link: str | None = None, **more: Any) -> dict[str, Any]:
    link = link or f"https://shop.example/item/{name}.html"
    return {"type": "listing", "id": name, "link": link, "seller": seller, "title": "A coat", **more}


@pytest.mark.rule("F2")
def test_each_line_is_a_command_of_its_own_and_a_bad_one_stops_no_other(shop: Shop) -> None:
    words = [member("zoe", "Zoe", "apparel"), listing("F1", "zoe"), "{", '{"type": "folder"}', listing("F2", link="no link"), ""]
    words += ['"a word"', listing("F3", title="\x00"), member("zo/e", "Z"), {**listing("F4"), "colour": "red"}, listing("F1", "zoe")]
    answers = fed(shop, *words, **{"Idempotency-Key": "a feed"})
    assert [(one["line"], one["status"], one.get("code")) for one in answers] == [
        (1, 201, None),
        (2, 201, None),
        (3, 422, "malformed"),
        (4, 422, "invalid"),
        (5, 422, "invalid"),
        (7, 422, "malformed"),
        (8, 422, "invalid"),
        (9, 422, "invalid"),
        (10, 422, "invalid"),
        (11, 200, None),
    ]
    assert [one["id"] for one in answers[:2]] == ["zoe", "F1"]
    assert fed(shop, *words, **{"Idempotency-Key": "a feed"}) == answers
    assert fed(shop, listing("F9"), **{"Idempotency-Key": "a feed"})[0]["code"] == "idempotency_mismatch"
    market = shop["market"]
    assert market.ok("GET", "/marketplace/members/zoe") == {"id": "zoe", "nickname": "Zoe", "categories": ["apparel"]}
    assert market.code("GET", "/marketplace/members/nobody") == (404, "not_found")
    assert market.ok("GET", "/marketplace/listings/F1")["gone"] is False
    many = shop.app.test_client().post(PATH, data="{}\n" * 1001, headers=headers(shop))
    assert (many.status_code, json.loads(many.data)["code"]) == (422, "too_many_lines")


@pytest.mark.rule("A2", "F2")
def test_the_later_word_stands_be_it_a_tokens_or_a_feeds_and_empty_is_a_word(shop: Shop) -> None:
    old = shop.member("zoe", "Old")
    assert old.ok("GET", "/entrance")["open"] is True
    now = datetime.now(UTC)
    assert fed(shop, member("zoe", "New"))[0]["status"] == 200
    standing = {"id": "zoe", "nickname": "New", "categories": []}
    assert old.ok("GET", "/entrance")["open"] is False  # the token says apparel, and is older
    yesterday = (now - timedelta(days=1)).isoformat()
    for earlier in (member("zoe", "Older", "apparel", as_of=yesterday), member("yan", "New", as_of=yesterday)):
        fed(shop, earlier)
        assert shop["market"].ok("GET", "/marketplace/members/zoe") == standing
    assert shop["market"].ok("GET", "/marketplace/members/yan")["nickname"] is None  # it has passed to zoe since
    fed(shop, member("zoe", "Ahead", as_of=(now + timedelta(days=400)).isoformat()))
    later = shop.app.test_client().get("/v1/entrance", headers={"Authorization": f"Bearer {shop.token('merchant', 'zoe', 'Newest')}"})
    assert json.loads(later.data)["open"] is True
    assert shop["market"].ok("GET", "/marketplace/members/zoe") == {"id": "zoe", "nickname": "Newest", "categories": ["apparel"]}


@pytest.mark.rule("C1", "F2")
def test_a_listing_that_is_gone_can_be_complained_of_no_more_and_its_case_goes_on(shop: Shop) -> None:
    market, alice = shop["market"], shop["alice"]
    filing, link = shop.filing("alice"), shop.listing("mallory", "L1")
    (case,) = shop.lodge("alice", filing, link)
    assert market.code("DELETE", "/marketplace/listings/never") == (404, "not_found")
    for _ in range(2):
        assert market.code("DELETE", "/marketplace/listings/L1") == (204, None)
    assert market.ok("GET", "/marketplace/listings/L1")["gone"] is True
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", {"reasons": ["the same"]})
    (notice,) = shop["mallory"].all("/notices")
    assert notice["link"] == link
    again = {"filing_id": filing, "links": [link], "statement": "mine"}
    assert alice.code("POST", "/complaints", again) == (422, "unknown_listing")
    assert fed(shop, listing("L1", link=link, as_of="2026-01-01T00:00:00Z"))[0]["status"] == 200
    assert market.ok("GET", "/marketplace/listings/L1")["gone"] is True  # an earlier word
    assert fed(shop, listing("L1", link=link))[0]["status"] == 200
    assert market.ok("GET", "/marketplace/listings/L1")["gone"] is False
    assert alice.code("POST", "/complaints", again) == (422, "case_open")
