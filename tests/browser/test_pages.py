"""Every page in a real browser: accessible, quiet, within its width, and usable by keys alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.console.test_console import PLACES, WHO, objects
from tests.browser.conftest import Person, Site
from tests.fakes import picture

pytestmark = pytest.mark.slow
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

LOOKS = {
    "wide and light": {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 390, "height": 844}, "locale": "en-GB", "color_scheme": "dark"},
    "narrow, light, Chinese": {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "color_scheme": "light"},
    "wide, dark, Chinese": {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", "color_scheme": "dark"},
}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def _broken(page: Any) -> list[str]:
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found.response["violations"]]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_quiet_and_within_its_width(chromium: Any, site: Site, look: str) -> None:
    singles, wrong = objects(site.scene), []
    for name in ("alice", "mallory", "desk", "aud", "root"):
        person = Person(chromium, site, name, **LOOKS[look])
        role = next((role for role, who in WHO.items() if who == name), None)
        for address in (PLACES[role] if role else []) + singles.get(name, []):
            person.open("/console" + address)
            wrong += [(address, one) for one in _broken(person.page)]
            if person.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                wrong.append((address, "wider than the window"))
        # a picture of the fakes is none that a browser could show; whatever else it says is wrong
        wrong += [(name, one) for one in person.complaints]
        person.close()
    assert not wrong


@pytest.mark.rule("H3", "C3")
def test_a_reviewer_decides_prepared_cases_by_three_keys_each(chromium: Any, site: Site) -> None:
    shop = site.shop
    filing = shop.filing("kira", "keys")
    links = [shop.listing("mallory", f"K{number}") for number in range(20)]
    cases = shop.lodge("kira", filing, *links)
    person = Person(chromium, site, "desk-3", viewport={"width": 1440, "height": 900})
    person.open("/console/desk/complaints?status=lodged&complainant=kira")
    keys = person.page.keyboard
    keys.press("n")
    for number in range(len(cases)):
        person.page.wait_for_selector("summary[data-key=a]")
        before = person.page.url
        for key in ("a" if number % 2 else "r", "1", "Enter"):
            keys.press(key)
        person.page.wait_for_url(lambda url, was=before: url != was)
    person.page.wait_for_selector("text=Nothing is left in this queue.")
    statuses = [shop["kira"].ok("GET", f"/complaints/{case}")["status"] for case in cases]
    assert sorted(set(statuses)) == ["declined", "penalized"]
    assert person.complaints == []
    person.close()


def test_a_template_with_a_placeholder_blocks_until_it_is_filled(chromium: Any, site: Site) -> None:
    shop = site.shop
    (case,) = shop.lodge("kira", shop.filing("kira", "blocks"), shop.listing("mallory", "BL1"))
    person = Person(chromium, site, "desk", viewport={"width": 1440, "height": 900})
    person.open(f"/console/desk/complaints/{case}")
    person.page.keyboard.press("a")
    person.page.keyboard.press("2")
    person.page.wait_for_function("document.querySelector('#accept-reasons').value.includes('[')")
    person.page.keyboard.press("Control+Enter")
    person.page.wait_for_selector("details[open] .unfilled:not(.hidden)")
    assert shop["desk"].ok("GET", f"/desk/complaints/{case}")["status"] == "lodged"
    person.page.fill("#accept-reasons", "The listing shows a part of the picture that was filed: the collar.")
    person.page.keyboard.press("Control+Enter")
    person.page.wait_for_selector("[role=status]")
    assert shop["desk"].ok("GET", f"/desk/complaints/{case}")["status"] == "penalized"
    person.close()


@pytest.mark.rule("B2", "B3")
def test_pictures_are_uploaded_one_by_one_with_the_reason_of_each_refusal(chromium: Any, site: Site) -> None:
    person = Person(chromium, site, "alice", viewport={"width": 1440, "height": 900})
    person.open("/console/folders/spring")
    files = [
        {"name": "good.jpg", "mimeType": "image/jpeg", "buffer": picture("uploaded", "1")},
        {"name": "small.jpg", "mimeType": "image/jpeg", "buffer": picture("too small", "1", shorter=10)},
    ]
    person.page.set_input_files("#file", files)
    person.page.click("text=File them")
    person.page.wait_for_selector(".reload:not(.hidden)")
    told = person.page.eval_on_selector_all(".uploads li span", "found => found.map(one => one.textContent)")
    assert told[0] == "filed"
    assert "pixels" in told[1]
    person.close()


def test_ctrl_k_goes_to_a_case(chromium: Any, site: Site) -> None:
    person = Person(chromium, site, "desk")
    person.page.keyboard.press("Control+k")
    person.page.fill("#finder-q", site.scene.ids["complaint"])
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(f"**/desk/complaints/{site.scene.ids['complaint']}*")
    person.close()


def test_the_reference_draws_every_kind_of_operation_and_is_quiet(chromium: Any, site: Site) -> None:
    person = Person(chromium, site, "alice", viewport={"width": 1440, "height": 900}, color_scheme="dark")
    for operation in ("read_entrance", "file_into_folder", "feed", "publish_rulebook", "decide_many", "follow_events"):
        person.open(f"/console/reference#/operations/{operation}")
        person.page.wait_for_selector(f"elements-api a[aria-current], elements-api [href$='{operation}']")
    person.page.fill("input[aria-label='Token']", site.shop.token("merchant", "alice"))
    person.open("/console/reference#/operations/read_entrance")
    person.page.click("text=Send API Request")
    person.page.wait_for_selector("text=200 OK")
    known = ("React Router", "Applying inline style")  # the library's own advice, and the one style that no digest can allow
    assert [one for one in person.complaints if not any(word in one for word in known)] == []
    person.close()
