"""A text of exactly its limit is taken, and one character more is refused by name (rules C1, C6, H5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.system.settings import Settings
from application.links import LONGEST
from domain.rulebook import BUILT_IN
from tests.contract.shop import Shop

CHARACTERS = BUILT_IN.limits.text_characters


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path_factory.mktemp("limits"))))
    yield opened
    opened.close()


@pytest.mark.rule("C1")
def test_a_link_of_exactly_the_limit_is_complained_of_and_a_longer_one_is_malformed(shop: Shop) -> None:
    filing = shop.filing("alice")
    longest = shop.listing("mallory", "L1").ljust(LONGEST, "l")
    longer = longest + "l"
    shop["market"].ok("PUT", "/marketplace/listings/L1", {"link": longest, "seller": "mallory", "title": "A coat"})
    told = shop["alice"].ok("POST", "/complaints", {"filing_id": filing, "links": [longer, longest], "statement": "mine"})
    assert [one["link"] for one in told["complaints"]] == [longest]
    assert [(one["link"], one["reasons"][0]["code"]) for one in told["refused"]] == [(longer, "malformed_link")]


@pytest.mark.rule("C6", "H5")
def test_a_reason_of_exactly_the_limit_withdraws_and_a_longer_one_is_refused(shop: Shop) -> None:
    filing, link = shop.filing("bob"), shop.listing("mallory", "W1")
    (case,) = shop.lodge("bob", filing, link)
    reason = "é" * CHARACTERS
    path = f"/complaints/{case}/withdrawal"
    assert shop["bob"].code("POST", path, {"reason": reason + "!"}) == (422, "text_too_long")
    assert shop["bob"].ok("GET", f"/complaints/{case}")["status"] == "lodged"
    assert shop["bob"].code("POST", path, {"reason": reason}) == (200, None)
    assert shop["bob"].ok("GET", f"/complaints/{case}")["status"] == "withdrawn"
