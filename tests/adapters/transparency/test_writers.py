"""The files of a report, and the command that writes them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.cli.main import main
from adapters.store.opening import open_store
from adapters.transparency.page import MEANING, as_html
from adapters.transparency.writers import FILES, as_csv, as_json, as_ndjson, as_svg
from application.figures import NAMES
from application.tally import Period
from application.transparency import TransparencyReport, report
from tests.application.world import World
from tests.domain.tale import instant

META = '<meta name="viewport" content="width=device-width,initial-scale=1">'
MARCH = Period(instant("2026-03-01 00:00"), instant("2026-04-01 00:00"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(open_store(str(tmp_path / "store")))
    owner, seller = world.member("olga"), world.member("rene")
    case = world.lodge(owner, world.filing(owner, "a"), world.listing(seller, "a")).cases[0]
    world.go("2026-03-02 10:30")
    world.appeal(seller, world.accept(case.id).notice_id)
    yield world
    world.stores.close()


@pytest.fixture
def told(world: World) -> TransparencyReport:
    return report(world.stores.store, world.platform.library.law(world.stores.store), MARCH)


def test_the_csv_has_a_line_a_figure(told: TransparencyReport) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(told).decode())))
    assert [(row["section"], row["figure"]) for row in rows] == [(section, name) for section, names in NAMES.items() for name in names]
    assert {row["figure"]: row["value"] for row in rows if row["section"] == "complaints"}["median_hours_to_take_up"] == "1.5"
    assert {(row["from"], row["to"]) for row in rows} == {("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")}


def test_the_json_is_the_figures_and_the_ndjson_the_statements(told: TransparencyReport) -> None:
    document = json.loads(as_json(told))
    assert document["figures"] == told.figures
    assert document["statements"] == 1
    assert [json.loads(line) for line in as_ndjson(told).splitlines()] == list(told.statements)


def test_the_chart_is_a_picture_that_also_reads(told: TransparencyReport) -> None:
    root = ElementTree.fromstring(as_svg(told))
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    counted = sum(isinstance(value, int) for section in told.figures.values() for value in section.values())
    assert len(list(root.iter("{http://www.w3.org/2000/svg}rect"))) == counted
    assert (
        "median hours to take up: 1.5; median hours to penalty: 1.5; median hours to decide: none; median hours to outcome: none" in texts
    )
    description = root.find("{http://www.w3.org/2000/svg}desc")
    assert description is not None
    assert "complaints lodged: 1" in (description.text or "")


def test_the_page_draws_each_section_and_says_what_it_means(told: TransparencyReport) -> None:
    root = ElementTree.fromstring(
        as_html(told).decode().replace("<!doctype html>", "").replace('<meta charset="utf-8">', "").replace(META, "")
    )
    sections = root.findall(".//section")
    assert [one.findtext("h2") for one in sections][:2] == ["Complaints", "Appeals"]
    assert set(MEANING) == set(NAMES)
    for section, (name, counted) in zip(sections, told.figures.items(), strict=False):
        cells = [cell.text for cell in section.findall(".//td")]
        assert cells[1::2] == ["none" if value is None else str(value) for value in counted.values()], name
        assert section.find("svg") is not None
    assert "2026-03-02" in [cell.text for cell in sections[-1].findall(".//td")]


@pytest.mark.rule("T8")
def test_the_command_writes_the_same_bytes_whenever_it_is_run_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "store"))

    def run(out: str) -> dict[str, bytes]:
        assert main(["transparency", "--from", "2026-03-01", "--to", "2026-04-01T00:00:00Z", "--out", str(tmp_path / out)]) == 0
        return {name: (tmp_path / out / name).read_bytes() for name in FILES}

    first = run("first")
    assert all(first.values())
    assert capsys.readouterr().out.split() == [str(tmp_path / "first" / name) for name in FILES]
    owner, seller = world.member("olga"), world.member("rene")
    world.go("2026-06-01 00:00")
    world.lodge(owner, world.filing(owner, "z"), world.listing(seller, "z"))
    assert run("second") == first


@pytest.mark.parametrize(
    "options",
    [
        ["--from", "2026-03-01", "--to", "2026-03-01"],
        ["--from", "2026-02-30", "--to", "2026-03-01"],
        ["--from", "yesterday", "--to", "2026-03-01"],
        ["--from", "2026-03-01T00:00:00", "--to", "2026-03-02"],
    ],
)
def test_errors_of_use_are_one_line(
    options: list[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "store"))
    assert main(["transparency", *options, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.glob("transparency*"))


def test_a_period_that_is_not_over_is_told_to_be_so(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "store"))
    assert main(["transparency", "--from", "2026-03-01", "--to", "9000-01-01", "--out", str(tmp_path)]) == 0
    assert "not over" in capsys.readouterr().err
