"""What people look for on the console and have to find there: findings, the newest message, values in words, plurals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from adapters.console.blueprint import HERE
from adapters.console.pages import front
from adapters.console.rule_words import ALWAYS, rule_value
from adapters.system.settings import Settings
from tests.adapters.console.browser import Browser
from tests.contract.scene import Scene
from tests.contract.shop import Shop
from tests.fakes import picture


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("looked-at"))))
    yield Scene(shop)
    shop.close()


WORDS: list[tuple[Any, str, str]] = [
    (None, "not there", "无"),
    (True, "yes", "是"),
    ("escalate", "escalate to the desk", "升级至审核台"),
    ({"days": 1, "count": "working", "from": "notice", "roll": None}, "1 working day, from the notice", "1 个工作日, 自通知起"),
    ({"days": 5, "count": "calendar", "from_days": 3, "not_before": True}, "3–5 calendar days, not before", "3–5 个自然日, 不得提前"),
    ({"days": 2, "count": "months", "roll": "next_working_day"}, "2 months, moved to the next working day", "2 个月, 顺延至下一个工作日"),
    ([{"days": 24, "count": "hours"}, "png"], "24 hours; png", "24 小时; png"),
    ([], "none", "无"),
    (ALWAYS, "always", "始终"),
    ({"warn_at": 3}, '{"warn_at": 3}', '{"warn_at": 3}'),
    (700, "700", "700"),
]


@pytest.mark.rule("G5", "G6")
def test_values_of_a_rulebook_are_told_in_words() -> None:
    app = Flask("words")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(HERE / "translations")
    Babel(app)
    for language, place in (("en", 1), ("zh", 2)):
        with app.test_request_context(), force_locale(language):
            assert [rule_value(one[0]) for one in WORDS] == [one[place] for one in WORDS]


@pytest.mark.rule("B7")
def test_a_finding_stands_on_the_merchants_page_and_its_final_cases_are_listed_before(scene: Scene) -> None:
    shop, desk = scene.shop, Browser(scene.shop, "desk")
    filing = shop.filing("quinn", "stock")
    (final,) = shop.lodge("quinn", filing, shop.listing("mallory", "Q1"))
    shop["desk"].ok("POST", f"/desk/complaints/{final}/acceptance", {"reasons": ["the same"]})
    shop.go("2026-03-20 09:00")
    before = desk.open(f"/console/desk/merchants/quinn/finding?filing_id={filing}")
    assert {"Final cases, listed for you", final} <= set(before.texts)
    assert "None." in desk.open("/console/desk/merchants/quinn").texts
    action = "/console/desk/merchants/quinn/finding"
    found = desk.send(action, {"reasons": "bought at an agency"}, on=f"{action}?filing_id={filing}")
    assert found.headers["Location"].endswith("?done=found")
    page = desk.open("/console/desk/merchants/quinn")
    assert {"Findings", "bought at an agency", "Terminated"} <= set(page.texts)
    desk.send("/console/desk/merchants/quinn/reinstatement", {"reasons": "it was theirs"}, on="/console/desk/merchants/quinn")
    page = desk.open("/console/desk/merchants/quinn")
    assert any(text.startswith("Reinstated") for text in page.texts)


@pytest.mark.rule("H6")
def test_the_newest_messages_come_first_and_older_ones_behind_them(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, alice = scene.shop, Browser(scene.shop, "alice")
    told = shop["alice"].all("/messages")
    read, after = [], ""
    while True:
        part = shop["alice"].ok("GET", f"/messages?newest=true&limit=3{after}")
        if not part["items"]:
            break
        read, after = read + part["items"], f"&after={part['next']}"
    assert [one["id"] for one in read] == [one["id"] for one in told[::-1]]
    monkeypatch.setattr(front, "SOME_MESSAGES", 2)
    first = alice.open("/console/messages")
    assert "Older ones" in first.texts and "The newest" not in first.texts
    older = next(link for link in first.links() if link.startswith("?after="))
    second = alice.open(f"/console/messages{older}")
    assert "The newest" in second.texts
    assert not [form for form, _ in second.forms if form.get("action") == "/console/messages/read"]  # or newer ones were read unseen
    assert [[tag for tag, _ in page.tags].count("article") for page in (first, second)] == [2, 2]


@pytest.mark.rule("E1", "B6")
def test_a_message_tells_its_instants_as_days_and_leads_to_what_it_is_about(scene: Scene) -> None:
    shop = scene.shop
    filing = shop.filing("rosa", "asked for")
    shop["desk"].ok("POST", f"/desk/filings/{filing}/voucher-request", {"what": ["the original file"]})
    for language, words in (("en", "24:00"), ("zh", "24:00")):
        page = Browser(shop, "rosa", language).open("/console/messages")
        assert any(words in text for text in page.texts)
        assert not any(text.endswith(":00Z") for text in page.texts)
        assert f"/console/filings/{filing}" in page.links()


@pytest.mark.rule("H3")
def test_the_desk_finds_a_case_by_its_link_and_a_member_by_how_its_name_begins(scene: Scene) -> None:
    shop, desk = scene.shop, Browser(scene.shop, "desk")
    link = shop.listing("mallory", "F1")
    (case,) = shop.lodge("alice", scene.ids["filing"], link)
    assert [one["id"] for one in shop["desk"].all(f"/desk/complaints?listing={link}%23top")] == [case]
    assert [one["id"] for one in shop["desk"].all("/desk/complaints?listing=F1")] == [case]
    assert shop["desk"].all("/desk/complaints?listing=none") == []
    assert f"/console/desk/complaints/{case}" in desk.open(f"/console/find?q={link}").links()
    assert desk.client.get(f"/console/find?q={link}&go=yes").headers["Location"] == f"/console/desk/complaints/{case}"
    shop["market"].ok("PUT", "/marketplace/members/mall-2", {"nickname": "malíček", "categories": []})
    for name, subjects in (("mal", {"mallory", "mall-2"}), ("malí", {"mall-2"}), ("mallory", {"mallory"}), ("MAL", set()), ("%", set())):
        assert {one["id"] for one in shop["desk"].all(f"/desk/merchants?q={name}")} == subjects
    assert "/console/desk/merchants/mall-2" in desk.open("/console/find?q=malí").links()
    nothing = desk.open("/console/find?q=nowhere&go=yes")
    assert "Nothing that you may see is called so." in nothing.texts
    assert f"/console/audit/cases/{case}" in Browser(shop, "aud").open(f"/console/find?q={case}").links()


@pytest.mark.rule("C2", "D4")
def test_a_complainant_reads_the_listings_title_and_by_when_an_appeal_is_decided(scene: Scene) -> None:
    shop, alice = scene.shop, Browser(scene.shop, "alice")
    case = next(one for one in shop["alice"].all("/complaints") if one["status"] == "appealed")
    read = shop["alice"].ok("GET", f"/complaints/{case['id']}")
    assert (read["title"], read["decide_by"]) == (case["title"], case["decide_by"])
    assert read["title"] and read["decide_by"]
    page = alice.open(f"/console/complaints/{case['id']}")
    assert read["title"] in page.texts
    assert any(text.startswith("The platform decides the appeal by") for text in page.texts)


def test_one_is_one_and_the_mark_is_at_the_usual_address(scene: Scene) -> None:
    shop = scene.shop
    shop.filing("sven", "only")
    page = Browser(shop, "sven").open("/console/folders")
    assert "1 picture" in page.texts
    mark = shop.app.test_client().get("/favicon.ico")
    assert (mark.status_code, mark.mimetype) == (200, "image/svg+xml")


@pytest.mark.rule("B2", "H3")
def test_a_refusal_names_a_limit_only_where_there_is_one_and_a_filing_is_taken_back_not_withdrawn(scene: Scene) -> None:
    shop = scene.shop
    filing = shop.filing("tove", "taken back")
    shop["tove"]("POST", "/folders/spring/pictures", files=[("broken.jpg", b"nothing"), ("small.jpg", picture("s", "1", shorter=10))])
    shop["tove"].ok("DELETE", f"/filings/{filing}")
    for language, withdrawn, limit in (("en", "Taken back", "limit "), ("zh", "已撤回", "限值 ")):
        browser = Browser(shop, "tove", language)
        refused = browser.open("/console/refused-pictures").texts
        assert any(limit + "700" in text for text in refused)
        assert not any("not a picture" in text for text in refused)
        assert {withdrawn} <= set(browser.open(f"/console/filings/{filing}").texts)
    shop["market"].ok("PUT", "/marketplace/members/desk", {"nickname": "of the desk", "categories": ["apparel"]})
    own = shop.lodge("tove", shop.filing("tove", "another"), shop.listing("desk", "T1"))[0]
    page = Browser(shop, "desk").open(f"/console/desk/complaints/{own}")
    assert any("you are a party to it yourself" in text for text in page.texts)
