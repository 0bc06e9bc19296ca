"""Pictures on an object store and the index in shards, seen over HTTP: the same answers as with everything on one disk."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.backup.making import back_up
from adapters.backup.restoring import restore
from adapters.system.settings import Settings
from adapters.vault.contract import VaultAway
from adapters.wiring.worker import windows_first
from application.index import NextDue
from tests.adapters.pictures.drawn import saved, scene
from tests.contract.serving import Served
from tests.contract.shop import Shop
from tests.fakes import picture
from tests.object_store import ObjectStore


def test_while_the_object_store_is_away_nothing_is_half_done(tmp_path: Path, object_store: ObjectStore) -> None:
    shop = Shop(Settings(store=str(tmp_path / "store"), vault_url=object_store.bucket()))
    filed = shop.filing("alice", "coat")
    (case,) = shop.lodge("alice", filed, shop.listing("bob", "1", picture("coat", "stolen")))
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", {"reasons": ["the same coat"]})
    shop["market"].ok("PUT", "/marketplace/listings/1", {"link": "https://shop.example/item/1.html", "seller": "carol", "title": "A coat"})
    hat, key = [("hat.jpg", picture("hat"))], {"Idempotency-Key": "one"}
    with object_store.refusing():
        assert shop["alice"].code("POST", "/folders/spring/pictures", files=hat, **key) == (503, "vault_unavailable")
        assert int(shop["alice"].last.headers["Retry-After"]) > 0
        assert shop["alice"].code("GET", f"/filings/{filed}/picture") == (503, "vault_unavailable")
        assert shop["alice"].ok("GET", f"/filings/{filed}")["id"] == filed
        shop.go("2026-03-09 01:00", run_deadlines=False)
        overdue = shop.deployment.stores.store.ask(NextDue(False))
        assert overdue is not None and overdue <= shop.clock.now()
        with pytest.raises(VaultAway):
            windows_first(shop.deployment.settling)
        assert shop.deployment.stores.store.ask(NextDue(False)) is None
        assert shop.deployment.stores.store.ask(NextDue(True)) is not None
    assert [one["id"] for one in shop["alice"].all("/filings")] == [filed]
    assert shop["alice"].all("/refused-pictures") == []
    assert shop["alice"]("POST", "/folders/spring/pictures", files=hat, **key).status_code == 201
    assert shop["alice"]("GET", f"/filings/{filed}/picture").data
    shop.close()


def asked(client: httpx.Client, method: str, path: str, **more: Any) -> Any:
    """The answer, asked for again where the server says that it is too busy just now."""
    ends = time.monotonic() + 600
    while True:
        answer = client.request(method, path, **more)
        if answer.status_code != 503:
            return answer
        assert time.monotonic() < ends
        time.sleep(0.5)


def codes(answer: httpx.Response) -> Any:
    """What was filed, and why not what was not."""
    told = answer.json()
    return [one["name"] for one in told.get("filings", ())], [[why["code"] for why in one["reasons"]] for one in told.get("refused", ())]


def filed(client: httpx.Client, *numbers: int, **how: Any) -> Any:
    files = [("file", (f"{number}.jpg", saved(scene(number).resize((800, 711)) if how else scene(number)))) for number in numbers]
    return codes(asked(client, "POST", "/folders/spring/pictures", files=files))


def begin(server: Served) -> None:
    for name in ("ann", "ben"):
        with server.as_(name) as client:
            client.post("/declaration", json={"version": "1"})
            client.post("/folders", json={"name": "spring"})


def sighted(server: Served, listing: str, number: int) -> Any:
    """What its owner is told of a picture that a listing shows."""
    with server.as_("market") as market, server.as_("ann") as ann:
        link = {"link": f"https://shop.example/{listing}", "seller": "thief", "title": "A coat"}
        assert asked(market, "PUT", f"/marketplace/listings/{listing}", json=link).status_code < 300
        shown = [("file", ("x.jpg", saved(scene(number).crop((60, 60, 860, 760)))))]
        told = asked(market, "PUT", f"/marketplace/listings/{listing}/pictures", files=shown).json()["pictures"]
        seen = [one for one in asked(ann, "GET", "/sightings").json()["items"] if one["listing_id"] == listing]
        moving = ("id", "at", "thumbnail", "filing_id")
        return told, [{name: value for name, value in one.items() if name not in moving and "picture" not in name} for one in seen]


def pictures_of(server: Served) -> set[bytes]:
    with server.as_("ann") as ann:
        known = asked(ann, "GET", "/filings").json()["items"]
        paths = [f"/filings/{one['id']}/picture?size={size}" for one in known for size in ("scaled", "original")]
        return {asked(ann, "GET", path).content for path in paths}


def story(server: Served) -> list[Any]:
    """Filing, searching, sighting: what everybody is answered."""
    begin(server)
    with server.as_("ann") as ann, server.as_("ben") as ben:
        return [
            filed(ann, 1, 2, 3),
            filed(ben, 2, 4, smaller=True),
            filed(ann, 3),
            sighted(server, "L1", 1),
            sighted(server, "L4", 9),
            pictures_of(server),
        ]


def goes_on(server: Served, turn: str) -> list[Any]:
    """A thief comes again, and once a picture was filed its copies that listings showed already are found."""
    with server.as_("ben") as ben:
        return [filed(ben, 1, 3, smaller=True), sighted(server, f"again-{turn}", 2), pictures_of(server)]


def shards_of(server: Served) -> list[int]:
    """The processes that hold the index of this server's store."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if b"adapters.pictures.shard" in (place / "cmdline").read_bytes() and server.store.encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return sorted(found)


@pytest.mark.slow
@pytest.mark.rule("B4", "F2", "G4")
def test_an_object_store_and_shards_give_the_answers_of_one_disk(tmp_path: Path, object_store: ObjectStore) -> None:
    shared = {"ORIGINALS_VAULT_URL": object_store.bucket(), "ORIGINALS_INDEX_SHARDS": "2"}
    alone = Served(str(tmp_path / "alone" / "store"), str(tmp_path / "alone" / "vault"))
    apart = Served(str(tmp_path / "apart" / "store"), str(tmp_path / "apart" / "vault"), more=shared)
    with alone, apart:
        assert story(alone) == story(apart)
        held = shards_of(apart)
        assert len(held) == 2 and shards_of(alone) == []
        for turn, victim in enumerate(held):
            os.kill(victim, signal.SIGKILL)
            assert goes_on(alone, str(turn)) == goes_on(apart, str(turn))
            assert len(shards_of(apart)) == 2
        expected = pictures_of(apart)
        settings = replace(apart.settings, vault_url=shared["ORIGINALS_VAULT_URL"], copy_model="none")
        back_up(settings, tmp_path / "backup", with_keys=True)
        os.kill(shards_of(apart)[0], signal.SIGKILL)
    elsewhere = {**shared, "ORIGINALS_VAULT_URL": object_store.bucket()}
    restored = Served(str(tmp_path / "again" / "store"), str(tmp_path / "again" / "vault"), more=elsewhere)
    empty = replace(settings, store=restored.store, vault=restored.vault, vault_url=elsewhere["ORIGINALS_VAULT_URL"])
    restore(empty, tmp_path / "backup", None, "operator")
    with restored, alone:
        assert pictures_of(restored) == expected
        assert goes_on(alone, "after") == goes_on(restored, "after")
        assert json.loads(httpx.get(f"{restored.url}/readyz", timeout=600).text)["checks"]["vault"] == "ok"
