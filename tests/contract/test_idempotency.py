"""One effect and one answer, however often a request is sent, and whatever crashes in between."""

from __future__ import annotations

import contextlib
import io
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from adapters.system.settings import Settings
from tests.conftest import Place
from tests.contract.scene import TABLE, Scene, operations
from tests.contract.serving import Served
from tests.contract.shop import Shop
from tests.fakes import picture

DUPLICATES = 200
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store")))
    yield opened
    opened.close()


def test_the_same_key_and_content_give_the_same_answer(shop: Shop) -> None:
    alice, filing = shop["alice"], shop.filing("alice")
    body = {"filing_id": filing, "links": [shop.listing("mallory", "L1"), "nonsense"], "statement": "mine"}
    first = alice("POST", "/complaints", body, **KEY)
    again = alice("POST", "/complaints", dict(reversed(body.items())), **KEY)
    assert (first.status_code, first.data) == (201, again.data)
    assert first.headers["ETag"] == again.headers["ETag"]
    assert len(alice.all("/complaints")) == 1
    assert alice.code("POST", "/complaints", {**body, "statement": "other"}, **KEY) == (422, "idempotency_mismatch")
    shop.filing("bob")
    assert shop["bob"].code("POST", "/complaints", body, **KEY) == (404, "not_found")  # a key is its sender's own


def test_parts_are_compared_and_not_bytes(shop: Shop) -> None:
    alice = shop["alice"]
    shop.filing("alice")
    files = [("a.jpg", picture("a")), ("b.jpg", picture("b"))]
    first = alice("POST", "/folders/spring/pictures", files=files, **KEY)
    again = alice("POST", "/folders/spring/pictures", files=files, **KEY)  # with another boundary
    assert (first.status_code, first.data) == (201, again.data)
    assert len(alice.all("/filings")) == 3
    assert alice.code("POST", "/folders/spring/pictures", files=files[:1], **KEY) == (422, "idempotency_mismatch")
    renamed = [("c.jpg", files[0][1]), files[1]]
    assert alice.code("POST", "/folders/spring/pictures", files=renamed, **KEY) == (422, "idempotency_mismatch")


def test_refusals_by_rule_are_kept(shop: Shop) -> None:
    """409 and 422 by rule stay what they were, even when the reason has gone; the attempt is recorded once."""
    alice, filing = shop["alice"], shop.filing("alice")
    link = shop.listing("mallory", "L1")
    case = shop.lodge("alice", filing, link)[0]
    body = {"filing_id": filing, "links": [link], "statement": "again"}
    refused = alice("POST", "/complaints", body, **KEY)
    assert refused.status_code == 422
    alice.ok("POST", f"/complaints/{case}/withdrawal", {}, **KEY)  # the key is of its path
    again = alice("POST", "/complaints", body, **KEY)
    assert (again.status_code, again.data, again.content_type) == (422, refused.data, "application/problem+json")
    late = alice("POST", f"/complaints/{case}/withdrawal", {}, **{"Idempotency-Key": "k-2"})
    assert late.status_code == 409
    assert alice("POST", f"/complaints/{case}/withdrawal", {}, **{"Idempotency-Key": "k-2"}).data == late.data
    assert [one["code"] for one in alice.ok("GET", "/me/export")["attempts"]] == ["case_open", "not_withdrawable"]


def test_what_can_be_mended_is_not_kept(shop: Shop) -> None:
    """400, 401, 403, 404, 412, 413, 415, 422 invalid: the same key does, once it is mended."""
    alice = shop["alice"]
    assert alice.code("POST", "/folders/spring/pictures", files=[("a.jpg", picture("a"))], **KEY) == (404, "unknown_folder")
    alice.ok("POST", "/folders", {"name": "spring"})
    assert alice.code("POST", "/folders/spring/pictures", files=[("a.jpg", picture("a"))], **KEY) == (403, "declaration_missing")
    alice.ok("POST", "/declaration", {"version": "1"})
    made = alice.ok("POST", "/folders/spring/pictures", files=[("a.jpg", picture("a"))], **KEY)
    link = shop.listing("mallory", "L1")
    wrong = {"filing_id": made["filings"][0]["id"], "links": [link], "statement": " "}
    assert alice.code("POST", "/complaints", wrong, **KEY) == (422, "invalid")
    assert alice.code("POST", "/complaints", {**wrong, "filing_id": "none", "statement": "mine"}, **KEY) == (404, "not_found")
    case = alice.ok("POST", "/complaints", {**wrong, "statement": "mine"}, **KEY)["complaints"][0]["id"]
    stale = {**KEY, "If-Match": '"0"'}
    assert alice.code("POST", f"/complaints/{case}/withdrawal", {}, **stale) == (412, "precondition_failed")
    client = shop.app.test_client()
    bearer = {"Authorization": alice("GET", "/entrance").request.headers["Authorization"], **KEY}
    path = f"/v1/complaints/{case}/withdrawal"
    assert client.post(path, data=b"{", content_type="application/json", headers=bearer).status_code == 400
    assert client.post(path, data=b"{}", content_type="text/plain", headers=bearer).status_code == 415
    assert client.post(path, data=b"{}", content_type="application/json", headers=KEY).status_code == 401
    assert alice.ok("POST", f"/complaints/{case}/withdrawal", {}, **KEY)["status"] == "withdrawn"


def test_every_post_of_the_document_keeps_its_answer(shop: Shop) -> None:
    scene = Scene(shop)
    for name, operation in operations(shop).items():
        if operation["method"] != "POST":
            continue
        row = TABLE[name]
        token = scene.token(row.owner)
        first, again = (scene.ask(token, operation, row, key="the-same") for _ in range(2))
        assert again.status_code == first.status_code, name
        if first.status_code not in (404, 412):  # which are told anew, with an instance of their own
            assert again.data == first.data, name


def test_a_key_is_printable_ascii(shop: Shop) -> None:
    for key in ("", " x", "x" * 256, "schl\xfcssel"):
        assert shop["alice"].code("POST", "/folders", {"name": "a"}, **{"Idempotency-Key": key}) == (422, "invalid"), key
    assert shop["alice"].code("POST", "/folders", {"name": "a"}, **{"Idempotency-Key": "x" * 255}) == (201, None)


def drawn(number: int) -> bytes:
    """A small picture that passes the machine review."""
    image = Image.effect_noise((900, 720), 60 + number).convert("RGB")
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    return content.getvalue()


def ready(served: Served) -> tuple[str, str]:
    """A filing of alice's and a link of mallory's."""
    with served.as_("alice") as alice, served.as_("market") as market:
        alice.post("/declaration", json={"version": "1"}).raise_for_status()
        alice.post("/folders", json={"name": "spring"}).raise_for_status()
        made = alice.post("/folders/spring/pictures", files=[("file", ("p.jpg", drawn(0)))]).raise_for_status()
        link = "https://shop.example/1.html"
        market.put("/marketplace/listings/L1", json={"link": link, "seller": "mallory", "title": "A coat"}).raise_for_status()
    return made.json()["filings"][0]["id"], link


def at_once(client: httpx.Client, send: Callable[[httpx.Client], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(lambda _: send(client), range(DUPLICATES)))


def senders(filing: str, link: str) -> dict[str, Callable[[httpx.Client], httpx.Response]]:
    shot = drawn(1)
    lodging = {"filing_id": filing, "links": [link], "statement": "mine"}
    return {
        "/complaints": lambda client: client.post("/complaints", json=lodging, headers=KEY),
        "/filings": lambda client: client.post("/folders/spring/pictures", files=[("file", ("q.jpg", shot))], headers=KEY),
    }


@pytest.mark.slow
def test_two_hundred_duplicates_at_once_have_one_effect_and_one_answer(place: Place) -> None:
    with Served(place.store, place.vault) as served:
        filing, link = ready(served)
        with served.as_("alice", 20) as alice:
            for listed, send in senders(filing, link).items():
                before = len(alice.get(listed).json()["items"])
                answers = at_once(alice, send)
                assert {one.status_code for one in answers} == {201}, [one.text for one in answers if one.status_code != 201][:1]
                assert len({one.content for one in answers}) == 1
                assert len(alice.get(listed).json()["items"]) == before + 1
                assert len(alice.get("/me/export").json()["attempts"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.3])
def test_a_crash_in_the_middle_leaves_one_effect_and_one_answer(place: Place, after: float) -> None:
    with Served(place.store, place.vault) as served:
        filing, link = ready(served)
        for listed, send in senders(filing, link).items():
            heard: list[httpx.Response] = []
            with served.as_("alice", 20) as alice:
                before = len(alice.get(listed).json()["items"])
                sending = [threading.Thread(target=_try, args=(alice, send, heard)) for _ in range(20)]
                for one in sending:
                    one.start()
                time.sleep(after)
                served.end(signal.SIGKILL)
                for one in sending:
                    one.join()
            served.__enter__()
            with served.as_("alice", 20) as alice:
                heard += [send(alice) for _ in range(3)]
                assert {one.status_code for one in heard} == {201}, [one.text for one in heard if one.status_code != 201][:1]
                assert len({one.content for one in heard}) == 1
                assert len(alice.get(listed).json()["items"]) == before + 1


def _try(client: httpx.Client, send: Callable[[httpx.Client], Any], heard: list[httpx.Response]) -> None:
    with contextlib.suppress(httpx.TransportError):  # the server was killed
        heard.append(send(client))
