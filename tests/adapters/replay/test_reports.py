"""The reports of a replay: JSON for programs, tables and a page for people, CSV for spreadsheets (rule G3)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from adapters.replay import as_table, charts
from adapters.replay.as_csv import HEAD, write_csv
from adapters.replay.as_json import report, write_json
from adapters.replay.as_page import MULTIPLES, write_page
from adapters.replay.running import Replayed, replay
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from application.law import published_law
from tests.adapters.replay.test_running import OTHERS

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    directory, keep = str(tmp_path_factory.mktemp("store")), tmp_path_factory.mktemp("kept")
    stores = open_store(directory)
    simulate(stores, 150, 2)
    law = published_law(stores.store)
    stores.close()
    yield replay(directory, law, OTHERS, until=UNTIL, keep=keep)


@pytest.mark.rule("G3")
def test_json_is_written_as_the_contract_has_it(replayed: Replayed) -> None:
    out = io.StringIO()
    write_json(out, replayed, 0)
    told = json.loads(out.getvalue())
    assert {"cases", "events", "pending", "differences", "endings", "undetermined", "changed"} <= set(told)
    assert told["changed"]
    for one in told["changed"]:
        assert {"case", "from", "to", "first_divergence"} <= set(one)
        assert one["from"] != one["to"]
        assert set(one["first_divergence"]) == {"event", "at"}
    assert report(replayed, 0)["changed"] == told["changed"]
    assert report(replayed, 0, 1)["changed_left_off"] == len(told["changed"]) - 1


@pytest.mark.rule("G6")
def test_the_causes_in_sum_are_those_of_the_cases(replayed: Replayed) -> None:
    told = report(replayed, 0)
    by_key = Counter((cause["key"], str(cause["from"]), str(cause["to"])) for one in told["changed"] for cause in one["because"])
    assert by_key == {(one["key"], str(one["from"]), str(one["to"])): one["cases"] for one in told["because"]}
    assert told["because_unknown"] == 0
    for one in told["changed"]:
        assert {cause["key"] for cause in one["because"]} == {key for keys in one["sets"] for key in keys}
        assert len({len(keys) for keys in one["sets"]}) == 1
    assert sum(month["cases"] for month in told["by_month"]) == told["cases"]
    assert sum(month["changed"] for month in told["by_month"]) == told["changed_cases"]
    for side in ("complainant", "respondent"):
        assert sum(member[side] for member in told["by_member"]) == told["changed_cases"]
    for several, times in ((told["by_month"], 1), (told["by_member"], 2)):  # a case has one month and two members
        assert sum(sum(one["because"].values()) for one in several) == times * by_key.total()
    assert told["by_member_left_off"] == 0


@pytest.mark.rule("G6")
def test_a_report_says_of_which_cases_no_causes_were_found(replayed: Replayed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("domain.case.causes.MOST", 1)
    monkeypatch.setattr("adapters.replay.as_causes.MEMBERS", 1)
    stores = open_store(str(tmp_path))
    simulate(stores, 20, 2)
    law = published_law(stores.store)
    stores.close()
    (tmp_path / "kept").mkdir()
    sought = replay(str(tmp_path), law, OTHERS[:1], until=UNTIL, keep=tmp_path / "kept", workers=1)
    told = report(sought, 0)
    assert (told["because"], told["because_unknown"]) == ([], told["changed_cases"])
    assert told["changed_cases"] > 0
    assert {one["because"] for one in told["changed"]} == {None}
    assert told["by_member_left_off"] > 0
    unasked = report(replay(str(tmp_path), law, OTHERS[:1], until=UNTIL, workers=1, why=False), 0)
    assert unasked["by_month"] == []


@pytest.mark.rule("G2")
def test_the_verification_has_the_same_members(replayed: Replayed) -> None:
    out = io.StringIO()
    write_json(out, replayed)
    told = json.loads(out.getvalue())
    assert (told["cases"], told["differences"], told["changed"], told["undetermined"]) == (150, 0, [], 0)
    assert all(set(counts) == {ending} for ending, counts in told["endings"].items())
    assert told["first_difference"] is None


@pytest.mark.rule("G3")
def test_csv_has_a_line_for_every_case_that_diverges(replayed: Replayed) -> None:
    out = io.StringIO()
    write_csv(out, replayed)
    lines = list(csv.reader(io.StringIO(out.getvalue())))
    assert lines[0] == list(HEAD)
    assert {line[0] for line in lines[1:]} == {name for name, _ in OTHERS}
    assert len(lines) - 1 == sum(sums.diverged for sums in replayed.tally.alternatives)
    changed = [line for line in lines[1:] if line[4] == "yes"]
    assert len(changed) == sum(sums.changed for sums in replayed.tally.alternatives)


def test_no_cell_of_a_csv_report_is_a_formula(replayed: Replayed) -> None:
    out = io.StringIO()
    for name in ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "plain"):
        write_csv(out, replace(replayed, names=[name]))
    out.seek(0)
    names = {line[0] for line in csv.reader(out)}
    assert names == {"rulebook", "'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(1)", "\\tx", "plain"}


def test_a_cell_of_a_markdown_report_shows_what_is_in_it(replayed: Replayed) -> None:
    out = as_table.markdown(replace(replayed, names=["a|b", "<script>", "c&d"]))
    assert [line.split(" | ")[0] for line in out.splitlines()[3:]] == ["| a\\|b", "| &lt;script>", "| c&amp;d"]


@pytest.mark.rule("G3")
def test_tables_for_a_terminal_and_for_documents(replayed: Replayed) -> None:
    console = Console(file=io.StringIO(), width=200)
    as_table.show(console, replayed)
    as_table.show_all(console, replayed)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "150 cases under marketplace-b" in told
    assert "calendar of US: from the library, never published" in told
    assert "as it happened" in told
    table = as_table.markdown(replayed).splitlines()
    assert len(table) == 2 + 1 + len(OTHERS)
    assert len({line.count("|") for line in table}) == 1


def test_the_verification_for_a_terminal(replayed: Replayed) -> None:
    console = Console(file=io.StringIO(), width=200)
    as_table.show(console, Replayed(replayed.head, replayed.until, replayed.tally, []))
    assert "0 differences" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_long_list_is_cut_on_a_terminal_and_on_a_page(replayed: Replayed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_table, "SHOWN", 2)
    monkeypatch.setattr("adapters.replay.as_page.SHOWN", 2)
    console, page = Console(file=io.StringIO(), width=200), io.StringIO()
    as_table.show(console, replayed)
    write_page(page, replayed)
    left = replayed.tally.alternatives[0].changed - 2
    assert f"and {left} more" in console.file.getvalue()  # type: ignore[attr-defined]
    assert f"And {left} more" in page.getvalue()


@pytest.mark.rule("G3")
def test_the_page_stands_alone_and_its_charts_are_well_formed(replayed: Replayed) -> None:
    out = io.StringIO()
    write_page(out, replayed)
    page = out.getvalue()
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", page)
    assert "<script" not in page
    drawings = re.findall(r"<svg.*?</svg>", page)
    keys = [len({cause.key for cause in sums.causes.keys}) for sums in replayed.tally.alternatives]
    assert len(drawings) == 3 * len(OTHERS) + sum(min(number, MULTIPLES) for number in keys)
    for drawing in drawings:
        ElementTree.fromstring(drawing)
        assert "aria-label" in drawing


def test_charts_of_nothing() -> None:
    assert "no cases" in charts.flow({})
    assert "no weeks" in charts.weeks([])
    ElementTree.fromstring(charts.bars([("a", 0.0)]))
    ElementTree.fromstring(charts.weeks([("2026-01-05", 3, 0)]))
    ElementTree.fromstring(charts.months([]))


def test_what_is_kept_can_be_read_again(replayed: Replayed) -> None:
    first = list(replayed.changed_cases(1))
    assert first == list(replayed.changed_cases(1))
    assert [one.case for one in first] == sorted(one.case for one in first)
    assert isinstance(replayed.kept_in, Path)
