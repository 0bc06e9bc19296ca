"""A draft beside the live rules, as rule makers meet it over HTTP (rule G7)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.checkup import stores
from adapters.checkup.result import CheckResult
from adapters.system.settings import Settings
from adapters.wiring.shadow import ShadowKeeper
from tests.conftest import Place
from tests.contract.shop import Shop
from tests.fakes import picture

DRAFT = {"name": "draft", "version": "1", "effective_from": "2026-01-01T00:00:00Z", "appeal": {"windows": [{"days": 1}], "rounds": 1}}
WHY = {"reasons": ["seen"]}


@pytest.fixture
def shop(place: Place) -> Iterator[Shop]:
    opened = Shop(Settings(store=place.store, vault=place.vault))
    yield opened
    opened.close()


def accepted(shop: Shop, key: str) -> str:
    link = shop.listing("mallory", key, picture(f"coat {key}", "stolen"))
    complaint = shop.lodge("alice", shop.filing("alice"), link)[0]
    shop["desk"].ok("POST", f"/desk/complaints/{complaint}/acceptance", WHY)
    return complaint


def replayed(shop: Shop) -> Any:
    """The report of a replay under the same document, of which no case was left out."""
    replay = shop["aud"].ok("POST", "/audit/replays", {"rulebook": DRAFT})["id"]
    while (found := shop["aud"].ok("GET", f"/audit/replays/{replay}"))["status"] == "running":
        time.sleep(0.05)
    return found["report"]


@pytest.mark.rule("G7")
def test_a_draft_runs_beside_the_rules_from_its_begin_to_its_end(shop: Shop) -> None:
    aud, root = shop["aud"], shop["root"]
    assert aud.code("GET", "/shadow") == aud.code("GET", "/shadow/report") == root.code("DELETE", "/shadow") == (404, "not_found")
    assert aud.code("PUT", "/shadow", {"rulebook": DRAFT}) == (403, "forbidden")
    assert root.code("PUT", "/shadow", {"rulebook": {"name": "draft", "colour": 3}}) == (422, "rulebook_invalid")
    assert root.code("PUT", "/shadow", {"rulebook": "none"}) == (422, "unknown_version")
    begun = root.ok("PUT", "/shadow", {"rulebook": DRAFT})
    assert root.last.status_code == 201
    assert (begun["rulebook"]["name"], begun["since"], begun["by"]) == ("draft", "2026-03-02T01:00:00Z", "root")
    case = accepted(shop, "L1")
    assert aud.ok("GET", "/shadow/report")["report"] | {"log_position": 0} == replayed(shop) | {"log_position": 0}
    tag = aud("GET", "/shadow").headers["ETag"]

    shop.go("2026-03-04 09:00")
    shop.go("2026-03-10 09:00")  # three working days in fact, one under the draft: final in both, and a window that closes earlier
    report = aud.ok("GET", "/shadow/report")
    assert (report["cases"], report["report"]["windows_moved"], report["since"]) == (1, 1, "2026-03-02T01:00:00Z")
    shop["alice"].code("POST", f"/complaints/{case}/withdrawal", {})
    how_far = aud.ok("GET", "/shadow")
    assert (how_far["stale"], how_far["untold"], how_far["behind"] > 0) == (0, 0, True)
    assert aud.last.headers["ETag"] == tag  # how far it is changes nothing of it
    assert root.ok("PUT", "/shadow", {"rulebook": DRAFT}) == begun
    assert root.last.status_code == 200
    assert root.code("DELETE", "/shadow", **{"If-Match": '"other"'}) == (412, "precondition_failed")
    root.ok("DELETE", "/shadow", **{"If-Match": tag})
    assert aud.code("GET", "/shadow") == (404, "not_found")
    assert not any("draft" in one["text"] for who in ("alice", "mallory") for one in shop[who].all("/messages"))


@pytest.mark.rule("G7")
def test_a_process_of_its_own_follows_the_log(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = ShadowKeeper(shop.deployment)
    keeper.look()
    assert list(stores.shadow(shop.deployment)) == [CheckResult("ok", "no draft runs beside the rules")]
    shop["root"].ok("PUT", "/shadow", {"rulebook": DRAFT})
    accepted(shop, "L1")
    keeper.look()
    deadline = time.monotonic() + 600
    while shop["aud"].ok("GET", "/shadow")["behind"] or shop["aud"].ok("GET", "/shadow")["stale"]:
        assert time.monotonic() < deadline
        keeper.look()
        time.sleep(0.1)
    assert list(stores.shadow(shop.deployment)) == [CheckResult("ok", "draft 1 runs beside the rules, 0 positions behind")]
    monkeypatch.setattr(stores, "FEW", -1)
    assert [one.state for one in stores.shadow(shop.deployment)] == ["warn"]
    shop["root"].ok("DELETE", "/shadow")
    keeper.look()
    keeper.stop()
