"""The EU's templates: empty they are the Commission's to the byte, filled in they keep to the instructions of Annex II."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cli.main import main
from adapters.store.opening import open_store
from adapters.transparency.annex import COPYRIGHT, blank
from adapters.transparency.filling import number
from application import decide
from application.figures import Figures
from tests.application.world import World

PUBLISHED = {
    "1_report_identification": "355166db774836d59ac3d91994680bcd9821e2c0e1557322b5f3e8f4007a82cd",
    "2_categories_names": "ce1f80280d31da5e7cf4b85bc8da788760991e30696658bab18995c8829efb7b",
    "3_member_states_orders": "1c4f6d84ac0cea4b306eb05451bc7477bb94ac0e68b672152628b5ae3524245b",
    "4_notices": "c9d8986a04c01a6ae4b84583f3479323eceb884489608474c7d0976fb20eb9e6",
    "5_own_initiative_illegal": "8dc7082e0bfefcbde67323d500a00c65029a85e4a2094e50cba72d4c29767df2",
    "6_own_initiative_TC": "423dc6c8bc62109b6efeb94f188066b30cac94227ed8a33beeeac3c25e7c3011",
    "7_appeals_and_recidivism": "c355cf9369a115fa51f9c9626cc7917bc24b48db7d6dc6cff3028c81de388aad",
    "8_automated_means": "1a687f468468b25b214f505c4a6cb906d6ee8cc80d20f5a60eca383cc1bea71d",
    "9_human_resources": "2393d48b65e94d86f769d5cb8e1017ad2516ca0883f7f10b0eabad1bf143cb84",
    "10_AMAR": "cea923187f8eea0ad82c8f562ce3cfcdbd371e64908cb4c6acbfeaf2baf04a75",
    "11_qualitative": "d09603b7b1ec2874595501cd41ace0a02c6ce04a1ba8cbe47fce38849f53020a",
}
"""SHA-256 of the Commission's CSV files, of which two public repositories keep copies: johnou/dsa-transparency-report-generator at
338c3d5a3c2f (all), cunvoas/dsa-transparency-api-client at 8d211f827f76 (all but parts 2 and 5, of the same bytes)."""

ABOUT = """
provider = "Example Market Ltd"
service = "Example Market"
published = 2026-04-20
[texts]
safeguards = "A person decides each appeal."
"""

COUNTS = ("Number of", "Visibility", "Monetary", "Provision", "Account")


def test_an_empty_template_is_the_commissions_to_the_byte() -> None:
    assert {part.name: hashlib.sha256(part.as_csv("\n")).hexdigest() for part in blank()} == PUBLISHED


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """March of a platform: two links in one notice, one of them taken up, appealed and lifted, one declined; one link more, waiting."""
    folder = tmp_path_factory.mktemp("template")
    world = World(open_store(str(folder / "store")))
    owner, seller = world.member("olga"), world.member("rene")
    filing = world.filing(owner, "a")
    cases = world.lodge(owner, filing, world.listing(seller, "a"), world.listing(seller, "b")).cases
    world.lodge(owner, filing, world.listing(seller, "c"))
    world.go("2026-03-02 10:30")
    world.act("refusal", "desk-1", lambda act: decide.decline(act, cases[1].id, ["no"]))
    appeal = world.appeal(seller, world.accept(cases[0].id).notice_id)
    world.go("2026-03-02 12:30")
    world.decide(appeal.id, "upheld")
    world.stores.close()
    (folder / "about.toml").write_text(ABOUT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORIGINALS_STORE", str(folder / "store"))
        patch.chdir(folder)
        command = ["transparency", "--from", "2026-03-01", "--to", "2026-04-01"]
        assert main([*command, "--template", "eu-2024-2835", "--about", "about.toml"]) == 0
        yield folder / "eu-2024-2835"


def rows(out: Path, name: str) -> list[dict[str, str]]:
    content = (out / f"{name}.csv").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n"), "RFC 4180"
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def values(out: Path, name: str) -> dict[tuple[str, str], str]:
    return {(row["Indicator"].strip(), row["Scope"].strip()): row["Value"] for row in rows(out, name) if row["Value"]}


def test_notices_are_counted_with_their_items_and_what_was_done(out: Path) -> None:
    filled = {row["Category of illegal content"]: row for row in rows(out, "4_notices") if row["Number of notices received "]}
    assert tuple(filled) == COPYRIGHT
    row = filled["KEYWORD_COPYRIGHT_INFRINGEMENT"]
    assert row["Number of notices received "] == "2"
    assert row["Number of specific items of information included in the total number of notices"] == "3"
    assert row["Median time to take action"] == "1.5"
    assert row["Number of actions taken on the basis of the law"] == "0"
    assert row["Number of actions taken on the basis of the terms and conditions of the service"] == "1"


def test_appeals_and_the_part_of_machines_are_counted(out: Path) -> None:
    appeals = values(out, "7_appeals_and_recidivism")
    first = "Number of complaints submitted to the internal-complaints mechanism"
    assert {scope: value for (indicator, scope), value in appeals.items() if indicator == first} == {
        "Total number": "1",
        "Decisions upheld": "0",
        "Decisions partially reversed": "0",
        "Decisions reversed": "1",
        "Median time": "2.0",
        "Decision omitted": "0",
    }
    machines = values(out, "8_automated_means")
    assert machines["Number of measures not taken by automated means", "Total number"] == "1"
    assert machines["Number of notices not processed by automated means", "NAM Total"] == "2"


def test_what_no_log_knows_is_the_operators_to_say(out: Path) -> None:
    assert [row["Value"] for row in rows(out, "1_report_identification")] == [
        "Example Market Ltd",
        "2026-04-20",
        "",
        "2026-03-01",
        "2026-03-31",
    ]
    told = {row["Indicator"]: row["Value"] for row in rows(out, "11_qualitative")}
    assert {text for text in told.values() if text} == {"A person decides each appeal."}
    assert {row["Service"] for name in PUBLISHED if name != "2_categories_names" for row in rows(out, name)} == {"Example Market"}


def test_a_number_is_made_of_figures_added_taken_away_or_shared() -> None:
    figures: Figures = {"endings": {"lifted_by_body": 1}, "bodies": {"upheld": 3, "rejected": 0, "median_hours_to_outcome": None}}
    assert number(figures, "bodies.upheld + bodies.rejected - endings.lifted_by_body") == "2"
    assert number(figures, "endings.lifted_by_body / bodies.upheld") == "0.3333"
    assert number(figures, "endings.lifted_by_body / bodies.rejected") == number(figures, "bodies.median_hours_to_outcome") == ""


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_filled_part_keeps_to_the_instructions(out: Path, name: str) -> None:
    """Annex II: columns as given, whole periods, no placeholder, whole numbers for counts, hours for medians, sums that agree."""
    empty, filled = next(part for part in blank() if part.name == name), rows(out, name)
    assert list(filled[0]) == empty.columns
    for row in filled:
        assert re.fullmatch(r"2026-03-01/2026-03-31|", row.get("Reporting period", ""))
        assert not {"[...]", "[…]", "YYYY", "Free text"} & set(row.values())
        for column, value in row.items():
            if value and column.startswith(COUNTS):
                assert value.isdigit()
            if value and column.startswith("Median"):
                assert float(value) >= 0
    for column in [one for one in empty.columns[5:] if one.startswith(COUNTS)] if name[0] in "456" else []:
        numbers = [(row[empty.category], int(row[column])) for row in filled if row[column]]
        total, *sums = (sum(number for code, number in numbers if code.startswith(kind)) for kind in ("TOTAL", "STATEMENT", "KEYWORD"))
        assert sums == [total, total], f"{column}: categories, and keywords within them, make up the total"


def test_each_number_leads_to_figures_and_they_to_events(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = list(csv.DictReader((out / "sources.csv").open()))
    filled = sum(bool(row["Value"]) for name in ("7_appeals_and_recidivism", "8_automated_means") for row in rows(out, name))
    assert sum(bool(one["value"]) and one["part"][0] in "78" for one in sources) == filled
    one = next(one for one in sources if one["column"] == "Number of notices received " and one["row"] == "TOTAL")
    assert (one["value"], one["figures"]) == ("2", "complaints.requests")
    assert main(["transparency", "--from", "2026-03-01", "--to", "2026-04-01", "--trace", one["figures"]]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(at, event) for at, event, *_ in lines] == [("2026-03-02T09:00:00Z", "ComplaintLodged")] * 2
    assert main(["transparency", "--from", "2026-03-01", "--to", "2026-04-01", "--trace", "appeals.median_hours_to_decide"]) == 0
    assert capsys.readouterr().out.endswith("\t2.0 h\n")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--trace", "complaints.of_all_kinds"], "is no figure"),
        (["--about", "nowhere.toml"], "No such file"),
        (["--about", "wrong.toml"], "unknown field `owner`"),
        (["--about", "texts.toml"], "no report tells of slogans"),
    ],
)
def test_errors_of_use_say_what_is_wrong(out: Path, options: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    (out.parent / "wrong.toml").write_text('owner = "me"')
    (out.parent / "texts.toml").write_text('[texts]\nslogans = "we care"')
    assert main(["transparency", "--from", "2026-03-01", "--to", "2026-04-01", "--template", "eu-2024-2835", *options]) == 2
    error = capsys.readouterr().err
    assert why in error
    assert error.count("\n") == 1
