"""Links to listings, in one form (rule C1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from application.links import LONGEST, canonical_link, pasted_links

PAGE = "https://shop.example/item/1.html"


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    "spelling",
    [
        PAGE,
        "http://shop.example/item/1.html",
        "HTTPS://Shop.EXAMPLE/item/1.html",
        "https://shop.example:443/item/1.html",
        "http://shop.example:80/item/1.html",
        "https://shop.example./item/1.html",
        "https://shop.example/item/1.html#reviews",
        "https://shop.example/item/1.html?",
        "https://shop.example/%69tem/1%2ehtml",
        "https://shop.example/shelf/../item/./1.html",
        "https://shop.example/../item/1.html",
    ],
)
def test_spellings_of_one_link_are_one(spelling: str) -> None:
    assert canonical_link(spelling) == PAGE


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example/a/b/..", "https://shop.example/a/"),
        ("https://shop.example/a/.", "https://shop.example/a/"),
        ("https://shop.example/i?b=2&a=1", "https://shop.example/i?a=1&b=2"),
        ("https://shop.example/i?a=x%20y", "https://shop.example/i?a=x+y"),
        ("https://shop.example/i?a", "https://shop.example/i?a="),
        ("https://shop.example/%e4%b8%ad", "https://shop.example/中"),
        ("https://中国.example/", "https://xn--fiqs8s.example/"),
        ("https://shop.example/a%2fb", "https://shop.example/a%2Fb"),
        ("https://[2001:DB8::1]/i", "https://[2001:db8::1]:443/i"),
    ],
)
def test_two_spellings_of_a_link_are_the_same(one: str, same: str) -> None:
    assert canonical_link(one) == canonical_link(same) is not None


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    "other",
    [
        "https://shop.example:8443/item/1.html",
        "https://shop.example/Item/1.html",
        "https://shop.example/item/1.html/",
        "https://shop.example/item//1.html",
        "https://shop.example/item%2F1.html",
        "https://shop.example/item/1.html?id=2",
        "https://www.shop.example/item/1.html",
    ],
)
def test_links_to_something_else_stay_apart(other: str) -> None:
    assert canonical_link(other) not in (None, PAGE)


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    "link",
    [
        "",
        "no link at all",
        "shop.example/item/1.html",
        "/item/1.html",
        "ftp://shop.example/item/1.html",
        "javascript:alert(1)",
        "https:///item/1.html",
        "https://user:secret@shop.example/item/1.html",
        "https://shop.example:port/",
        "https://shop.example:99999/",
        "https://[zz]/",
        "https://shop\\.example/",
        "https://" + "a" * 64 + ".example/",
        "https://shop.example/item 1.html",
        "https://shop.example/item\n1.html",
        "https://shop.example/\ud800",
        "https://shop.example/?q=\ud800",
        "https://shop.example/" + "a" * LONGEST,
    ],
)
def test_what_is_no_absolute_web_link_is_none(link: str) -> None:
    assert canonical_link(link) is None


@pytest.mark.rule("C1")
def test_a_link_may_be_as_long_as_the_limit_and_no_longer() -> None:
    longest = PAGE + "a" * (LONGEST - len(PAGE))
    assert canonical_link(longest) == longest
    assert canonical_link(longest + "a") is None


@pytest.mark.rule("C1")
@given(some.text(some.sampled_from("abAB/.%2fFeE0?&=+#:@[]~;\\中\ud800é"), max_size=25))
def test_the_one_form_of_a_link_is_its_own_one_form(rest: str) -> None:
    canonical = canonical_link("https://shop.example" + rest)
    assert canonical is None or canonical_link(canonical) == canonical


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("pasted", "fed"),
    [
        (f"  {PAGE}\n", PAGE),
        ("https://shop.example/item/\r\n1.html", PAGE),
        ("\ufeffhttps://m.shop.example../item/1.html?utm_source=chat&spm=a.b", PAGE),
        ("https://m.shop.example/item/1.html", "https://www.shop.example/item/1.html"),
        (f"{PAGE}?id=2&fbclid=xyz", f"{PAGE}?id=2"),
        (f"{PAGE}?utm_source=fed", f"{PAGE}?utm_source=fed"),
        ("https://shop.example/a b", "https://shop.example/a%20b"),
        ("https://shop.example/caf\u0065\u0301", "https://shop.example/caf\u00e9"),
    ],
)
def test_a_link_as_people_paste_it_finds_its_listing(pasted: str, fed: str) -> None:
    assert canonical_link(fed) in pasted_links(pasted)


@pytest.mark.rule("C1")
def test_itself_is_the_likeliest_and_what_is_no_link_or_other_parameters_are_left() -> None:
    assert pasted_links(f"{PAGE}?utm_source=a")[0] == f"{PAGE}?utm_source=a"
    assert pasted_links("v1.member.sealed") == pasted_links("mail me") == ()
    assert pasted_links(f"{PAGE}?from=a&x=1", ("from",)) == (f"{PAGE}?from=a&x=1", f"{PAGE}?x=1")
    assert pasted_links(PAGE) == (PAGE,)
