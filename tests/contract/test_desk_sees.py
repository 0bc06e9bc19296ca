"""Staff see what they decide on, by the desk's own paths: a merchant's path answers them 403 (rules B4, B6, C3, D4, H1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.http.schemas.desk import DeskAppeal, DeskComplaint, DeskDispute, DeskFiling
from adapters.system.settings import Settings
from tests.adapters.http.documented import assert_documented
from tests.contract.shop import Shop
from tests.fakes import picture

WHY = {"reasons": ["seen"]}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store")))
    yield opened
    opened.close()


def seen(shop: Shop, path: str) -> bytes:
    """The bytes that the desk is shown."""
    answer = shop["desk"]("GET", path)
    assert answer.status_code == 200, (path, answer.data)
    return answer.data


def place(named: str) -> str:
    """A path that an answer names, as it is asked for here."""
    return named.removeprefix("/v1")


@pytest.mark.rule("B4", "C3")
def test_the_filed_picture_in_each_size(shop: Shop) -> None:
    filing, coat = shop.filing("alice", "coat"), picture("coat", "1")
    told = shop["desk"].ok("GET", f"/desk/filings/{filing}")
    assert_documented(told, DeskFiling)
    path = place(told["picture"])
    assert (path, seen(shop, f"{path}?size=original")) == (f"/desk/filings/{filing}/picture", b"scaled " + coat)
    assert seen(shop, f"{path}?size=scaled") == seen(shop, path) == b"scaled " + coat
    assert seen(shop, f"{path}?size=thumbnail") == b"thumbnail " + coat
    assert shop["desk"].code("GET", f"{path}?size=features") == (422, "invalid")
    assert shop["desk"].code("GET", f"/filings/{filing}/picture") == (403, "forbidden")
    assert shop["alice"].code("GET", path) == (403, "forbidden")


@pytest.mark.rule("C3", "C4", "F2")
def test_the_picture_of_the_listing_that_is_complained_of(shop: Shop) -> None:
    """What matched, else the first; what the notice shows, once it is served; whatever the listing shows later."""
    filing, stolen, other = shop.filing("alice", "coat"), picture("coat", "stolen"), picture("sky")
    matched, bare = shop.listing("mallory", "L1", other, stolen), shop.listing("mallory", "L2")
    unlike = shop.listing("mallory", "L3", other, picture("sea"))
    cases = dict(zip(("matched", "bare", "unlike"), shop.lodge("alice", filing, matched, bare, unlike), strict=True))
    told = shop["desk"].ok("GET", f"/desk/complaints/{cases['matched']}")
    assert_documented(told, DeskComplaint)
    assert seen(shop, place(told["picture"])) == b"scaled " + stolen
    assert seen(shop, place(told["filing_picture"])) == b"scaled " + picture("coat", "1")
    assert seen(shop, f"/desk/complaints/{cases['unlike']}/picture") == b"scaled " + other
    assert shop["desk"].code("GET", f"/desk/complaints/{cases['bare']}/picture") == (404, "not_found")
    for name, original in (("matched", False), ("unlike", True)):
        shop["desk"].ok("POST", f"/desk/complaints/{cases[name]}/acceptance", {**WHY, "show_original": original})
    notice = shop.notice("mallory", matched)
    shop["market"].ok("PUT", "/marketplace/listings/L1/pictures", files=[("new.jpg", picture("the moon"))])
    assert seen(shop, place(told["picture"])) == shop["mallory"]("GET", f"/notices/{notice}/picture").data == b"scaled " + stolen
    assert seen(shop, f"/desk/complaints/{cases['unlike']}/picture") == b"scaled " + other


@pytest.mark.rule("D4")
def test_the_evidence_of_an_appeal_and_of_no_other(shop: Shop) -> None:
    mallory = shop["mallory"]
    shop.filing("alice", "coat")
    appeals, evidence = [], []
    for key in ("L1", "L2"):
        link = shop.listing("mallory", key, picture("coat", key))
        (case,) = shop.lodge("alice", shop["alice"].all("/filings")[0]["id"], link)
        shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
        evidence.append(mallory.ok("POST", "/evidence", files=[("licence.pdf", key.encode())])["id"])
        body = {"grounds": "licensed", "evidence": evidence[-1:]}
        appeals.append(mallory.ok("POST", f"/notices/{shop.notice('mallory', link)}/appeals", body)["id"])
    told = shop["desk"].ok("GET", f"/desk/appeals/{appeals[0]}")
    assert_documented(told, DeskAppeal)
    (path,) = told["evidence_files"]
    assert (path, seen(shop, place(path))) == (f"/v1/desk/appeals/{appeals[0]}/evidence/{told['evidence'][0]}", b"L1")
    assert shop["desk"].last.content_type == "application/octet-stream"
    assert seen(shop, place(told["picture"])) == b"scaled " + picture("coat", "L1")
    assert seen(shop, place(told["filing_picture"])) == b"scaled " + picture("coat", "1")
    assert shop["desk"].code("GET", f"/desk/appeals/{appeals[0]}/evidence/{evidence[1]}") == (404, "not_found")
    assert shop["desk"].code("GET", f"/evidence/{evidence[0]}") == (403, "forbidden")
    assert mallory.code("GET", place(path)) == (403, "forbidden")
    decided = {"outcome": "rejected", **WHY}
    assert shop["desk"].ok("POST", f"/desk/appeals/{appeals[0]}/decision", decided)["evidence_files"] == [path]


@pytest.mark.rule("H1")
def test_both_pictures_and_the_vouchers_of_a_dispute(shop: Shop) -> None:
    barring, again = shop.filing("mallory", "coat"), picture("coat", "alice's")
    shop.filing("alice")
    shop["alice"]("POST", "/folders/spring/pictures", files=[("mine.jpg", again)])
    (refused,) = shop["alice"].all("/refused-pictures")
    dispute = shop["alice"].ok("POST", "/filings/disputes", {"refused_picture_id": refused["id"], "statement": "mine"})["id"]
    for number in (1, 2):
        raw = [(f"raw-{number}.dng", f"raw {number}".encode())]
        shop["alice"].ok("POST", f"/filings/disputes/{dispute}/vouchers", {"kind": "original"}, files=raw)
    (told,) = shop["desk"].all("/desk/disputes")
    assert_documented(told, DeskDispute)
    assert seen(shop, place(told["picture"])) == b"scaled " + again
    assert seen(shop, place(told["picture"]) + "?size=original") == b"scaled " + again
    assert told["disputed_picture"] == f"/v1/desk/filings/{barring}/picture"
    assert seen(shop, place(told["disputed_picture"])) == b"scaled " + picture("coat", "1")
    given = shop["desk"].all(f"/desk/disputes/{dispute}/vouchers")
    assert given == shop["alice"].all(f"/filings/disputes/{dispute}/vouchers")
    assert [(one["number"], one["name"]) for one in given] == [(2, "raw-2.dng"), (1, "raw-1.dng")]
    assert seen(shop, f"/desk/disputes/{dispute}/vouchers/2") == b"raw 2"
    assert shop["desk"].code("GET", f"/desk/disputes/{dispute}/vouchers/3") == (404, "not_found")
    decided = shop["desk"].ok("POST", f"/desk/disputes/{dispute}/decision", {"outcome": "upheld", **WHY})
    assert (decided["picture"], decided["disputed_picture"]) == (told["picture"], told["disputed_picture"])
    assert seen(shop, place(told["picture"])) == b"scaled " + again


@pytest.mark.rule("C5")
def test_a_respondent_is_named_no_path_of_the_desk(shop: Shop) -> None:
    filing, link = shop.filing("alice", "coat"), shop.listing("mallory", "L1", picture("coat", "stolen"))
    (case,) = shop.lodge("alice", filing, link)
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
    shop.go(shop.clock.now() + timedelta(days=1))
    notice = shop.notice("mallory", link)
    shop["mallory"].ok("POST", f"/notices/{notice}/appeals", {"grounds": "mine"})
    for path in (f"/notices/{notice}", f"/notices/{notice}/appeals/1"):
        assert "/desk/" not in json.dumps(shop["mallory"].ok("GET", path))
