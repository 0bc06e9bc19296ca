"""The other commands, on the store that the demonstration left."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.cli import rules
from adapters.cli.main import COMMANDS
from adapters.cli.opening import barred
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from tests.adapters.cli.conftest import Played, Run, without_settings

ROOT = Path(__file__).parents[3]


def test_it_says_which_version_it_is(originals: Run, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    said = originals("--version", store=tmp_path)
    assert (said.code, said.out) == (0, f"originals {version}\n")


@pytest.mark.rule("E2")
def test_calendars_lists_what_is_published_and_publishes_a_year_once(originals: Run, tmp_path: Path) -> None:
    assert originals("calendars", "publish", "CN", "2026", store=tmp_path / "new").out.endswith("already in force\n")
    listed = originals("calendars", store=tmp_path / "new").out.splitlines()
    assert [line[:7] for line in listed] == [f"CN {year}" for year in range(2001, 2001 + len(listed))]
    assert originals("calendars", "publish", "US", "2026", store=tmp_path / "new").out.endswith("published\n")
    assert originals("calendars", "publish", "CN", "2099", store=tmp_path / "new").code == 2


@pytest.mark.rule("G4")
def test_an_export_verifies_with_the_key_and_an_earlier_checkpoint(originals: Run, store: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(originals("audit", "key", store=store).out)
    (tmp_path / "earlier").write_text(originals("audit", "checkpoint", store=store).out)
    exported = originals("audit", "export", tmp_path / "all.ndjson", store=store)
    events = int(exported.out.split()[0])
    said = originals("audit", "verify", tmp_path / "all.ndjson", "--key", tmp_path / "key", "--checkpoint", tmp_path / "earlier")
    assert said.code == 0
    assert said.out.startswith(f"verified: {events} events")
    assert "trust: signed by the trusted key" in said.out


def test_views_are_rebuilt_all_or_by_name(originals: Run, store: Path) -> None:
    one = originals("projections", "rebuild", "notices", "complaints", store=store)
    assert (one.code, one.out.split(": ")[1]) == (0, "notices, complaints\n")
    assert originals("projections", "rebuild", store=store).code == 0
    unknown = originals("projections", "rebuild", "nothing", store=store)
    assert unknown.code == 2
    assert "there is no view 'nothing'" in unknown.err


@pytest.mark.rule("H6")
def test_a_member_is_forgotten_once_no_case_is_open(originals: Run, store: Path, played: Played) -> None:
    with closing(sqlite3.connect(store / "log.sqlite")) as log:
        (before,) = log.execute("SELECT COUNT(*) FROM stored_events").fetchone()
        assert originals("forget", "nobody", store=store).code == 2
        assert log.execute("SELECT COUNT(*) FROM stored_events").fetchone() == (before,)  # nobody's case was ended by asking
    assert originals("forget", "lin", store=store).code == 0
    told = originals("case", played.case(0), store=store).out
    assert "filed (erased)" in told


@pytest.mark.rule("H6")
def test_an_original_that_was_sealed_away_is_written_again_for_a_court(originals: Run, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "original.jpg"
    none = originals("pictures", "original", "0" * 64, file, store=store)
    assert none.code == 2 and "nothing was sealed away here" in none.err
    digest = originals("forget", "lin", "--originals", store=store).out.split("sealed away: ")[1].split()[0]
    assert originals("pictures", "original", digest, file, store=store).code == 0
    assert (sha256(file.read_bytes()).hexdigest(), file.stat().st_mode & 0o077) == (digest, 0)
    again = originals("pictures", "original", digest, file, store=store)
    assert (again.code, again.err.count("\n")) == (2, 1)
    other = originals("pictures", "original", "0" * 64, tmp_path / "other", store=store)
    assert other.code == 2 and "no original of digest" in other.err


def test_pictures_are_checked_and_compared(originals: Run, tmp_path: Path, store: Path) -> None:
    from adapters.demo import pictures

    picture = pictures.drawn()[0]
    for one in (picture, pictures.small(picture), pictures.mirrored_copy(picture)):
        (tmp_path / one.name).write_bytes(one.content)
    checked = originals("pictures", "check", tmp_path / "coat.jpg", tmp_path / "small-coat.jpg", store=tmp_path / "none")
    assert checked.code == 1
    assert "coat.jpg: accepted" in checked.out
    assert "too_small" in checked.out
    compared = originals("pictures", "compare", tmp_path / "coat.jpg", tmp_path / "my-own-photo.jpg", "--out", tmp_path / "proof.png")
    assert compared.out.startswith("copy\n")
    assert (tmp_path / "proof.png").read_bytes().startswith(b"\x89PNG")
    assert originals("pictures", "check", tmp_path / "missing.jpg", store=tmp_path / "none").code == 2


def test_recorded_likenesses_are_examined_again(originals: Run, store: Path) -> None:
    said = originals("pictures", "rematch", store=store)
    assert (said.code, said.out.splitlines()[0].split(" ")[0]) == (0, "4")


class TestDoctor:
    def test_a_well_store(self, originals: Run, store: Path) -> None:
        said = originals("doctor", store=store)
        assert said.code == 0
        assert "bad " not in said.out
        assert "13 files that events name are there" in said.out
        assert "no list is set, so nobody is vouched for" in said.out

    @pytest.mark.rule("T1")
    def test_a_store_whose_time_is_simulated(self, originals: Run, store: Path) -> None:
        """What a command records there is dated by the machine's clock, which it says; one that records nothing has nothing to say."""
        assert (
            "warn  clock: a simulated clock tells the time of this store, and recorded last at 20" in originals("doctor", store=store).out
        )
        assert originals("replay", store=store).err == ""
        assert (
            "by the machine's clock: the simulated clock of this store starts no earlier" in originals("replay", "--seal", store=store).err
        )

    def test_a_missing_picture_is_bad_and_one_that_nothing_names_is_told(self, originals: Run, store: Path) -> None:
        file = next((store / "vault" / "original").glob("*/*"))
        stray = file.parent / ("f" * 64)
        shutil.move(file, stray)
        said = originals("doctor", store=store)
        assert said.code == 1
        assert f"bad   pictures: missing: an event names original/{file.name}" in said.out
        assert f"warn  pictures: no event names original/{'f' * 64}" in said.out

    def test_a_key_that_others_can_read_is_bad(self, originals: Run, store: Path) -> None:
        (store / "keys" / "evidence.key").chmod(0o644)
        said = originals("doctor", store=store)
        assert said.code == 1
        assert "evidence.key can be read by others" in said.out

    def test_a_setting_that_is_none_is_told(self, store: Path) -> None:
        environment = {**without_settings(), "ORIGINALS_STORE": str(store), "ORIGINALS_SORE": "x"}
        command = [sys.executable, "-m", "adapters.cli.main", "doctor"]
        said = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        assert "warn  settings: ORIGINALS_SORE names no setting" in said.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["audit", "export", "x"],
        ["audit", "checkpoint"],
        ["audit", "key"],
        ["calendars"],
        ["replay"],
        ["backup", "x"],
        ["clock", "confirm"],
        ["case", "x"],
        ["projections", "rebuild"],
        ["forget", "x"],
        ["pictures", "rematch"],
        ["doctor"],
    ],
)
def test_where_there_is_no_store_none_is_made(command: list[str], originals: Run, tmp_path: Path) -> None:
    said = originals(*command, store=tmp_path / "none")
    assert (said.code, said.err.count("\n"), (tmp_path / "none").exists()) == (2, 1, False)
    assert "there is no store at" in said.err


@pytest.mark.parametrize(
    "command",
    [
        ["calendars"],
        ["audit", "key"],
        ["serve", "--port", "0"],
        ["replay"],
        ["simulate", "--cases", "1", "--seed", "1"],
        ["token", "--role", "admin", "--subject", "x"],
    ],
)
def test_a_store_that_cannot_be_used_is_an_error_of_use(command: list[str], originals: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    said = originals(*command, store=tmp_path / "file")
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_who_may_not_write_is_told_which_place_and_what_to_do() -> None:
    """Root may write anywhere, so that it is another user for a moment."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        store, us = Path(folder, "store"), os.geteuid()
        open_store(str(store)).close()
        assert barred(Settings(store=str(store))) is None
        Path(folder).chmod(0o755)
        store.chmod(0o500)
        os.seteuid(us or 65534)
        try:
            told = barred(Settings(store=str(store)))
        finally:
            os.seteuid(us)
    assert told is not None and told.startswith(f"{store} belongs to the user of number {us}, and this is {us or 65534}, who may not")
    assert ("chmod" if us else "chown -R") in told


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    store = "postgresql://user:secret@127.0.0.1:1/nothing"
    environment = {**without_settings(), "ORIGINALS_STORE": store, "ORIGINALS_VAULT": str(tmp_path / "vault")}
    for command, code in (("calendars", 2), ("doctor", 1)):
        line = [sys.executable, "-m", "adapters.cli.main", command]
        said = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
        assert said.returncode == code
        assert "secret" not in said.stdout + said.stderr
        assert "Traceback" not in said.stderr
        assert "user:***@127.0.0.1:1/nothing" in said.stdout + said.stderr


def test_the_tests_of_a_rule_are_found_by_their_marks(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(
        "import pytest\npytestmark = pytest.mark.rule('A1')\n"
        "@pytest.mark.rule('B1', 'B2')\nclass TestIt:\n    def test_a(self): ...\n"
        "def test_b(): ...\n"
    )
    found = rules.covered(tmp_path / "tests")
    assert found["B2"] == ["tests/test_x.py::TestIt::test_a"]
    assert found["A1"] == ["tests/test_x.py::TestIt::test_a", "tests/test_x.py::test_b"]


def test_every_rule_has_a_test(originals: Run) -> None:
    said = originals("rules")
    assert (said.code, said.err) == (0, "")


def test_the_list_of_rules_is_whole() -> None:
    listed = tomllib.loads(rules.RULES.read_text())
    sections = {section: [rule for rule in listed if rule[0] == section] for section in "TABCDEFGH"}
    assert {section: len(numbers) for section, numbers in sections.items()} == {
        "T": 8, "A": 3, "B": 7, "C": 6, "D": 6, "E": 2, "F": 2, "G": 9, "H": 11,
    }  # fmt: skip


def test_every_command_of_the_readme_is_one(originals: Run) -> None:
    named = set(re.findall(r"originals ([a-z]+)", (ROOT / "README.md").read_text()))
    assert named <= COMMANDS.keys()
    assert set(COMMANDS) == named
    for command in named:
        assert originals(command, "--help").code == 0
