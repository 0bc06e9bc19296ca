"""What a page costs: at most eight questions to the database, and no more for many rows than for few."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.system.settings import Settings
from tests.adapters.console.browser import Browser
from tests.adapters.console.statements import Statements, listened_to
from tests.adapters.console.test_console import PLACES, WHO, objects
from tests.contract.scene import Scene
from tests.contract.shop import Shop
from tests.fakes import picture

MOST = 8

OVER = {"aud /shadow/report": 22}
"""Pages that ask more, and how much: a number may fall and never rise. A page that is not here keeps to MOST."""


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Statements]]:
    with listened_to() as statements:
        shop = Shop(Settings(store=str(tmp_path_factory.mktemp("costs"))))
        yield Scene(shop), statements
        shop.close()


def _questions(heard: tuple[Scene, Statements], browser: Browser, address: str) -> list[str]:
    """What the page asks where the views have caught up, as they have in a server a moment after something happened."""
    scene, statements = heard
    views = scene.shop.deployment.views
    views.caught_up(views.head(), 60)
    statements.forget()
    browser.open("/console" + address)
    assert browser.last.status_code == 200, address
    return statements.questions()


def test_no_page_asks_more_than_it_may(heard: tuple[Scene, Statements]) -> None:
    scene, found = heard[0], {}
    named = {str(one): name for name, one in scene.ids.items() if len(str(one)) == 32}
    for name, addresses in {**{who: PLACES[role] for role, who in WHO.items()}, "mallory": []}.items():
        browser = Browser(scene.shop, name)
        for address in [*addresses, *objects(scene).get(name, [])]:
            _questions(heard, browser, address)  # what is made once, is made
            asked = len(_questions(heard, browser, address))
            if asked > MOST:
                for secret, told in named.items():
                    address = address.replace(secret, told)
                found[f"{name} {address}"] = asked
    assert found == OVER


def test_a_list_asks_no_more_for_many_rows_than_for_few(heard: tuple[Scene, Statements]) -> None:
    shop = heard[0].shop
    lists = {
        "desk": ["/desk/complaints", "/desk/merchants", "/desk/disputes", "/desk/bulk"],
        "alice": ["", "/authorizations", "/complaints", "/folders", "/folders/spring", "/sightings"],
        "aud": ["/audit/cases"],
    }
    browsers = {name: Browser(shop, name) for name in lists}

    def asked() -> dict[tuple[str, str], int]:
        """The second time: what is made once, and what is sought when somebody looks, is there then."""
        each = [(name, one) for name, addresses in lists.items() for one in addresses]
        for name, one in each:
            browsers[name].open("/console" + one)
        return {(name, one): len(_questions(heard, browsers[name], one)) for name, one in each}

    few = asked()
    others = ("alice", "nora", "oscar", "paula")
    filings = [shop.filing(name, f"of {name}") for name in others]
    for number, (name, filing) in enumerate(zip(others, filings, strict=True)):
        shop.lodge(name, filing, shop.listing(f"seller-{number}", f"M{number}"))
        if name != "alice":
            shop["alice"].ok("POST", "/authorizations", {"nickname": f"{name}-nick", "filings": "all"})
            shop["alice"].ok("POST", "/folders", {"name": f"for {name}"})
            shop["carol"]("POST", "/folders/spring/pictures", files=[("theirs.jpg", picture(f"of {name}", "1"))])
            (refused, *_) = shop["carol"].all("/refused-pictures")
            dispute = shop["carol"].ok("POST", "/filings/disputes", {"refused_picture_id": refused["id"], "statement": "it is mine"})["id"]
            shop["carol"].ok("POST", f"/filings/disputes/{dispute}/vouchers", {"kind": "original"}, files=[("raw.dng", b"raw")])
    assert asked() == few
