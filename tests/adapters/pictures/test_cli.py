"""`originals pictures`: review without filing, a comparison fit for a court file, recorded likenesses looked at again (rules B2, B4)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image, ImageOps

from adapters.pictures import Marks, PillowInspector, cli
from adapters.pictures.judge import identical
from adapters.system.stopwatch import Stopwatch
from domain.picture import Likeness, Verdict
from domain.rulebook import PictureRules
from tests.adapters.pictures.drawn import Stored, saved, scene


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    contents = {
        "a.jpg": saved(scene(40)),
        "crop.png": saved(ImageOps.mirror(scene(40)).crop((100, 100, 800, 790)), "PNG"),
        "other.jpg": saved(scene(41)),
        "small.gif": saved(scene(42, (300, 200))),
        "empty.jpg": b"",
        "a.pdf": b"%PDF-1.7",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


@pytest.mark.rule("B2")
def test_check_tells_verdict_and_reasons(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.check([files["a.jpg"]]) == 0
    assert "a.jpg: accepted (JPEG, 900 x 800 px" in capsys.readouterr().out
    assert cli.check([files["a.jpg"], files["small.gif"], files["empty.jpg"]]) == 1
    told = capsys.readouterr().out
    assert "suffix_not_allowed: measured gif, limit jpg, jpeg, png" in told
    assert "too_small: measured 200, limit 700" in told
    assert "unreadable: measured empty" in told
    assert cli.check([files["a.pdf"]]) == 1 and "a.pdf: refused (PDF, 8 bytes)" in capsys.readouterr().out
    assert cli.check([files["a.jpg"]], PictureRules(min_side=801)) == 1


@pytest.mark.rule("B2")
def test_a_machine_too_busy_to_look_is_no_verdict(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.check([files["a.jpg"]], patience=lambda: Stopwatch(0)) == 75
    told = capsys.readouterr()
    assert told.out == "" and "too busy" in told.err and told.err.count("\n") == 1


def test_errors_of_use_are_one_line(files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for run in (
        lambda: cli.check([tmp_path / "nothing.jpg"]),
        lambda: cli.compare(files["a.jpg"], tmp_path / "nothing.jpg"),
        lambda: cli.compare(files["a.jpg"], files["empty.jpg"]),
        lambda: cli.compare(files["a.jpg"], files["crop.png"], tmp_path / "no" / "folder.png"),
    ):
        assert run() == 2
        told = capsys.readouterr()
        assert told.out == "" and told.err.startswith("originals: ") and told.err.count("\n") == 1


@pytest.mark.rule("B4")
def test_compare_draws_the_proof_and_says_it_in_words(files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "evidence.png"
    assert cli.compare(files["a.jpg"], files["crop.png"], out) == 0
    told = capsys.readouterr().out
    assert told.startswith("copy\n") and "mirrored" in told and "67% of the original" in told
    drawn = Image.open(out)
    assert drawn.format == "PNG" and drawn.width >= 1000 and not drawn.info
    assert cli.compare(files["crop.png"], files["a.jpg"], as_json=True) == 0
    swapped = json.loads(capsys.readouterr().out)
    assert swapped["verdict"] == "copy" and swapped["matched_points"] > 20
    assert {swapped["a"]["width"], swapped["b"]["width"]} == {700, 900}


@pytest.mark.rule("B4")
def test_compare_tells_strangers_and_twins_apart(files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.compare(files["a.jpg"], files["other.jpg"], tmp_path / "no.png", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "different"
    assert cli.compare(files["a.jpg"], files["a.jpg"], tmp_path / "yes.png") == 0
    told = capsys.readouterr().out
    assert "100.0% sure" in told and "the same, byte by byte" in told and "Fewer" not in told


@pytest.mark.rule("B4")
def test_rematch_reports_and_changes_nothing(fallback: Marks, inspector: PillowInspector, capsys: pytest.CaptureFixture[str]) -> None:
    store = Stored()
    seen = [
        inspector.inspect_filing("a.jpg", saved(picture), PictureRules()) for picture in (scene(43), ImageOps.mirror(scene(43)), scene(44))
    ]
    for one in seen:
        store.store(one)
    original, copy, other = (one.digest for one in seen)
    old = identical("old/1")
    short = replace(old, whole=False, transform=replace(old.transform, covers=0.88))
    recorded: list[tuple[str, str, Likeness]] = [(copy, original, old), (other, original, old), ("0" * 64, original, old)]
    recorded.append((original, original, short))
    assert cli.rematch(recorded, store, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["examined"] == 4 and told["moves"] == {"copy": {"copy": 2, "different": 1, "missing": 1}}
    assert [line["suspect"] for line in told["changed"]] == [other, "0" * 64]
    assert [line["was"]["transform"]["covers"] for line in told["relocated"]] == [0.88]
    assert old.verdict is Verdict.COPY
    assert cli.rematch(recorded, store) == 0
    out = capsys.readouterr().out
    assert "4 likenesses re-examined" in out and "88% of the original, now the whole original" in out
