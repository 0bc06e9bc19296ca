"""Lists of two hundred, names of two hundred letters without a blank, Chinese, from right to left: nothing sticks out of a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.console.test_console import PLACES, objects
from tests.browser.conftest import Person, Site
from tests.fakes import picture

pytestmark = pytest.mark.slow

MANY = 200
LONG, CHINESE, HEBREW = "W" * 200, "原创图片认证" * 33, "תמונה" * 40
STICKS_OUT = """() => {
    const wide = document.documentElement.clientWidth + 1, found = [];
    if (document.documentElement.scrollWidth > wide) found.push("the page: " + document.documentElement.scrollWidth);
    const kept = one => { for (let up = one.parentElement; up; up = up.parentElement)
        if (up !== document.body && ["auto", "hidden", "scroll"].includes(getComputedStyle(up).overflowX)) return true; return false; };
    for (const one of document.querySelectorAll("body *")) {
        const box = one.getBoundingClientRect();
        if (box.width && (box.right > wide || box.left < -1) && !one.matches(".unseen, .unseen *, .skip") && !kept(one))
            found.push(one.outerHTML.slice(0, 100));
    }
    return found.slice(0, 3);
}"""
"""What is wider than the window, but for what scrolls or is clipped within itself."""


def crowd(site: Site) -> dict[str, list[str]]:
    """Fill everybody's lists; the pages of single things with long names, by who may see them."""
    shop, market = site.shop, site.shop["market"]
    seller, owner = "s" * 180, "o" * 180
    for subject, nickname in ((seller, HEBREW), (owner, LONG)):
        market.ok("PUT", f"/marketplace/members/{subject}", {"nickname": nickname, "categories": ["apparel"]})
    filing = shop.filing(owner, "crowded")
    names = [f"{LONG[:150]}.jpg", f"{CHINESE[:150]}.jpg", f"{HEBREW[:150]}.jpg"]
    me = shop[owner]
    for name in (LONG[:80], CHINESE[:80], HEBREW[:80]):
        me.ok("POST", "/folders", {"name": name})
    files = [(names[number % 3], picture(f"crowd {number}", "1")) for number in range(MANY)]
    for number in range(0, MANY, 50):
        me.ok("POST", f"/folders/{LONG[:80]}/pictures", files=files[number : number + 50])
    me("POST", f"/folders/{LONG[:80]}/pictures", files=[(name, b"nothing") for name in names])
    links = []
    for number in range(MANY):
        link = f"https://shop.example/item/{LONG[:150]}{number}.html"
        titled = (LONG, CHINESE, HEBREW)[number % 3]
        market.ok("PUT", f"/marketplace/listings/C{number}", {"link": link, "seller": seller, "title": titled})
        links.append(link)
    cases = []
    for number in range(0, MANY, 50):
        lodged = me.ok("POST", "/complaints", {"filing_id": filing, "links": links[number : number + 50], "statement": LONG})
        cases += [one["id"] for one in lodged["complaints"]]
    desk = shop["desk"]
    for case in cases[:60]:
        desk.ok("POST", f"/desk/complaints/{case}/acceptance", {"reasons": [LONG, CHINESE]})
    desk.ok("POST", f"/desk/complaints/{cases[0]}/notes", {"text": LONG})
    desk.ok("POST", f"/desk/filings/{filing}/voucher-request", {"what": [LONG]})
    notices = [one["id"] for one in shop[seller].all("/notices")]
    for notice in notices[:55]:
        shop[seller].ok("POST", f"/notices/{notice}/appeals", {"grounds": LONG})
    appeal = desk.ok("GET", "/desk/appeals?status=open&limit=1")["items"][0]["id"]
    return {
        owner: [*PLACES["merchant"], f"/folders/{LONG[:80]}", f"/filings/{filing}", f"/complaints/{cases[0]}"],
        seller: ["", "/notices", "/messages", f"/notices/{notices[0]}", f"/notices/{notices[-1]}"],
        "desk": [
            *PLACES["reviewer"],
            "/desk/complaints?status=penalized&status=appealed",
            f"/desk/complaints/{cases[0]}",
            f"/desk/complaints/{cases[-1]}",
            f"/desk/appeals/{appeal}",
            f"/desk/filings/{filing}",
            f"/desk/merchants/{owner}",
            f"/desk/merchants/{owner}/finding?filing_id={filing}",
            "/desk/bulk?status=lodged&" + "&".join(f"id={one}" for one in cases[60:110]),
            f"/find?q={LONG[:20]}",
            f"/desk/merchants?q={LONG}none",
        ],
        "aud": [*PLACES["auditor"], f"/audit/cases/{cases[0]}", f"/audit/cases?member={LONG}", f"/audit/log?event={LONG}", "/no/such/page"],
        "root": objects(site.scene)["root"],
    }


@pytest.fixture(scope="module")
def crowded(site: Site) -> Iterator[tuple[Site, dict[str, list[str]]]]:
    yield site, crowd(site)


@pytest.mark.parametrize("look", [{"width": 390, "height": 844}, {"width": 1440, "height": 900}], ids=["narrow", "wide"])
def test_nothing_sticks_out_of_a_page_with_long_names_and_many_rows(
    chromium: Any, crowded: tuple[Site, dict[str, list[str]]], look: dict[str, int], tmp_path: Path
) -> None:
    site, pages = crowded
    wrong = []
    for name, addresses in pages.items():
        person = Person(chromium, site, name, viewport=look, locale="zh-CN" if look["width"] < 500 else "en-GB")
        for address in addresses:
            person.open("/console" + address)
            wrong += [(name[:8], address[:60], one) for one in person.page.evaluate(STICKS_OUT)]
        person.close()
    assert not wrong
