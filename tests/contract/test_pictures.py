"""Pictures over HTTP, seen by the real machine review: every container, and a machine that is too busy (rules B2, B3, B5)."""

from __future__ import annotations

import io
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from adapters.pictures import Marks, PictureMatcher, PillowInspector
from adapters.store.opening import Stores
from adapters.system.settings import Settings
from adapters.wiring.pictures import PictureServices
from bench.clear_art import flat
from tests.adapters.pictures import containers as c
from tests.adapters.pictures.drawn import saved, scene
from tests.contract.shop import Shop
from tests.fakes import picture

pytestmark = pytest.mark.rule("B2")


def real_pictures(stores: Stores, _: Settings) -> PictureServices:
    """The machine review and the matcher, without a model."""
    marks = Marks(None)
    inspector = PillowInspector(marks)
    return PictureServices(inspector, PictureMatcher(stores.fingerprints, stores.vault, marks), inspector.close)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store")), pictures=real_pictures)
    yield opened
    opened.close()


def ready(shop: Shop, name: str) -> None:
    shop[name].ok("POST", "/declaration", {"version": "1"})
    shop[name].ok("POST", "/folders", {"name": "spring"})


def verdict(shop: Shop, name: str, one: c.Container) -> list[str]:
    answer = json.loads(shop[name]("POST", "/folders/spring/pictures", files=[(one.name, one.content)]).data)
    return [reason["code"] for file in answer["refused"] for reason in file["reasons"]]


def test_what_a_camera_wrote_is_filed_and_kept_byte_for_byte(shop: Shop) -> None:
    camera = c.Container("camera", "DSC00001.JPG", c.several([c.BASELINE, c.VGA, c.FULL_HD], c.xmp("a='b'/>")) + c.film())
    ready(shop, "alice")
    (filed,) = shop["alice"].ok("POST", "/folders/spring/pictures", files=[(camera.name, camera.content)])["filings"]
    assert shop["alice"]("GET", f"/filings/{filed['id']}/picture?size=original").data == camera.content
    pale = [("pale.png", saved(flat(1, 250, 720), "PNG"))]
    (light,) = shop["alice"].ok("POST", "/folders/spring/pictures", files=pale)["filings"]
    assert ("warnings" in filed, light["warnings"]) == (False, ["nothing_on_white"])
    assert verdict(shop, "alice", c.Container("stereo", "a.jpg", c.several([c.STEREO, c.STEREO]))) == ["animated"]


@pytest.mark.rule("B4")
def test_the_same_pixels_in_another_container_are_the_same_picture(shop: Shop) -> None:
    photograph = saved(scene(60))
    pixels = Image.open(io.BytesIO(photograph))
    again = saved(pixels, quality="keep", progressive=True)
    files = [("a.jpg", photograph), ("a.png", saved(pixels, "PNG")), ("b.jpg", again)]
    ready(shop, "alice")
    ready(shop, "bob")
    told = shop["alice"].ok("POST", "/folders/spring/pictures", files=files)
    assert [one["name"] for one in told["filings"]] == ["a.jpg"]
    first = told["filings"][0]["id"]
    assert [one["reasons"] for one in told["refused"]] == [[{"code": "duplicate", "filing_id": first}]] * 2
    assert verdict(shop, "alice", c.Container("again", *files[1])) == ["duplicate"]
    assert verdict(shop, "bob", c.Container("stolen", *files[2])) == ["not_original"]


@pytest.mark.slow
def test_every_container_is_accepted_or_refused_as_the_table_says(shop: Shop) -> None:
    ready(shop, "alice")
    wrong = {}
    for one in c.every():
        codes = verdict(shop, "alice", one)
        if tuple(code for code in codes if code != "duplicate") != one.flaws:  # many show the same scene
            wrong[one.what] = codes
    assert wrong == {}


def test_a_machine_too_busy_to_look_records_nothing_and_keeps_no_key(tmp_path: Path) -> None:
    store, picture = str(tmp_path / "store"), [("a.jpg", c.several([c.BASELINE, c.VGA]))]
    busy = Shop(Settings(store=store, upload_seconds=0), pictures=real_pictures)
    ready(busy, "alice")
    busy["market"].ok("PUT", "/marketplace/listings/L1", {"link": "https://shop.example/1", "seller": "bob", "title": "coat"})
    key = {"Idempotency-Key": "one"}
    assert busy["alice"].code("POST", "/folders/spring/pictures", files=picture, **key) == (503, "busy")
    assert int(busy["alice"].last.headers["Retry-After"]) > 0
    assert busy["market"].code("PUT", "/marketplace/listings/L1/pictures", files=picture) == (503, "busy")
    assert busy["alice"].all("/refused-pictures") == [] == busy["alice"].all("/filings")
    busy.close()
    free = Shop(Settings(store=store), pictures=real_pictures)
    assert free["alice"]("POST", "/folders/spring/pictures", files=picture, **key).status_code == 201
    assert free["market"].ok("PUT", "/marketplace/listings/L1/pictures", files=picture)["pictures"]
    free.close()


@pytest.mark.rule("F2")
def test_a_listings_picture_that_was_not_looked_at_is_answered_with_its_reason_and_stands_on_the_desks_list(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path / "store")))
    shop.filing("alice", "coat")
    link = {"link": "https://shop.example/1", "seller": "bob", "title": "A coat"}
    shop["market"].ok("PUT", "/marketplace/listings/L1", link)
    moving = b"&".join([picture("hat"), picture("coat", "stolen"), b"a frame that breaks"])
    told = shop["market"].ok(
        "PUT", "/marketplace/listings/L1/pictures", files=[("a", picture("scarf")), ("b", moving), ("c", b"no picture")]
    )
    assert [(one["looked_at"], one.get("reason"), one.get("pieces")) for one in told["pictures"]] == [
        ("all", None, None),
        ("part", "budget", {"looked": 2, "of": 3}),
        ("none", "not a picture", None),
    ]
    assert shop["market"].ok("GET", "/marketplace/listings/L1")["pictures"] == told["pictures"]
    (sighted,) = shop["alice"].all("/sightings")
    assert sighted["listing_id"] == "L1"
    (unseen,) = shop["desk"].all("/desk/unseen-pictures")
    assert unseen["pictures"] == told["pictures"][1:] and (unseen["link"], unseen["title"]) == (link["link"], "A coat")
    assert shop["alice"].code("GET", "/desk/unseen-pictures") == (403, "forbidden")
    shop["market"]("DELETE", "/marketplace/listings/L1")
    assert shop["desk"].all("/desk/unseen-pictures") == []
    shop["market"].ok("PUT", "/marketplace/listings/L1", link)
    assert shop["desk"].all("/desk/unseen-pictures") == [unseen]
    shop["market"].ok("PUT", "/marketplace/listings/L1/pictures", files=[("a", picture("scarf"))])
    assert shop["desk"].all("/desk/unseen-pictures") == []
    shop.close()


APART = {"Prefer": "respond-async, wait=5"}


def ended(shop: Shop, name: str, upload: str) -> dict[str, Any]:
    """How an upload stands once it runs no more."""
    ends = time.monotonic() + 300
    while (standing := shop[name].ok("GET", f"/uploads/{upload}"))["status"] == "running":
        assert time.monotonic() < ends
        time.sleep(0.01)
    return standing


@pytest.mark.rule("B3", "B5")
def test_a_long_upload_is_answered_at_once_and_each_picture_is_filed_at_its_own_instant(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path / "store")))
    ready(shop, "alice")
    files = [(f"{scene}.jpg", picture(scene)) for scene in ("coat", "hat", "scarf")] + [
        ("a.gif", picture("belt")),
        ("b.jpg", picture("coat")),
    ]
    sent = {**APART, "Idempotency-Key": "long"}
    upload = shop["alice"].ok("POST", "/folders/spring/pictures", files=files, **sent)["id"]
    assert shop["alice"].last.status_code == 202
    done = ended(shop, "alice", upload)
    assert (done["status"], done["done"], done["of"]) == ("done", 5, 5)
    assert [one["name"] for one in done["filings"]] == ["coat.jpg", "hat.jpg", "scarf.jpg"]
    assert [[reason["code"] for reason in one["reasons"]] for one in done["refused"]] == [["suffix_not_allowed"], ["duplicate"]]
    assert shop["alice"].ok("GET", f"/filings/{done['filings'][1]['id']}") == done["filings"][1]
    assert shop["alice"].ok("POST", "/folders/spring/pictures", files=files, **sent) == {"id": upload}
    assert ended(shop, "alice", upload) == done and len(shop["alice"].all("/filings")) == 3
    assert shop["bob"].code("GET", f"/uploads/{upload}") == (404, "not_found")
    assert shop["alice"].code("POST", "/folders/none/pictures", files=files, **APART) == (404, "unknown_folder")
    assert shop["bob"].code("POST", "/folders", {"name": "spring"}) == (201, None)
    assert shop["bob"].code("POST", "/folders/spring/pictures", files=files, **APART) == (403, "declaration_missing")
    shop.close()


def test_an_upload_waits_for_a_busy_machine_and_says_so_where_the_server_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (waiting := tmp_path / "waiting").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(waiting))
    settings = Settings(store=str(tmp_path / "store"), upload_seconds=0)
    busy = Shop(settings, pictures=real_pictures)
    ready(busy, "alice")
    camera = [("a.jpg", c.several([c.BASELINE, c.VGA]))]
    upload, behind = (busy["alice"].ok("POST", "/folders/spring/pictures", files=camera, **APART)["id"] for _ in range(2))
    assert len(list(waiting.glob("originals-upload-*/0"))) == 2
    assert busy["alice"].ok("GET", f"/uploads/{upload}") == {
        "id": upload,
        "status": "running",
        "done": 0,
        "of": 1,
        "filings": [],
        "refused": [],
    }
    busy.close()
    assert list(waiting.glob("originals-upload-*")) == []  # nor does what was never begun leave pictures behind
    again = Shop(Settings(store=settings.store), pictures=real_pictures)
    for one in (upload, behind):
        standing = again["alice"].ok("GET", f"/uploads/{one}")
        assert (standing["status"], standing["error"]) == ("failed", "stopped")
    assert again["alice"].all("/filings") == []
    again.close()


def test_an_upload_whose_files_find_no_room_is_not_begun_and_may_be_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(Settings(store=str(tmp_path / "store")))
    ready(shop, "alice")
    sent, files = {**APART, "Idempotency-Key": "long"}, [("coat.jpg", picture("coat"))]
    (full := tmp_path / "full").write_text("a place where no folder can be made")
    with monkeypatch.context() as disk:
        disk.setattr(tempfile, "tempdir", str(full))
        shop["alice"]("POST", "/folders/spring/pictures", files=files, **sent)
    assert shop["alice"].last.status_code >= 500
    upload = shop["alice"].ok("POST", "/folders/spring/pictures", files=files, **sent)["id"]
    assert ended(shop, "alice", upload)["done"] == 1
    shop.close()
