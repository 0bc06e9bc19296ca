"""What rule makers, and a desk with many cases, do on the console: drafts, replays case by case, decisions for many."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.console import charts
from adapters.console.calendar_sheet import sheets
from adapters.console.rulebook_form import document_of, form_of, shortened, toml_of
from adapters.system.settings import Settings
from domain.rulebook import parse_rulebook
from tests.adapters.console.browser import Browser
from tests.contract.scene import Scene
from tests.contract.shop import Shop


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("rule-makers"))))
    yield Scene(shop)
    shop.close()


NAMED = {"name": "original-protection", "version": "draft", "effective_from": "2027-01-01T00:00:00+08:00"}


@pytest.mark.rule("G5")
def test_every_rulebook_comes_out_of_its_form_as_it_went_in(scene: Scene) -> None:
    schema = scene.shop["aud"].ok("GET", "/rulebooks/schema")
    given = {
        "name": "n",
        "version": "1",
        "effective_from": "2026-05-01T00:00:00Z",
        "time_zone": "Europe/Paris",
        "calendar": "FR",
        "picture": {"suffixes": ["png"], "min_side": 900},
        "vouchers": {"produce_within": {"days": 2, "count": "calendar", "roll": "next_working_day"}},
        "appeal": {
            "rounds": 3,
            "windows": [{"days": 30, "count": "calendar", "from": "notice"}, {"days": 1, "count": "months", "from": "previous_decision"}],
            "decide_within": [{"days": 9, "from_days": 2, "not_before": True}],
        },
        "misuse": {"enabled": True, "declined_complaints": {"warn_at": 4, "suspend_at": 5}},
        "reminder": {"enabled": False},
        "review": {"request_within": {"days": 48, "count": "hours"}},
    }
    typed: dict[str, list[str]] = {}
    for section in form_of(schema, given):
        for entry in section.entries:
            if entry.kind == "many":
                typed[entry.path] = list(entry.value)
            elif entry.kind != "flag" or entry.value:
                typed[entry.path] = [str(entry.value)]
    drafted = document_of(schema, typed)
    zones, countries = frozenset({"Europe/Paris"}), frozenset({"FR"})
    assert parse_rulebook(drafted, zones, countries).digest == parse_rulebook(given, zones, countries).digest
    assert parse_rulebook(tomllib.loads(toml_of(drafted)), zones, countries).digest == parse_rulebook(given, zones, countries).digest
    assert set(shortened(schema, {**drafted, "desk": {"claim_hours": 24}})) == set(drafted)


@pytest.mark.rule("G3", "G5")
def test_a_draft_is_checked_as_one_types_replayed_and_published(scene: Scene) -> None:
    admin = Browser(scene.shop, "root")
    page = admin.open("/console/rules/draft")
    (_, fields), *_ = [form for form in page.forms if form[0].get("action") == "/console/rules/draft"]
    for no_number in ("--5", "\u00b2", "zero"):
        typed = {**fields, **NAMED, "calendar": "CN", "time_zone": "Asia/Shanghai", "appeal.rounds": no_number}
        part = admin.client.post("/console/rules/draft", data=typed, headers={"HX-Request": "true"}).get_data(as_text=True)
        assert "appeal.rounds" in part and "<html" not in part
    whole = admin.client.post("/console/rules/draft", data={**typed, "then": "publish"})
    assert whole.status_code == 422 and "appeal.rounds" in whole.get_data(as_text=True)
    typed |= {"appeal.rounds": "1", "appeal.windows.0.days": "3", "appeal.windows.0.count": "working", "appeal.windows.0.from": "notice"}
    part = admin.client.post("/console/rules/draft", data=typed, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "It is a rulebook." in part and "rounds = 1" in part
    started = admin.client.post("/console/rules/draft", data={**typed, "then": "replay"})
    assert started.status_code == 303
    replay = started.headers["Location"].partition("?")[0]
    deadline = time.monotonic() + 120
    while scene.shop["aud"].ok("GET", replay.replace("/console", "/audit"))["status"] == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    found = scene.shop["aud"].ok("GET", replay.replace("/console", "/audit"))
    auditor = Browser(scene.shop, "aud")
    cases = [f"{replay}/cases{query}" for query in ("", "?month=2026-03&from=x&to=y", "?after=\u00b2", f"?after={'9' * 5000}", "?after=-1")]
    for address in (replay, f"{replay}?changed=yes", *cases):
        auditor.open(address)
        assert auditor.last.status_code == 200, address
    for one in found["changed"][:2]:
        assert "From here on the replay goes another way" in auditor.open(f"{replay}/cases/{one['case']}").texts
    for form, begins in (("csv", b"case,from,to"), ("parquet", b"PAR1")):
        taken = auditor.client.get(f"/console/files{replay.removeprefix('/console')}/{form}")
        assert (taken.status_code, taken.data[: len(begins)]) == (200, begins)
        assert taken.headers["Content-Disposition"].endswith(f'.{form}"')
    auditor.open(f"{replay}/cases/none")
    assert auditor.last.status_code == 404
    published = admin.client.post("/console/rules/draft", data={**typed, "key": "another", "then": "publish"})
    assert published.headers["Location"] == "/console/rules?done=published"
    assert "appeal.rounds" in auditor.open("/console/rules/difference").texts or "appeal.rounds" in auditor.last.get_data(as_text=True)


@pytest.mark.rule("C3", "H3")
def test_many_cases_are_looked_at_once_more_and_decided_with_an_outcome_each(scene: Scene) -> None:
    shop = scene.shop
    cases = shop.lodge("kira", shop.filing("kira", "many"), *(shop.listing("mallory", f"M{number}") for number in range(3)))
    desk = Browser(shop, "desk")
    chosen = "/console/desk/bulk?complainant=kira&" + "&".join(f"id={case}" for case in [*cases, "gone"])
    page = desk.open(chosen)
    assert "1 of them is not in this queue any more." in page.texts
    (_, fields), *_ = [form for form in page.forms if str(form[0].get("action")).startswith("/console/desk/bulk")]
    without = desk.client.post("/console/desk/bulk?complainant=kira", data={**fields, "id": cases, "command": "acceptance"})
    assert without.status_code == 422
    shop["desk-2"].ok("POST", f"/desk/complaints/{cases[2]}/claim")
    sent: dict[str, Any] = {**fields, "key": "fresh", "id": cases, "command": "acceptance", "reasons": "the same picture"}
    told = desk.client.post("/console/desk/bulk?complainant=kira", data=sent).get_data(as_text=True)
    assert "2 done, 1 refused." in told
    assert sorted(shop["kira"].ok("GET", f"/complaints/{case}")["status"] for case in cases) == ["lodged", "penalized", "penalized"]


def test_a_flow_has_each_case_once_on_each_side() -> None:
    endings = {"final": {"final": 3, "lifted": 2}, "lifted": {"lifted": 5}, "declined": {}}
    drawn = charts.flow(endings)
    assert [(block.name, block.count) for block in drawn.left] == [("final", 5), ("lifted", 5)]
    assert [(block.name, block.count) for block in drawn.right] == [("final", 3), ("lifted", 7)]
    assert [(one.origin, one.to) for one in charts.flow(endings, only_changed=True).ribbons] == [("final", "lifted")]
    assert not charts.flow({}).ribbons
    assert [bar.width for bar in charts.bars([("a", 2), ("b", 1)])] == [360, 180]


@pytest.mark.rule("E1")
def test_a_calendar_sheet_has_weeks_from_monday() -> None:
    days = [f"2026-02-{day}" for day in (26, 27, 28)] + ["2026-03-01", "2026-03-02"]
    february, march = sheets([{"date": day} for day in days])
    assert [[day and day["number"] for day in week] for week in february.weeks] == [[None, None, None, 26, 27, 28, None]]
    assert [[day and day["number"] for day in week] for week in march.weeks] == [[None] * 6 + [1], [2] + [None] * 6]


@pytest.mark.rule("E1")
def test_what_is_no_number_of_days_gives_no_deadline(scene: Scene) -> None:
    aud = Browser(scene.shop, "aud")
    for days, closes in (("3", True), ("\u00b2", False), ("-1", False), ("9" * 5000, False), ("", False)):
        page = aud.open(f"/console/deadlines?from=2026-03-02T01:00:00Z&days={days}")
        assert aud.last.status_code == 200
        assert any(text.startswith("It closes at") for text in page.texts) is closes


@pytest.mark.rule("T8")
def test_a_periods_figures_are_drawn_with_their_numbers_beside_them(scene: Scene) -> None:
    told = scene.shop["aud"].ok("GET", "/audit/figures?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z")
    aud = Browser(scene.shop, "aud")
    page = aud.open("/console/figures?from=2026-03-01&to=2026-04-01")
    lodged = told["figures"]["complaints"]["lodged"]
    assert page.texts[page.texts.index("links complained of") + 1] == str(lodged)  # in the drawing, and once more in the table
    assert page.texts.count("links complained of") == 2
    assert any("may still change" in text for text in page.texts)
    assert sum(one["cases"] for one in told["to_take_up"]) == sum(told["figures"]["complaints"][one] for one in ("taken_up", "declined"))
    assert "This month" in aud.open("/console/figures").texts
    for wrong in ("from=2026-04-01&to=2026-03-01", "from=2026-02-30&to=2026-04-01"):
        assert aud.open(f"/console/figures?{wrong}") and aud.last.status_code == 422, wrong
    root = Browser(scene.shop, "desk")
    root.open("/console/figures")
    assert root.last.status_code == 403


@pytest.mark.rule("G7", "G8")
def test_a_draft_is_sealed_read_and_published_and_another_runs_beside_the_rules(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path), rule_gate=True, rule_notice_days=30))
    admin, auditor = Browser(shop, "root"), Browser(shop, "aud")
    (_, fields), *_ = [form for form in admin.open("/console/rules/draft").forms if form[0].get("action") == "/console/rules/draft"]
    typed = {**fields, **NAMED, "effective_from": "2026-03-20T00:00:00+08:00", "appeal.rounds": "1"}
    soon = admin.client.post("/console/rules/draft", data={**typed, "key": "a", "then": "publish"}).get_data(as_text=True)
    assert "in force at the earliest from" in soon
    typed["effective_from"] = "2027-01-01T00:00:00+08:00"
    unread = admin.client.post("/console/rules/draft", data={**typed, "key": "b", "then": "publish"})
    assert (unread.status_code, "Replay the draft and seal it" in unread.get_data(as_text=True)) == (409, True)

    sealed = admin.client.post("/console/rules/draft", data={**typed, "key": "c", "then": "seal"}).headers["Location"].partition("?")[0]
    deadline = time.monotonic() + 600
    while shop["aud"].ok("GET", sealed.replace("/console", "/audit"))["status"] == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "nobody yet" in auditor.open(sealed).texts
    forms = {str(form[0].get("action")).rpartition("/")[2]: form[1] for form in admin.open(sealed).forms}
    assert admin.client.post(f"{sealed}/publishing", data=forms["publishing"]).status_code == 409
    assert admin.client.post(f"{sealed}/reading", data=forms["reading"]).headers["Location"] == f"{sealed}?done=read_it"
    assert (
        admin.client.post(f"{sealed}/publishing", data={**forms["publishing"], "key": "d"}).headers["Location"].startswith("/console/rules")
    )
    assert shop["aud"].ok("GET", "/rulebooks")["items"][0]["version"] == "draft"

    assert "No draft runs beside the rules." in auditor.open("/console/shadow").texts
    begun = admin.client.post("/console/rules/draft", data={**typed, "key": "e", "then": "shadow"})
    assert begun.headers["Location"] == "/console/shadow?done=shadow_begun"
    shown = auditor.open("/console/shadow/report")
    assert "From ending to ending" in shown.texts
    assert "original-protection draft" in shown.texts
    assert not [form for form in shown.forms if form[0].get("action") == "/console/shadow/end"]
    (_, end), *_ = [form for form in admin.open("/console/shadow").forms if form[0].get("action") == "/console/shadow/end"]
    assert admin.client.post("/console/shadow/end", data=end).headers["Location"] == "/console/shadow?done=shadow_ended"
    (_, begin), *_ = [form for form in admin.open("/console/shadow").forms if form[0].get("action") == "/console/shadow"]
    assert admin.client.post("/console/shadow", data={**begin, "rulebook": "draft"}).headers["Location"].startswith("/console/shadow")
    assert admin.client.post("/console/shadow", data={**begin, "key": "f", "rulebook": "none"}).status_code == 422
    shop.close()


@pytest.mark.rule("G6")
def test_each_keys_months_are_drawn_on_a_scale_of_their_own() -> None:
    months = [{"month": "2026-03", "because": {"calendar": 2}}, {"month": "2026-04", "because": {"calendar": 4, "time_zone": 1}}]
    calendar, zone = charts.multiples(months, ["calendar", "time_zone"])
    assert [(month, count, height) for month, count, _, _, height in calendar.columns] == [("2026-03", 2, 30.0), ("2026-04", 4, 60.0)]
    assert ([count for _, count, *_ in zone.columns], zone.most) == ([0, 1], 1)
    assert charts.multiples([], ["calendar"])[0].columns == []
