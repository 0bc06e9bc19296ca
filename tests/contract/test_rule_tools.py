"""What rule makers ask over HTTP: a draft checked, versions compared, deadlines counted, replays listed and cancelled."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.system.settings import Settings
from tests.contract.shop import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path_factory.mktemp("rules"))))
    yield opened
    opened.close()


@pytest.mark.rule("G5")
def test_a_draft_is_checked_key_by_key_and_publishes_nothing(shop: Shop) -> None:
    root, before = shop["root"], shop.deployment.stores.store.log_head()
    assert root.ok("POST", "/rulebooks/validation", {"appeal": {"rounds": 3}}) == {"valid": True, "errors": []}
    wrong = root.ok("POST", "/rulebooks/validation", {"appeal": {"rounds": 0}, "time_zone": "Nowhere", "calendar": "CN"})
    assert not wrong["valid"]
    assert [one["path"] for one in wrong["errors"]] == ["appeal.rounds", "time_zone"]
    toml = shop.app.test_client().post(
        "/v1/rulebooks/validation",
        data=b"[appeal]\nroundz = 2\n",
        headers={"Authorization": f"Bearer {shop.token('auditor', 'aud')}", "Content-Type": "application/toml"},
    )
    assert json.loads(toml.data) == {"valid": False, "errors": [{"path": "appeal.roundz", "why": "unknown key"}]}
    assert shop.deployment.stores.store.log_head() == before


@pytest.mark.rule("G5")
@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("toml", b"[appeal]\nrounds = =\n", "Invalid value (at line 2, column 10)"),
        ("toml", b"\xff", "not a TOML document"),
        ("json", b'{"appeal": ', "not a JSON object"),
        ("json", b"[]", "has to be a JSON object"),
        ("json", b'{"name": "a\\u0000b"}', "name Contains a character that cannot be kept."),
    ],
)
def test_what_is_no_document_is_a_draft_that_is_not_valid(shop: Shop, kind: str, body: bytes, why: str) -> None:
    said = shop.app.test_client().post(
        "/v1/rulebooks/validation",
        data=body,
        headers={"Authorization": f"Bearer {shop.token('auditor', 'aud')}", "Content-Type": f"application/{kind}"},
    )
    assert (said.status_code, said.json["valid"], [one["path"] for one in said.json["errors"]]) == (200, False, [""])
    assert why in said.json["errors"][0]["why"]


@pytest.mark.rule("G5")
def test_versions_are_read_and_compared(shop: Shop) -> None:
    root = shop["root"]
    later = {"name": "longer", "version": "1", "effective_from": "2027-01-01T00:00:00Z", "appeal": {"rounds": 3}}
    root.ok("POST", "/rulebooks", later)
    assert root.ok("GET", "/rulebooks/longer/1")["rules"]["appeal"]["rounds"] == 3
    built_in = root.ok("GET", "/rulebooks/original-protection/2026-01")
    assert (built_in["in_force"], built_in["effective_from"]) == (True, None)
    assert root.code("GET", "/rulebooks/longer/2") == (404, "not_found")
    diff = root.ok("GET", "/rulebooks/diff?a=original-protection/2026-01&b=longer/1")
    assert [one["key"] for one in diff["differences"]] == ["name", "version", "effective_from", "appeal.rounds"]
    assert diff["differences"][-1]["words"] == "appeal.rounds is 2 in the first and 3 in the second"
    assert root.code("GET", "/rulebooks/diff?a=longer&b=longer/1") == (422, "invalid")
    schema = root.ok("GET", "/rulebooks/schema")
    assert schema["$defs"]["AppealRules"]["properties"]["rounds"]["default"] == 2


@pytest.mark.rule("E1", "C4")
def test_a_deadline_is_counted_with_its_proof(shop: Shop) -> None:
    answer = shop["alice"].ok("POST", "/deadlines", {"from": "2026-02-13T08:00:00Z", "days": 3})
    assert answer["closes_at"] == "2026-02-25T16:00:00Z"
    assert [one["date"] for one in answer["proof"] if one["counted"]] == ["2026-02-14", "2026-02-24", "2026-02-25"]
    assert not answer["provisional"]
    rolled = {"from": "2026-02-13T08:00:00+08:00", "days": 2, "count": "calendar", "roll": True, "zone": "UTC"}
    assert shop["desk"].ok("POST", "/deadlines", rolled)["closes_at"] == "2026-02-25T00:00:00Z"
    hours = shop["desk"].ok("POST", "/deadlines", {"from": "2030-02-13T08:00:00.5Z", "days": 48, "count": "hours"})
    assert (hours["closes_at"], hours["provisional"]) == ("2030-02-15T08:00:00.500000Z", False)
    assert [one["date"] for one in hours["proof"]] == ["2030-02-13", "2030-02-14", "2030-02-15"]
    assert hours["proof"][-1]["why"] == "16:00:00.5 hours elapse, 48 of 48"
    for wrong in ({"days": 87_841, "count": "hours"}, {"count": "hours", "roll": True}, {"days": 3_661}):
        body = {"from": "2026-02-13T08:00:00Z", "days": 3, **wrong}
        assert shop["aud"].code("POST", "/deadlines", body) == (422, "invalid"), wrong
    for wrong in ({"calendar": "XX"}, {"zone": "Nowhere"}, {"calendar": "US"}, {"days": 87_840, "count": "months"}, {"days": 0}):
        body = {"from": "2026-02-13T08:00:00Z", "days": 3, **wrong}
        assert shop["aud"].code("POST", "/deadlines", body) == (422, "invalid"), wrong


@pytest.mark.rule("G3")
def test_replays_are_listed_and_cancelled(shop: Shop) -> None:
    aud = shop["aud"]
    started = [aud.ok("POST", "/audit/replays", {"rulebook": "2026-01"})["id"] for _ in range(2)]
    listed = [one["id"] for one in aud.all("/audit/replays")]
    assert set(started) <= set(listed)
    first = aud.ok("GET", "/audit/replays?limit=1")
    assert [one["id"] for one in aud.ok("GET", f"/audit/replays?after={first['next']}")["items"]] == listed[1:]
    assert aud.code("DELETE", "/audit/replays/none") == (404, "not_found")
    answers = {aud.code("DELETE", f"/audit/replays/{one}") for one in started for _ in range(2)}
    assert answers <= {(204, None), (409, "replay_ended")}
    assert (409, "replay_ended") in answers


@pytest.mark.rule("G6")
def test_a_replay_says_why_cases_end_otherwise_and_pages_through_them(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    aud = shop["aud"]
    document = {"name": "other", "version": "1", "effective_from": "2026-01-01T00:00:00Z", "penalty": {"when": "final"}}
    replay = aud.ok("POST", "/audit/replays", {"rulebook": document})["id"]
    while aud.ok("GET", f"/audit/replays/{replay}")["status"] == "running":
        time.sleep(0.05)
    told = aud.ok("GET", f"/audit/replays/{replay}")
    assert told["because"] == told["report"]["because"]
    assert sum(month["changed"] for month in told["by_month"]) == len(told["changed"]) == told["report"]["changed_cases"]
    paged: list[object] = []
    place: int | None = 0
    while place is not None:
        page = aud.ok("GET", f"/audit/replays/{replay}?changed={place}&limit=1")
        assert (page["report"], page["because"]) == (None, told["because"])
        paged += page["changed"]
        place = page["changed_next"]
    assert paged == told["changed"]
    assert aud.ok("GET", f"/audit/replays/{replay}?changed=1000000")["changed"] == []
    assert aud.code("GET", f"/audit/replays/{replay}?changed=-1") == (422, "invalid")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    lacking = aud("GET", f"/audit/replays/{replay}/changed?format=parquet")
    told = json.loads(lacking.data)
    assert (lacking.status_code, told["code"], told["extra"]) == (501, "extra_missing", "originals[parquet]")
    assert "pip install 'originals[parquet]'" in told["detail"]


@pytest.mark.rule("G8")
def test_a_sealed_replay_is_on_record_and_so_is_who_has_read_it(shop: Shop) -> None:
    aud, root = shop["aud"], shop["root"]

    def ran(**more: object) -> str:
        replay: str = aud.ok("POST", "/audit/replays", {"rulebook": "2026-01", **more})["id"]
        while aud.ok("GET", f"/audit/replays/{replay}")["status"] == "running":
            time.sleep(0.05)
        return replay

    def events() -> list[Any]:
        return [json.loads(line) for line in aud("GET", "/audit/events?limit=200").data.splitlines()]

    plain, sealed = ran(), ran(seal=True)
    assert aud.ok("GET", f"/audit/replays/{plain}")["sealed"] is None
    told = aud.ok("GET", f"/audit/replays/{sealed}")["sealed"]
    assert (told["by"], told["readings"], told["rulebook"]["version"]) == ("aud", [], "2026-01")
    (event,) = (one for one in events() if one["type"] == "ReplaySealed")
    assert (event["subject"], event["data"]["digest"]) == (sealed, told["digest"])
    assert aud.code("POST", f"/audit/replays/{sealed}/reading", {}) == (403, "forbidden")
    assert root.code("POST", f"/audit/replays/{plain}/reading", {}) == (409, "not_sealed")
    assert root.code("POST", "/audit/replays/none/reading", {}) == (404, "not_found")
    read = root.ok("POST", f"/audit/replays/{sealed}/reading", {})
    assert read == root.ok("POST", f"/audit/replays/{sealed}/reading", {})
    assert [one["by"] for one in read["readings"]] == ["root"]
    assert {one["id"]: one["sealed"] for one in aud.all("/audit/replays")}[sealed] == read
    assert [one["type"] for one in events()].count("SealedReplayRead") == 1


@pytest.mark.rule("H10")
def test_what_a_threshold_of_misuse_would_have_done_is_shown(shop: Shop) -> None:
    aud, market = shop["aud"], shop["market"]
    lines = aud.ok("GET", "/audit/misuse-preview")
    assert all(set(line) == {"kind", "threshold", "warned", "suspended"} for line in lines)
    some = aud.ok("GET", "/audit/misuse-preview?kind=declined_complaints&window_days=1")
    assert {line["kind"] for line in some} <= {"declined_complaints"}
    assert aud.code("GET", "/audit/misuse-preview?kind=none") == (422, "invalid")
    assert aud.code("GET", "/audit/misuse-preview?window_days=0") == (422, "invalid")
    assert market.code("GET", "/audit/misuse-preview") == (403, "forbidden")


@pytest.mark.rule("T5", "G8")
def test_a_gate_holds_a_publication_back_until_its_replay_was_read_and_members_are_told_of_it(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path), rule_gate=True, rule_notice_days=20))
    shop.filing("alice")
    root = shop["root"]
    draft = {"name": "draft", "version": "1", "effective_from": "2026-04-01T00:00:00Z", "appeal": {"rounds": 3}}
    assert root.code("POST", "/rulebooks", draft | {"effective_from": "2026-03-20T00:00:00Z"}) == (409, "too_soon")
    assert json.loads(root.last.data)["earliest"] == "2026-03-22T01:00:00Z"
    assert root.code("POST", "/rulebooks", draft) == (409, "replay_missing")
    replay = root.ok("POST", "/audit/replays", {"rulebook": draft, "seal": True})["id"]
    while root.ok("GET", f"/audit/replays/{replay}")["status"] == "running":
        time.sleep(0.05)
    assert root.code("POST", "/rulebooks", draft) == (409, "replay_missing")
    root.ok("POST", f"/audit/replays/{replay}/reading", {})
    assert root.ok("POST", "/rulebooks", draft)["version"] == "1"
    shop.go("2026-03-03 09:00")
    (told,) = (one for one in shop["alice"].all("/messages") if one["kind"] == "rules_change")
    assert "draft 1 in place of original-protection 2026-01" in told["text"]
    assert "appeal.rounds was 2, becomes 3" in told["text"]
    shop.close()
