"""`originals simulate` and `originals replay`, as they are called (rules G2, G3)."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.cli import simulate
from adapters.cli.main import main

RULEBOOKS = Path(__file__).parents[3] / "docs" / "rulebooks"
OTHER = str(RULEBOOKS / "marketplace-b.toml")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> str:
    store = str(tmp_path_factory.mktemp("history"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORIGINALS_STORE", store)
        assert main(["simulate", "--cases", "30", "--seed", "9"]) == 0
    return store


@pytest.fixture
def originals(history: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ORIGINALS_STORE", history)
    return history


def test_a_simulation_says_what_it_wrote_and_refuses_a_store_with_a_history(
    originals: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["simulate", "--cases", "5", "--seed", "1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["simulate", "--cases", "0", "--seed", "1"]) == 2
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "new"))
    capsys.readouterr()
    assert main(["simulate", "--cases", "5", "--seed", "1"]) == 0
    assert capsys.readouterr().out.startswith("5 cases, ")


def test_a_long_history_is_written_by_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path))
    monkeypatch.setattr(simulate, "MANY", 10)
    monkeypatch.setattr(simulate, "usable_cores", lambda: 2)
    assert main(["simulate", "--cases", "20", "--seed", "1"]) == 0
    capsys.readouterr()
    assert main(["replay", "--json", "--workers", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["differences"]) == (20, 0)


@pytest.mark.rule("G2")
def test_a_history_is_verified(originals: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay"]) == 0
    assert "30 cases" in capsys.readouterr().out
    assert main(["replay", "--json", "--workers", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["differences"], told["changed"]) == (30, 0, [])


@pytest.mark.rule("G2")
def test_a_difference_is_named_and_ends_with_1(
    originals: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(f"{originals}/log.sqlite")) as source, closing(sqlite3.connect(tmp_path / "log.sqlite")) as copy, copy:
        source.backup(copy)
        copy.execute("DELETE FROM stored_events WHERE topic = 'Penalized'")
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path))
    assert main(["replay", "--json"]) == 1
    out = capsys.readouterr()
    assert json.loads(out.out)["differences"] > 0
    assert out.err.startswith("originals replay: case ")
    assert out.err.count("\n") == 1
    assert main(["replay", "--rulebook", OTHER]) == 0


@pytest.mark.rule("G2")
def test_where_there_is_no_store_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "nostore"))
    assert main(["replay"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("originals replay: there is no store at ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.rule("G3")
def test_a_history_is_told_under_a_rulebook(originals: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    assert main(["replay", "--rulebook", OTHER, "--json", "--until", "2026-06-01T00:00:00Z", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(out.read_text())
    assert (told["rulebook"], told["until"]) == ("marketplace-b", "2026-06-01T00:00:00Z")
    assert main(["replay", "--rulebook", OTHER]) == 0
    assert "30 cases under marketplace-b" in capsys.readouterr().out
    for suffix in ("csv", "html", "md"):
        assert main(["replay", "--rulebook", OTHER, "--out", str(tmp_path / f"report.{suffix}")]) == 0
        assert "marketplace-b" in (tmp_path / f"report.{suffix}").read_text()


@pytest.mark.rule("G8")
def test_a_replay_is_sealed_and_found_again(originals: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["replay", "--rulebook", OTHER, "--seal"]) == 0
    _, _, words = capsys.readouterr().out.rpartition("sealed as ")
    replay_id, digest = words.strip().split(": report ")
    assert main(["replay", "--sealed", replay_id, "--out", str(tmp_path / "report.json")]) == 0
    assert hashlib.sha256((tmp_path / "report.json").read_bytes()).hexdigest() == digest
    assert "found again" in capsys.readouterr().out
    with sqlite3.connect(f"{originals}/replays.sqlite") as kept:
        kept.execute("UPDATE replay_sealed SET report = json_set(report, '$.undetermined', 99)")
    assert main(["replay", "--sealed", replay_id]) == 1
    assert capsys.readouterr().err.startswith(f"originals replay: the kept report is not the same: sealed {digest}, found ")
    assert main(["replay", "--sealed", "none"]) == 2
    assert main(["replay", "--seal", "--json"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out)["differences"] == 0
    assert "sealed as " in out.err


@pytest.mark.rule("G3", "G5")
def test_a_history_is_told_under_every_rulebook_of_a_folder(originals: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    every = tmp_path / "every"
    every.mkdir()
    for name in ("marketplace-c", "original-protection"):
        shutil.copy(RULEBOOKS / f"{name}.toml", every)
    assert main(["replay", "--every", str(every), "--out", str(tmp_path / "every.json")]) == 0
    table = capsys.readouterr().out
    told = json.loads((tmp_path / "every.json").read_text())
    assert set(told) == {"marketplace-c", "original-protection"}
    assert all(name in table for name in told)
    assert main(["replay", "--every", str(every), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(told)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rulebook", "nowhere.toml"],
        ["--rulebook", OTHER, "--every", "."],
        ["--until", "yesterday"],
        ["--until", "2026-06-01T00:00:00"],
        ["--until", "2026-13-01T00:00:00Z"],
        ["--until", "0001-01-01T00:00:00+14:00"],
        ["--workers", "0"],
        ["--seal", "--every", "."],
        ["--seal", "--sealed", "one"],
        ["--out", "report.pdf"],
        ["--out", "report.csv"],
        ["--rulebook", OTHER, "--out", "nowhere/report.csv"],
    ],
)
def test_errors_of_use_are_one_line(originals: str, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(["replay", *arguments]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.startswith("originals replay: ")
    assert out.err.count("\n") == 1


@pytest.mark.rule("G5")
def test_a_rulebook_that_is_none_is_told_with_its_path(originals: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[appeal]\nrounds = 'many'\n")
    assert main(["replay", "--rulebook", str(wrong)]) == 2
    assert "appeal.rounds" in capsys.readouterr().err
    wrong.write_bytes(b"\xff\xfe")
    assert main(["replay", "--rulebook", str(wrong)]) == 2
    assert main(["replay", "--every", str(tmp_path / "nowhere")]) == 2
