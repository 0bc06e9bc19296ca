"""A person on request, by forms alone: a party asks, the desk finds it in its queue and decides, each in its own language (rule H8)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.system.settings import Settings
from tests.adapters.console.browser import Browser
from tests.adapters.console.test_console import _is_a_page, _untranslated
from tests.contract.shop import Shop
from tests.contract.test_lapse_reviews import Silence

pytestmark = pytest.mark.rule("H8")


@pytest.fixture(scope="module")
def silence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Silence]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("console"))))
    yield Silence(shop, "owner")
    shop.close()


def read(silence: Silence, who: str, address: str) -> list[str]:
    """What stands on a page that is whole in both languages."""
    shown: list[str] = []
    for language in ("zh", "en"):
        browser = Browser(silence.shop, who, "zh-CN,zh;q=0.9" if language == "zh" else "en-GB")
        page = browser.open(address)
        assert browser.last.status_code == 200, address
        _is_a_page(page, address, language)
        assert language == "en" or not _untranslated(page), _untranslated(page)
        shown = page.texts
    return shown


@pytest.mark.rule("C5")
def test_a_party_asks_on_its_page_and_the_desk_decides_in_the_case(silence: Silence) -> None:
    case, link, _ = silence.lodged()
    page, desk = f"/console/complaints/{case}", f"/console/desk/complaints/{case}"
    alice, reviewer = Browser(silence.shop, "alice"), Browser(silence.shop, "desk")
    assert "A person on request" not in alice.open(page).texts
    silence.later()
    assert "Ask for a person to look at it" in read(silence, "alice", page)
    assert alice.send(f"{page}/review", {"review": " "}, on=page).status_code == 422
    assert "Nothing waits here." in read(silence, "desk", "/console/desk/reviews")
    asked = alice.send(f"{page}/review", {"review": "Nobody looked at the licence."}, on=page)
    assert asked.headers["Location"].endswith("?done=review_asked")
    shown = read(silence, "alice", page)
    assert "Nobody looked at the licence." in shown and "Ask for a person to look at it" not in shown
    (waits,) = silence.shop["desk"].all("/desk/reviews")
    assert link in read(silence, "desk", "/console/desk/reviews")
    assert "Asked for a person" in read(silence, "desk", "/console")
    assert {"Nobody looked at the licence.", "Uphold the request"} <= set(read(silence, "desk", desk))
    action = f"/console/desk/reviews/{waits['id']}/decision"
    upheld, rejected = (fields for found, fields in reviewer.open(desk).forms if found.get("action") == action)
    decided = reviewer.client.post(action, data={**upheld, "reasons": "the licence is another's"})
    assert decided.headers["Location"].endswith(f"{desk}?done=decided")
    again = reviewer.client.post(action, data={**rejected, "reasons": "no"})
    assert again.status_code == 409
    assert "the licence is another's" in read(silence, "alice", page)
    notice = f"/console/notices/{silence.shop.notice('mallory', link)}"
    assert not {"A person on request", "Nobody looked at the licence."} & set(read(silence, "mallory", notice))


def test_a_respondent_asks_beside_its_notice(tmp_path_factory: pytest.TempPathFactory) -> None:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("seller"))))
    try:
        silence = Silence(shop, "seller")
        _, link, _ = silence.lodged()
        silence.later()
        page = f"/console/notices/{shop.notice('mallory', link)}"
        mallory = Browser(shop, "mallory")
        assert mallory.send(f"{page}/review", {"review": ""}, on=page).status_code == 422
        asked = mallory.send(f"{page}/review", {"review": "It is my own picture."}, on=page)
        assert asked.headers["Location"].endswith("?done=review_asked")
        assert "It is my own picture." in read(silence, "mallory", page)
    finally:
        shop.close()
