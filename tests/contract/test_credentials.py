"""Content credentials over HTTP and on the console: evidence of prior right for the desk alone, which decides nothing (rules H1, C5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.console import credential_words
from adapters.credentials.meaning import MEANING
from adapters.pictures import Marks, PictureMatcher, PillowInspector
from adapters.store.opening import Stores
from adapters.system.settings import Settings
from adapters.wiring.pictures import PictureServices, real_pictures
from tests.adapters.console.browser import Browser, Reader
from tests.adapters.credentials.signing import Root
from tests.adapters.pictures.drawn import saved, scene
from tests.contract.shop import Shop

pytestmark = pytest.mark.rule("H1")


def pictures(stores: Stores, settings: Settings) -> PictureServices:
    """What a deployment has, with a matcher that needs no model."""
    real, marks = real_pictures(stores, settings), Marks(None)
    inspector = PillowInspector(marks)

    def close() -> None:
        real.close()
        inspector.close()

    return PictureServices(inspector, PictureMatcher(stores.fingerprints, stores.vault, marks), close, real.credentials)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder, root = tmp_path_factory.mktemp("credentials"), Root()
    (folder / "vouched.pem").write_text(root.pem)
    opened = Shop(Settings(store=str(folder / "store"), credentials_trust=str(folder / "vouched.pem")), pictures=pictures)
    opened.root = root  # type: ignore[attr-defined]
    for name in ("alice", "bob"):
        opened[name].ok("POST", "/declaration", {"version": "1"})
        opened[name].ok("POST", "/folders", {"name": "spring"})
    yield opened
    opened.close()


def filed(shop: Shop, content: bytes, name: str = "alice") -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(shop[name]("POST", "/folders/spring/pictures", files=[("a.jpg", content)]).data)
    return answer


def told(page: Reader) -> str:
    """All that stands on a page."""
    return " ".join(page.texts)


def test_a_thief_files_first_and_the_maker_shows_who_signed_it(shop: Shop) -> None:
    photograph = saved(scene(81))
    stolen = filed(shop, photograph, "bob")["filings"][0]["id"]
    signed = shop.root.signer().sign(photograph)  # type: ignore[attr-defined]
    refused = filed(shop, signed)["refused"][0]
    assert [one["code"] for one in refused["reasons"]] == ["not_original"]
    shop["alice"].ok("POST", "/filings/disputes", {"refused_picture_id": refused["id"], "statement": "I took it"})
    (dispute,) = shop["desk"].all("/desk/disputes")
    hers, his = (shop["desk"].ok("GET", dispute[path][3:]) for path in ("credentials", "disputed_credentials"))
    assert (hers["state"], hers["signer"]["name"], hers["means"]) == ("trusted", "Lin Studio, Lin Studio Ltd", MEANING["trusted"])
    assert (his["state"], his["signer"], his["signed_at"], his["actions"]) == ("none", None, None, [])
    assert shop["desk"].ok("GET", f"/desk/filings/{stolen}")["status"] == "protected"  # a person decides
    page = Browser(shop, "desk").open(f"/console/desk/disputes/{dispute['id']}/credentials?filing_id={stolen}")
    text = told(page)
    assert [one in text for one in ("Signed and vouched for", "Lin Studio, Lin Studio Ltd", "digitalCapture", "nobody says")] == [True] * 4
    for party in ("alice", "bob", "aud"):
        assert shop[party].code("GET", dispute["credentials"][3:])[0] == 403
    shop["desk"].ok("POST", f"/desk/disputes/{dispute['id']}/decision", {"outcome": "upheld", "reasons": ["she took it"]})


@pytest.mark.rule("B2", "B5")
def test_credentials_refuse_no_filing_whatever_became_of_them_and_the_original_keeps_every_byte(shop: Shop) -> None:
    signed = Root("Unknown").signer().sign(saved(scene(82)), title="a coat")
    broken = {
        "altered": signed.replace(b"a coat", b"a hats"),
        "unreadable": Root().signer().sign(saved(scene(83))).replace(b"jumb", b"jumc", 1),
        "expired": Root().signer().sign_after_its_end(saved(scene(84))),
        "untrusted": Root().signer().sign(saved(scene(85))),
    }
    for state, content in broken.items():
        one = filed(shop, content)["filings"][0]
        said = shop["desk"].ok("GET", f"/desk/filings/{one['id']}/credentials")
        assert (said["state"], said["digest"], said["means"]) == (state, one["digest"], MEANING[state])  # type: ignore[index]
        assert shop["alice"]("GET", f"/filings/{one['id']}/picture?size=original").data == content
        for size in ("original", "scaled", "thumbnail"):
            assert b"jumb" not in shop["desk"]("GET", f"/desk/filings/{one['id']}/picture?size={size}").data


@pytest.mark.rule("C5")
def test_a_respondent_reads_nothing_of_them(shop: Shop) -> None:
    signed = Root("Alice's own root").signer("Alice Photography").sign(saved(scene(86)))
    filing = filed(shop, signed)["filings"][0]["id"]
    link = shop.listing("mallory", "L86", signed)
    complaint = shop.lodge("alice", filing, link)[0]
    shop["desk"].ok("POST", f"/desk/complaints/{complaint}/acceptance", {"reasons": ["seen"], "show_original": True})
    assert shop["desk"].ok("GET", f"/desk/complaints/{complaint}/credentials")["signer"]["name"].startswith("Alice Photography")
    page = Browser(shop, "desk").open(f"/console/desk/complaints/{complaint}/credentials?filing_id={filing}")
    assert told(page).count("Alice Photography, Alice Photography Ltd") == 2
    notice = shop.notice("mallory", link)
    heard = b"".join(shop["mallory"]("GET", f"/notices{path}").data for path in ("", f"/{notice}", f"/{notice}/picture"))
    heard += shop["mallory"]("GET", "/messages").data + shop["mallory"]("GET", "/me/export").data
    assert b"Alice Photography" not in heard and b"c2pa" not in heard
    assert shop["mallory"].code("GET", f"/desk/filings/{filing}/credentials")[0] == 403


def test_the_console_says_what_the_interface_says_in_both_languages(shop: Shop) -> None:
    with shop.app.test_request_context():
        assert {state: str(words) for state, words in credential_words.MEANS.items()} == MEANING
    assert credential_words.STATE.keys() == MEANING.keys()
