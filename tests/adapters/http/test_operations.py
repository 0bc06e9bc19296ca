"""What operators read, and the headers, limits, figures and logs that go with every answer."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import uuid
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder

from adapters.http import docs_page, logs
from adapters.http.app import MATCHED, HttpApp
from adapters.http.endpoint import JSON_BYTES
from adapters.http.headers import ALWAYS
from adapters.http.problems import Problem
from adapters.http.rates import CountsHere, Rates
from adapters.http.schemas.audit import Health
from adapters.wiring.request_counts import CountsInTable
from projections.dialect import open_engine
from tests.adapters.http.conftest import Visitor
from tests.adapters.http.documented import assert_documented
from tests.adapters.http.house import token


def test_health_and_readiness_need_no_token(visit: Visitor) -> None:
    alive, ready = visit.client.get("/healthz"), visit.client.get("/readyz")
    assert (alive.status_code, ready.status_code) == (200, 200)
    assert_documented(alive.data, Health)
    assert_documented(ready.data, Health)
    assert ready.json == {"status": "ready", "checks": {"cellar": "ok"}}


def test_what_is_not_well_is_named(visit: Visitor) -> None:
    visit.house.notes["flood"] = ("nobody", "water")
    answer = visit.client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (answer.json["code"], answer.json["checks"]) == ("unavailable", {"cellar": "failing"})


def test_a_history_that_is_being_read_is_told_with_how_far_it_is(tmp_path: Path) -> None:
    visit = Visitor(tmp_path)
    visit.house.notes["percent"] = ("nobody", "42")
    for answer in (visit.client.get("/readyz"), visit("POST", "/v1/trouble/2")):
        assert (answer.status_code, answer.json["code"], answer.json["progress"]) == (503, "preparing", 42)
        assert answer.headers["Retry-After"] == "5"
    del visit.house.notes["percent"]
    assert visit("POST", "/v1/trouble/2").json["code"] == "unavailable"


def test_figures_count_commands_and_refusals(tmp_path: Path) -> None:
    visit = Visitor(tmp_path)
    visit("POST", "/v1/notes", json={"words": "hello"})
    visit("POST", "/v1/notes", json={"words": "closed"})
    visit("GET", "/v1/notes/none")
    assert visit("POST", "/v1/trouble/5").headers["Retry-After"] == "1"
    text = visit("GET", "/metrics", role="admin").text
    assert "originals_commands_total 1.0" in text
    assert 'originals_refusals_total{code="case_closed"} 1.0' in text
    assert 'originals_refusals_total{code="not_found"} 1.0' in text
    assert 'originals_refusals_total{code="busy"} 1.0' in text
    assert "originals_notes 1.0" in text
    assert 'originals_lag{of="notes"} 2.0' in text
    assert 'originals_http_request_duration_seconds_count{kind="command",status="4xx"} 1.0' in text
    assert "make_note" not in text and "_created" not in text
    assert "alice" not in text


def test_every_answer_carries_the_headers_and_an_id_of_its_own(visit: Visitor) -> None:
    answers = [visit("GET", "/v1/notes"), visit("GET", "/none"), visit("POST", "/v1/trouble/1"), visit.client.options("/v1/notes")]
    for answer in answers:
        assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
        assert "Server" not in answer.headers
    ids = [uuid.UUID(answer.headers["X-Request-Id"]) for answer in answers]
    assert len(set(ids)) == len(ids)
    assert {one.version for one in ids} == {4}


def test_an_id_from_outside_is_not_taken_over(visit: Visitor) -> None:
    assert visit("GET", "/v1/notes", headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] != "mine"


def test_the_page_stands_on_its_own(visit: Visitor) -> None:
    answer = visit.client.get("/docs", headers={"Accept": "text/html,application/xhtml+xml"})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.headers["Content-Security-Policy"] == docs_page.POLICY
    assert "<script" not in answer.text
    assert "http://" not in answer.text.replace("urn:", "")
    for expected in ("/v1/notes/{id}", "id='window_closed'", "Make a note", "If-Match"):
        assert expected in answer.text


def test_other_origins_are_let_in_only_where_it_is_said(tmp_path: Path) -> None:
    closed, opened = Visitor(tmp_path / "a"), Visitor(tmp_path / "b", cors_origins=("https://shop.example",))
    ours, theirs = {"Origin": "https://shop.example"}, {"Origin": "https://evil.example"}
    assert "Access-Control-Allow-Origin" not in closed("GET", "/v1/notes", headers=ours).headers
    assert "Access-Control-Allow-Origin" not in opened("GET", "/v1/notes", headers=theirs).headers
    answer = opened("GET", "/v1/notes", headers=ours)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Origin" in answer.headers["Vary"]
    asked = opened.client.options("/v1/notes", headers={**ours, "Access-Control-Request-Method": "POST"})
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers


def test_figures_are_for_an_admin_and_for_who_has_their_token(tmp_path: Path) -> None:
    visit = Visitor(tmp_path, metrics_token="of-the-operators")
    assert visit.client.get("/metrics").status_code == 401
    assert visit("GET", "/metrics").status_code == 403
    assert visit("GET", "/metrics", role="admin").status_code == 200
    shown = {"Authorization": "Bearer of-the-operators"}
    assert visit.client.get("/metrics", headers=shown).status_code == 200
    assert visit.client.get("/v1/notes", headers=shown).status_code == 401
    assert Visitor(tmp_path).client.get("/metrics", headers=shown).status_code == 401


def test_rates_are_limited_by_subject_and_by_address_where_there_is_no_token(tmp_path: Path) -> None:
    free, limited = Visitor(tmp_path / "a"), Visitor(tmp_path / "b", rate_limit="2/day")
    assert "RateLimit" not in free("GET", "/v1/notes").headers
    first, second, third = (limited("GET", "/v1/notes") for _ in range(3))
    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    assert first.headers["RateLimit-Policy"] == '"default";q=2;w=86400'
    assert first.headers["RateLimit"].startswith('"default";r=1;t=')
    assert (third.json["code"], third.headers["RateLimit"].split(";")[1]) == ("rate_limited", "r=0")
    assert 0 < int(third.headers["Retry-After"]) <= 86400
    strangers = [limited.client.post("/v1/notes", headers=shown).status_code for shown in ({}, {"Authorization": "Bearer a.b.c"}, {})]
    assert strangers == [401, 401, 429]
    assert limited("GET", "/v1/notes", subject="bob").status_code == 200  # from the strangers' own address
    assert limited.client.get("/healthz").status_code == 200


def test_who_was_let_in_a_moment_ago_is_let_in_at_once_and_nobody_else(tmp_path: Path) -> None:
    def at_once(visit: Visitor, method: str, path: str, role: str = "merchant", **headers: str) -> int | None:
        shown = {"Authorization": f"Bearer {token(tmp_path, role, 'alice')}", **headers}
        first = visit.client.get("/v1/notes", headers=shown).request.environ
        asked = {**first, "REQUEST_METHOD": method, "PATH_INFO": path, MATCHED: None}
        app = visit.client.application
        assert isinstance(app, HttpApp)
        return app.admit_known(asked)

    free, limited = Visitor(tmp_path), Visitor(tmp_path, rate_limit="9/day")
    assert (at_once(free, "GET", "/v1/notes"), at_once(free, "POST", "/v1/notes")) == (0, JSON_BYTES)
    assert at_once(free, "POST", "/v1/notes", role="auditor") is None  # refused, which is said with the answer
    assert at_once(free, "POST", "/v1/nothing") is None
    assert at_once(limited, "POST", "/v1/notes") is None  # it has to be counted
    stranger = EnvironBuilder(path="/v1/notes", method="POST", headers={"Authorization": "Bearer a.b.c"}).get_environ()
    assert free.client.application.admit_known(stranger) is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("shared", [False, True])
def test_the_window_of_a_rate_slides_and_is_one_for_all_processes(tmp_path: Path, shared: bool) -> None:
    now, url = [86_400.0], f"sqlite:///{tmp_path / 'requests.sqlite'}"
    counts = [CountsInTable(open_engine(url)) for _ in range(2)] if shared else [CountsHere()] * 2
    several = [Rates("4/minute", one, lambda: now[0]) for one in counts]

    def asked(times: int) -> int:
        admitted = 0
        for number in range(times):
            with contextlib.suppress(Problem):
                several[number % 2].spend("mo")
                admitted += 1
        return admitted

    assert asked(6) == 4
    now[0] += 60 + 30  # half of the window before still counts
    assert asked(6) == 2
    now[0] += 120
    assert asked(6) == 4
    assert several[0].spend("bo")["RateLimit"] == '"default";r=3;t=30'


@pytest.mark.rule("C5")
def test_logs_are_json_and_name_nobody(visit: Visitor) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    logs.LOGGER.addHandler(handler)
    logs.LOGGER.setLevel(logging.INFO)
    try:
        note = visit("POST", "/v1/notes", subject="alice-the-merchant", json={"words": "very private"}).json["id"]
        answer = visit("GET", f"/v1/notes/{note}?kind=odd", subject="alice-the-merchant")
        visit("POST", "/v1/trouble/1", subject="alice-the-merchant")
    finally:
        logs.LOGGER.removeHandler(handler)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["request", "request", "request failed", "request"]
    assert (lines[1]["request_id"], lines[1]["code"], lines[1]["operation"]) == (answer.headers["X-Request-Id"], "invalid", "read_note")
    assert lines[2]["error"] == "RuntimeError"
    assert any(place.startswith("trouble (house.py:") for place in lines[2]["places"])
    for secret in ("alice", "private", "secret", "kind=odd", note, "Bearer"):
        assert secret not in written.getvalue()
