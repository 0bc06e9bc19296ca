"""The demonstration tells the whole story and cleans up after itself."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from adapters.cli import demo
from adapters.demo import pictures
from tests.adapters.cli.conftest import Played, Run


def test_the_story_is_told_to_its_end_and_the_server_is_its_last_line(played: Played) -> None:
    chapters = [line.split(".")[0] for line in played.lines if line[:1].isdigit() and "in Shanghai" in line]
    assert chapters == [str(number) for number in range(1, 13)]
    assert played.lines[-1].startswith("http://127.0.0.1:")


@pytest.mark.rule("B2", "B3", "B4", "C1", "D2", "D3", "D4", "D5", "F1", "F2", "G2", "G4")
@pytest.mark.parametrize(
    "told",
    [
        "small-coat.jpg: refused: too_small (320, the limit is 700)",
        "my-own-photo.jpg: refused: not_original (whose picture it is, he is not told)",
        "Lin is told: seen at https://shop.example/item/coat-88.html, 100 % sure, mirrored.",
        "Pia is authorised: Lin is not told of her listing, and she is not warned.",
        "https://shop.example/item/pia-1.html: refused: authorised_seller",
        "Refused: window_closed. That he tried is on record.",
        "Refused: same_reviewer. A second appeal is heard by somebody else.",
        "The marketplace is told: restore coat-88.",
        "dress-12: down",
        "As of 13 February, noon UTC, it was appealed; now it is lifted.",
        "its content is not the one that was hashed when it was recorded",
        "0 differences.",
    ],
)
def test_it_tells_of(told: str, played: Played) -> None:
    assert any(told in line for line in played.lines), "\n".join(played.lines)


@pytest.mark.rule("C4", "E1")
def test_the_notice_is_proved_day_by_day_across_the_spring_festival(played: Played) -> None:
    days = [line.split() for line in played.lines if line.startswith("       ") and " Feb " in line]
    assert [day[1] for day in days if day[3] == "counted"] == ["13", "14", "24"]
    assert any("Wed 25 Feb 2026, 00:00:00 in Shanghai (2026-02-24T16:00:00Z)" in line for line in played.lines)


def test_ctrl_c_ends_it_cleanly_and_removes_its_store(played: Played) -> None:
    assert (played.code, played.tidy) == (0, True)


def test_nothing_of_it_is_kept_where_the_deployment_keeps_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("STORE", "/srv/ours"), ("VAULT_URL", "s3://ours/vault"), ("KEYS", "/srv/keys")):
        monkeypatch.setenv(f"ORIGINALS_{name}", value)
    settings = demo._settings(tmp_path, 0)
    places = (Path(settings.store), settings.vault_directory, settings.keys_directory)
    assert places == (tmp_path / "store", tmp_path / "store" / "vault", tmp_path / "store" / "keys")
    assert settings.vault_url is None


def test_it_takes_pictures_of_a_directory_by_name(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", "notes.txt"):
        Image.new("RGB", (9, 9)).save(tmp_path / name, "PNG") if name != "notes.txt" else (tmp_path / name).write_text("x")
    assert [picture.name for picture in pictures.given(tmp_path)] == ["a.jpg", "b.PNG"]


def test_a_copy_is_large_enough_to_be_filed() -> None:
    picture = pictures.drawn()[0]
    copy = Image.open(io.BytesIO(pictures.mirrored_copy(picture).content))
    assert min(copy.size) >= 700


@pytest.mark.parametrize("directory", ["missing", "."])
def test_a_directory_without_pictures_is_an_error_of_use(directory: str, originals: Run, tmp_path: Path) -> None:
    said = originals("demo", "--pictures", tmp_path / directory)
    assert said.code == 2
    assert said.err.count("\n") == 1


def test_a_port_that_is_none_is_an_error_of_use(originals: Run) -> None:
    said = originals("demo", "--port", "70000")
    assert (said.code, said.err) == (2, "originals demo: --port must be from 0 to 65535\n")
