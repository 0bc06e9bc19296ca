"""The console as people meet it without scripts: who comes in, who sees what, what forms do, in both languages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from babel.messages.pofile import read_po
from PIL import Image
from werkzeug.test import EnvironBuilder

from adapters.console.blueprint import HERE
from adapters.console.guard import COOKIE
from adapters.console.interface import Interface
from adapters.console.pages import PARTS
from adapters.console.sessions import IDLE, Sessions
from adapters.http.endpoint import JSON_BYTES
from adapters.identity.tokens import Caller
from adapters.pictures.grounds import kept_warnings
from adapters.system.settings import Settings
from adapters.wiring.deployment import beside
from projections.dialect import in_turn
from tests.adapters.console.browser import Browser, Reader
from tests.adapters.http.house import NOTES, House
from tests.contract.scene import Scene
from tests.contract.shop import Shop
from tests.fakes import picture

PLACES = {
    "merchant": [
        *("", "/folders", "/folders/spring", "/refused-pictures", "/sightings", "/complaints", "/complaints/new", "/authorizations"),
        *("/notices", "/messages", "/declaration", "/deadlines", "/find"),
    ],
    "reviewer": [
        "",
        "/desk/complaints",
        "/desk/appeals",
        "/desk/reviews",
        "/desk/vouchers",
        "/desk/disputes",
        "/desk/merchants",
        "/desk/bulk",
        "/desk/unseen-pictures",
    ],
    "auditor": [
        "",
        "/audit/cases",
        "/audit/log",
        "/rules",
        "/rules/draft",
        "/rules/difference",
        "/replays",
        "/figures?from=2026-03-01&to=2026-04-01",
        "/shadow",
        "/shadow/report",
        "/deadlines",
    ],
    "admin": ["", "/rules"],
}
WHO = {"merchant": "alice", "reviewer": "desk", "auditor": "aud", "admin": "root"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("console"))))
    yield Scene(shop)
    shop.close()


def _filled(rule: str) -> str:
    """The address of a page about nothing that there is."""
    return re.sub(r"<[^>]+>", "x", re.sub(r"<int:[^>]+>", "1", rule))


def objects(scene: Scene) -> dict[str, list[str]]:
    """The pages of single things, by who may see them."""
    ids = scene.ids
    return {
        "alice": [f"/filings/{ids['filing']}", f"/complaints/{ids['complaint']}", f"/complaints/{ids['bodied']}"],
        "mallory": ["", "/notices", "/messages", f"/notices/{ids['notice']}"],
        "desk": [
            f"/desk/complaints/{ids['complaint']}",
            f"/desk/complaints/{ids['waiting']}",
            f"/desk/complaints/{ids['bodied']}",
            f"/desk/appeals/{ids['appeal']}",
            f"/desk/filings/{ids['filing']}",
            f"/desk/filings/{ids['filing']}/credentials",
            f"/desk/complaints/{ids['complaint']}/credentials?filing_id={ids['filing']}",
            f"/desk/complaints/{ids['complaint']}/credentials",
            f"/desk/disputes/{ids['dispute']}/credentials?filing_id={ids['filing']}",
            f"/desk/merchants/carol/finding?filing_id={ids['carols']}",
            f"/desk/bulk?status=lodged&id={ids['waiting']}",
        ],
        "root": ["/figures", "/shadow", "/replays", f"/replays/{ids['replay']}", f"/audit/cases/{ids['complaint']}"],
        "aud": [
            f"/replays/{ids['replay']}",
            f"/replays/{ids['replay']}/cases",
            f"/audit/cases/{ids['complaint']}",
            f"/audit/cases/{ids['complaint']}?as_of=2026-03-02T01:00:00Z",
            "/audit/log?event=0",
        ],
    }


@pytest.mark.rule("A2")
def test_nobody_comes_in_without_signing_in_and_afterwards_goes_where_he_wanted(scene: Scene) -> None:
    client = scene.shop.app.test_client()
    away = client.get("/console/desk/complaints?status=lodged")
    assert (away.status_code, away.headers["Location"]) == (303, "/console/sign-in?next=/console/desk/complaints%3Fstatus%3Dlodged")
    wrong = client.post("/console/sign-in", data={"token": "a.b.c"})
    assert wrong.status_code == 422
    token = scene.shop.token("reviewer", "desk")
    signed = client.post("/console/sign-in", data={"token": token, "next": "/console/desk/appeals"})
    assert signed.headers["Location"] == "/console/desk/appeals"
    cookie = signed.headers["Set-Cookie"]
    assert cookie.startswith("__Host-originals=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    for elsewhere in ("https://evil.example/", "//evil.example", "/console\\evil", "/consoles"):
        assert client.post("/console/sign-in", data={"token": token, "next": elsewhere}).headers["Location"] == "/console"


@pytest.mark.rule("A2")
def test_another_role_sees_none_of_it(scene: Scene) -> None:
    own = {role: Browser(scene.shop, name) for role, name in WHO.items()}
    for part in PARTS:
        for declared in part.PAGES.declared:
            address = "/console" + _filled(declared.rule)
            for role, browser in own.items():
                if declared.roles and role not in declared.roles:
                    answer = browser.client.open(address, method=declared.methods[0])
                    assert answer.status_code == 403, (address, role)
            nobody = scene.shop.app.test_client().open(address, method=declared.methods[0])
            assert (nobody.status_code, nobody.headers["Location"].split("?")[0]) == (303, "/console/sign-in")


@pytest.mark.rule("A2", "C5")
def test_what_is_somebody_elses_is_not_there(scene: Scene) -> None:
    stranger = Browser(scene.shop, "eve")
    addresses = objects(scene)
    pictures = [f"/pictures/filing/{scene.ids['filing']}", f"/pictures/notice/{scene.ids['notice']}"]
    for address in addresses["alice"] + addresses["mallory"][3:] + pictures:
        stranger.open("/console" + address)
        assert stranger.last.status_code == 404, address
    stranger.open("/console/no/such/page")
    assert stranger.last.status_code == 404


def _is_a_page(page: Reader, address: str, language: str) -> None:
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("h1"), tags.count("main"), tags.count("title")) == (1, 1, 1), address
    assert page.tags[0][1]["lang"] == ("zh-Hans" if language == "zh" else "en"), address
    labelled = {found.get("for") for tag, found in page.tags if tag == "label"}
    for tag, found in page.tags:
        assert "style" not in found and not any(name.startswith("on") for name in found), (address, tag, found)
        if tag in ("input", "select", "textarea") and found.get("type") not in ("hidden", "checkbox", "radio"):
            assert found.get("id") in labelled, (address, found)
        if tag == "img":
            assert "alt" in found, address


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_whole_in_both_languages(scene: Scene, language: str) -> None:
    places = {name: PLACES[role] for role, name in WHO.items()}
    for name, addresses in objects(scene).items():
        browser = Browser(scene.shop, name, "zh-CN,zh;q=0.9" if language == "zh" else "en-GB")
        titles: dict[str, str] = {}
        for address in places.get(name, []) + addresses:
            page = browser.open("/console" + address)
            assert browser.last.status_code == 200, (address, browser.last.status_code)
            assert "unsafe" not in browser.last.headers["Content-Security-Policy"]
            _is_a_page(page, address, language)
            path = browser.last.request.path
            assert titles.setdefault(page.title, path) == path, (page.title, path)
            if language == "zh":
                assert not _untranslated(page), (address, _untranslated(page))


def test_every_link_of_a_page_leads_to_a_page(scene: Scene) -> None:
    """A link to one more of a kind is followed once."""
    places = {name: PLACES[role] for role, name in WHO.items()}
    for name, addresses in objects(scene).items():
        browser, followed = Browser(scene.shop, name), set[str]()
        waiting = ["/console" + address for address in places.get(name, []) + addresses]
        while waiting:
            address = waiting.pop()
            kind = re.sub(r"[0-9a-f]{32}|\d{4}-\d\d-\d\d[^&]*|after=[^&]*", "*", address)
            if kind in followed:
                continue
            followed.add(kind)
            page = browser.open(address)
            assert browser.last.status_code == 200, (name, address)
            here = browser.last.request.path
            waiting += [
                urljoin(here, link).partition("#")[0] for link in page.links() if "/pictures/" not in link and "/files/" not in link
            ]


def _untranslated(page: Reader) -> list[str]:
    """Sentences of the catalogue that stand on a Chinese page in English."""
    with (HERE / "translations" / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="zh")
    english = {message.id for message in catalogue if isinstance(message.id, str) and message.id and message.id != message.string}
    return [text for text in page.texts if text in english]


def test_the_catalogue_is_complete_and_compiled(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    tool = HERE.parents[1] / "tools" / "messages"
    scope: dict[str, Any] = {"__name__": "messages", "__file__": str(tool)}
    exec(compile(tool.read_text(encoding="utf-8"), str(tool), "exec"), scope)
    monkeypatch.setattr("sys.argv", ["messages", "--check"])
    assert scope["main"]() == 0, capsys.readouterr().out


def test_a_form_of_another_session_or_site_does_nothing(scene: Scene) -> None:
    browser, other = Browser(scene.shop, "alice"), Browser(scene.shop, "bob")
    (_, foreign), *_ = [form for form in other.open("/console/folders").forms if form[0].get("action") == "/console/folders"]
    for fields, headers in (
        ({"name": "theirs"}, {}),
        ({**foreign, "name": "theirs"}, {}),
        ({"name": "theirs"}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        assert browser.client.post("/console/folders", data=fields, headers=headers).status_code == 403
    page = browser.open("/console/folders")
    (_, own), *_ = [form for form in page.forms if form[0].get("action") == "/console/folders"]
    for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
        assert browser.client.post("/console/folders", data={**own, "name": "theirs"}, headers=headers).status_code == 403
    assert "theirs" not in browser.open("/console/folders").texts
    assert browser.client.post("/console/sign-in", data={"token": "x"}, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_form_with_files_is_read_of_those_alone_who_are_signed_in(scene: Scene) -> None:
    cookie = Browser(scene.shop, "alice").client.get_cookie(COOKIE)
    assert cookie is not None
    for name, most in ((cookie.value, scene.shop.settings.max_request_bytes), ("another", JSON_BYTES)):
        head = EnvironBuilder("/console/folders/spring/pictures", method="POST", headers={"Cookie": f"{COOKIE}={name}"})
        assert scene.shop.app.admit(head.get_environ()) == most


def test_signing_out_ends_the_session_here_or_everywhere(scene: Scene) -> None:
    here, there = Browser(scene.shop, "carol"), Browser(scene.shop, "carol")
    assert here.send("/console/sign-out", on="/console").status_code == 303
    assert here.client.get("/console").status_code == 303
    assert there.client.get("/console").status_code == 200
    again = Browser(scene.shop, "carol")
    again.send("/console/sign-out", {"everywhere": "yes"}, on="/console")
    assert there.client.get("/console").status_code == 303


def test_a_session_ends_when_idle_and_when_its_token_does(scene: Scene) -> None:
    now = [1_000_000.0]
    engine = beside(scene.shop.settings, "console-test")
    in_turn(engine, Sessions.create)
    sessions = Sessions(engine, lambda: now[0])
    name, short = sessions.begin(Caller("a", frozenset({"merchant"}))), sessions.begin(Caller("a", frozenset()), now[0] + 60)
    now[0] += 59
    assert sessions.find(name) is not None and sessions.find(short) is not None
    now[0] += 1
    assert sessions.find(short) is None
    now[0] += IDLE - 2
    assert sessions.find(name) is not None
    now[0] += IDLE
    assert sessions.find(name) is None and sessions.find(None) is None and sessions.find("x") is None


@pytest.mark.rule("B2")
def test_owner_and_desk_are_warned_of_a_picture_of_which_nothing_is_seen_on_white(scene: Scene) -> None:
    content, white = io.BytesIO(), Image.new("RGBA", (8, 8), (255, 255, 255, 200))
    white.save(content, "WEBP", lossless=True)
    opaque = scene.shop["alice"].ok("GET", f"/filings/{scene.ids['filing']}")
    assert "warnings" not in opaque and kept_warnings(b"no picture") == ()
    files = [("pale.png", picture("pale", "clear"))]
    (filing,) = scene.shop["alice"].ok("POST", "/folders/spring/pictures", files=files)["filings"]
    pages = {"alice": f"/filings/{filing['id']}", "desk": f"/desk/filings/{filing['id']}"}
    scene.shop.deployment.stores.vault.put("layer", filing["digest"], content.getvalue())
    assert scene.shop["desk"].ok("GET", f"/desk/filings/{filing['id']}")["warnings"] == ["nothing_on_white"]
    for language, words in (("en", "On white, nothing of this picture is seen"), ("zh-CN", "在白色背景上")):
        for name, address in pages.items():
            assert any(words in text for text in Browser(scene.shop, name, language).open(f"/console{address}").texts)


@pytest.mark.rule("B1", "B2", "C1", "C4", "D1", "D2", "C5")
def test_a_case_is_played_by_forms_alone(scene: Scene) -> None:
    """Filed, complained of, accepted with the next job claimed, appealed with a file, decided."""
    shop = scene.shop
    link = shop.listing("mallory", "L77")
    owner = Browser(shop, "olga")
    owner.send("/console/declaration", {"version": "1"})
    owner.send("/console/folders", {"name": "brand new"})
    upload = {"file": (io.BytesIO(picture("olga's", "1")), "mine.jpg")}
    filed = owner.send("/console/folders/brand%20new", upload)
    assert filed.status_code == 303, filed.get_data(as_text=True)
    filing = next(link for link in owner.open("/console/folders/brand%20new").links() if link.startswith("/console/filings/"))
    filing_id = filing.rpartition("/")[2]
    lodged = owner.send("/console/complaints/new", {"filing_id": filing_id, "links": f"{link}\nnonsense", "statement": "mine"})
    assert "These links were refused:" in Reader(lodged.get_data(as_text=True)).texts
    case = shop["olga"].all("/complaints")[0]["id"]
    desk = Browser(shop, "desk")
    accepted = desk.send(
        f"/console/desk/complaints/{case}/acceptance?status=lodged",
        {"reasons": "the same picture", "then": "next"},
        on=f"/console/desk/complaints/{case}",
    )
    following = accepted.headers["Location"]
    assert following.startswith("/console/desk/complaints/") and case not in following
    claimed = shop["desk"].ok("GET", f"/desk/complaints/{following.split('/')[4].partition('?')[0]}")
    assert claimed["claim"]["by"] == "desk"
    notice = shop.notice("mallory", link)
    respondent = Browser(shop, "mallory")
    page = respondent.open(f"/console/notices/{notice}")
    assert "the same picture" in page.texts
    assert not [text for text in page.texts if "olga" in text or filing_id in text]
    appeal = {"grounds": "my own photograph", "file": (io.BytesIO(b"contract"), "contract.pdf")}
    appealed = respondent.send(f"/console/notices/{notice}/appeals", appeal, on=f"/console/notices/{notice}")
    assert appealed.headers["Location"].endswith("?done=appealed")
    opened = next(one for one in shop["desk"].all("/desk/appeals?status=open") if one["complaint_id"] == case)
    assert len(opened["evidence"]) == 1
    other = Browser(shop, "desk-2")
    action = f"/console/desk/appeals/{opened['id']}/decision"
    decided = other.send(action, {"outcome": "upheld", "reasons": "it is his", "then": "stay"}, on=f"/console/desk/appeals/{opened['id']}")
    assert decided.status_code == 303
    assert shop["olga"].ok("GET", f"/complaints/{case}")["status"] == "lifted"
    late = owner.send("/console/complaints/new", {"filing_id": filing_id, "links": link, "statement": "again"})
    assert late.status_code == 422


@pytest.mark.rule("H9", "C5")
def test_an_outside_body_is_told_of_and_decided_by_forms_alone(scene: Scene) -> None:
    """Each party says so on its own page, the desk files the outcomes and has the case file; no page shows one party the other's."""
    shop = scene.shop
    link = shop.listing("mallory", "L99")
    (case,) = shop.lodge("alice", scene.ids["filing"], link)
    owner, desk, seller = Browser(shop, "alice"), Browser(shop, "desk"), Browser(shop, "mallory")
    assert "Outside body" not in owner.open(f"/console/complaints/{case}").texts
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", {"reasons": ["the same"]})
    notice = shop.notice("mallory", link)
    appeal = shop["mallory"].ok("POST", f"/notices/{notice}/appeals", {"grounds": "mine"})["id"]
    shop["desk"].ok("POST", f"/desk/appeals/{appeal}/decision", {"outcome": "rejected", "reasons": ["no"]})
    appeal = shop["mallory"].ok("POST", f"/notices/{notice}/appeals", {"grounds": "mine"})["id"]
    shop["desk-2"].ok("POST", f"/desk/appeals/{appeal}/decision", {"outcome": "rejected", "reasons": ["no"]})
    for browser, page, body in (
        (owner, f"/console/complaints/{case}", "Alices Body"),
        (seller, f"/console/notices/{notice}", "Mallorys Body"),
    ):
        sent = browser.send(f"{page}/body", {"body": body, "reference": "117"}, on=page)
        assert sent.headers["Location"].endswith("?done=body_recorded")
        assert "On record since" in browser.open(page).texts
        again = browser.send(f"{page}/body", {"body": body, "reference": "117"}, on=page)
        assert again.status_code == 409
    page = f"/console/desk/complaints/{case}"
    shown = desk.open(page)
    assert {"Alices Body", "Mallorys Body"} <= set(shown.texts)
    assert desk.client.get(f"/console/files/body-files/{case}").data.startswith(b"PK")
    (_, fields), *_ = [form for form in shown.forms if form[1].get("body") == "Mallorys Body"]
    filed = desk.client.post(f"{page}/body-outcome", data={**fields, "outcome": "upheld", "reasons": "it is his"})
    assert filed.headers["Location"].endswith("?done=body_decided")
    assert shop["alice"].ok("GET", f"/complaints/{case}")["lifted_because"] == "body"
    assert "it is his" in seller.open(f"/console/notices/{notice}").texts
    assert not [text for text in seller.open(f"/console/notices/{notice}").texts if "Alices" in text]
    assert not [text for text in owner.open(f"/console/complaints/{case}").texts if "Mallorys" in text or "it is his" in text]
    assert (
        desk.client.post(f"{page}/body-outcome", data={**fields, "key": "", "etag": "", "outcome": "rejected", "reasons": "x"}).status_code
        == 409
    )


@pytest.mark.rule("G1", "G4", "G4b")
def test_an_auditor_takes_the_case_and_its_receipts_along_and_an_admin_discloses_by_forms(scene: Scene) -> None:
    case, auditor, admin = scene.ids["complaint"], Browser(scene.shop, "aud"), Browser(scene.shop, "root")
    page = auditor.open(f"/console/audit/cases/{case}")
    assert auditor.client.get(f"/console/files/bundles/{case}").data.startswith(b"PK")
    receipt = next(link for link in page.links() if link.startswith("/console/files/receipts/"))
    assert auditor.client.get(receipt).get_json()["path"]
    assert auditor.client.get("/console/files/receipts/nothing").status_code == 404
    verified = Reader(auditor.send("/console/audit/log").get_data(as_text=True))
    assert [text for text in verified.texts if text.startswith("The log continues the checkpoint of")]
    assert not [form for form, _ in page.forms if str(form.get("action")).endswith("/disclosures")]
    action, told = f"/console/audit/cases/{case}/disclosures", {"to": "A court", "order": "2026-17", "reason": "A lawsuit."}
    page = f"/console/audit/cases/{case}"
    assert {"alice", "mallory", "2026-17"} <= set(Reader(admin.send(action, told, on=page).get_data(as_text=True)).texts)
    assert admin.send(action, {**told, "to": ""}, on=page).status_code == 422
    assert "Identity disclosed" in auditor.open(f"/console/audit/cases/{case}").texts


@pytest.mark.rule("B1")
def test_a_folder_is_renamed_and_messages_are_read_by_forms(scene: Scene) -> None:
    owner = Browser(scene.shop, "petra")
    for name in ("old / name", "taken"):
        owner.send("/console/folders", {"name": name})
    page = "/console/folders/old%20%2F%20name"
    assert owner.send("/console/folder-names", {"name": "taken"}, on=page).status_code == 409
    renamed = owner.send("/console/folder-names", {"name": "new name"}, on=page)
    assert renamed.headers["Location"] == "/console/folders/new%20name?done=renamed"
    seller = Browser(scene.shop, "mallory")
    for address in ("/console", "/console/notices", "/console/find"):  # on every page, without a script
        assert "not read" in seller.open(address).texts
    assert [text for text in Browser(scene.shop, "mallory", "zh").open("/console/messages").texts if "侵权通知" in text]
    notice = next(link for link in seller.open("/console/messages").links() if link.startswith("/console/notices/"))
    assert seller.open(notice).texts
    assert seller.send("/console/messages/read", on="/console/messages").headers["Location"] == "/console/messages?done=read"
    assert "not read" not in seller.open("/console/notices").texts


def test_a_form_sent_twice_is_done_once(scene: Scene) -> None:
    shop = scene.shop
    (case,) = shop.lodge("alice", scene.ids["filing"], shop.listing("mallory", "L88"))
    desk = Browser(shop, "desk")
    page = desk.open(f"/console/desk/complaints/{case}")
    action = f"/console/desk/complaints/{case}/claim"
    (_, fields), *_ = [form for form in page.forms if str(form[0].get("action", "")).startswith(action)]
    answers = [desk.client.post(action, data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    released = desk.send(f"/console/desk/complaints/{case}/release", on=f"/console/desk/complaints/{case}")
    assert released.status_code == 303


def test_whatever_a_form_holds_is_answered_without_an_error_of_ours(scene: Scene) -> None:
    odd = ["", "\x00", "x" * 30_000, "‮evil", "<script>", "%s%(n)s{{7*7}}", "2026-13-45T99:99:99Z", "../../etc"]
    people = {role: Browser(scene.shop, name) for role, name in WHO.items()}
    tokens = {
        role: next(filled["form_token"] for _, filled in person.open("/console").forms if "form_token" in filled)
        for role, person in people.items()
    }
    names = ("name", "nickname", "statement", "links", "reasons", "text", "outcome", "filing_id", "until", "version", "rulebook", "kind")
    for part in PARTS:
        for declared in part.PAGES.declared:
            if declared.methods != ("POST",):
                continue
            role = next(one for one in people if not declared.roles or one in declared.roles)
            for value in odd:
                address = "/console" + _filled(declared.rule)
                fields = {"form_token": tokens[role], **dict.fromkeys(names, value)}
                assert people[role].client.post(address, data=fields).status_code < 500, (address, value)


def test_a_language_is_chosen_by_hand(scene: Scene) -> None:
    client = scene.shop.app.test_client()
    chosen = client.post("/console/language", data={"language": "zh", "back": "/console/sign-in"})
    assert chosen.headers["Location"] == "/console/sign-in"
    assert "登录" in client.get("/console/sign-in", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert client.post("/console/language", data={"language": "xx", "back": "https://evil.example"}).headers["Location"] == "/console"


def test_a_page_counts_as_one_request_of_its_reader_beside_those_over_the_interface(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path / "store"), rate_limit="3/day"))
    desk = Browser(shop, "desk")  # whoever signs in has no name yet: counted by the address
    assert [desk.client.get("/console/desk/complaints").status_code for _ in range(2)] == [200, 200]
    assert shop["desk"]("GET", "/desk/complaints").status_code == 200
    refused = desk.client.get("/console/desk/complaints")
    assert (refused.status_code, refused.headers["RateLimit"].split(";")[1]) == (429, "r=0")
    assert int(refused.headers["Retry-After"]) > 0
    assert desk.client.get("/console/static/console.css").status_code == 200
    strangers = [shop.app.test_client().post("/console/sign-in", data={"token": "a.b.c"}).status_code for _ in range(3)]
    assert strangers == [422, 422, 429]
    shop.close()


def test_no_command_of_a_page_is_carried_out_while_the_clock_is_doubted() -> None:
    interface = Interface([NOTES.bound_to(House())], b"k" * 32, (), lambda: True)
    merchant = Caller("alice", frozenset({"merchant"}))
    refused = interface.ask(merchant, "make_note", body={"words": "hello"})
    assert (refused.status, refused.code) == (503, "clock_doubtful")
    assert interface.ask(merchant, "list_notes").well
