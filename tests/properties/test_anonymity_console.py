"""The console tells a respondent no more than the interface does (rule C5): every page and fragment that it can come to, in two worlds
that differ only in the complainants, and without a word of theirs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from adapters.system.settings import Settings
from tests.adapters.console.browser import Browser
from tests.adapters.console.test_console import PLACES
from tests.contract.played import Played, difference, numbered, somebody, story
from tests.contract.shop import Shop
from tests.properties.test_anonymity import RICH

pytestmark = pytest.mark.slow
MOST = 120
"""Pages that are walked through at most."""
OF_THE_MOMENT = re.compile(rb'(name="(?:form_token|key)" value=")[^"]*')
TITLE = re.compile(rb"(<title>[^<]* )([0-9a-f]{8})\b")
"""A page of one thing is titled by the first digits of its id, which its address has whole."""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    shops = tuple(Shop(Settings(store=str(tmp_path_factory.mktemp("world")))) for _ in range(2))
    yield shops[0], shops[1]
    for shop in shops:
        shop.close()


def _walked(shop: Shop, subject: str) -> list[bytes]:
    """Every page that links lead a respondent to, from its places on, each as a page and as htmx asks for it, and its pictures."""
    browser = Browser(shop, subject)
    waiting, seen, heard = [f"/console{place}" for place in PLACES["merchant"]], set[str](), list[bytes]()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        page = browser.open(address)
        pictures = [str(found["src"]) for tag, found in page.tags if tag == "img" and str(found.get("src", "")).startswith("/console")]
        part = browser.client.get(address, headers={"HX-Request": "true"})
        for answer in (browser.last.data, part.data):
            assert all(digits.decode() in address for _, digits in TITLE.findall(answer))
            heard.append(TITLE.sub(rb"\1", OF_THE_MOMENT.sub(rb"\1", answer)))
        heard += [browser.client.get(picture).data for picture in pictures]
        waiting += page.links()
    assert any(address.startswith("/console/notices/") for address in seen)
    return heard


@pytest.mark.rule("C5")
@pytest.mark.parametrize("seed", RICH[:2])
def test_no_page_tells_a_respondent_who_complained(two: tuple[Shop, Shop], seed: int) -> None:
    chance = random.Random(seed)
    worlds = []
    for shop in two:
        played = Played(shop, story(seed), [somebody(chance) for _ in story(seed).shows], f"c{seed}")
        played.play()
        heard = _walked(shop, played.respondent.subject)
        needles = [secret.encode().lower() for secret in played.secrets]
        assert [needle for answer in heard for needle in needles if needle in answer.lower()] == []
        worlds.append(numbered([answer.replace(b"certificate-", b"certificate ") for answer in heard]))  # so that the id stands alone
    assert len(worlds[0]) > 40
    assert difference(*worlds) is None
