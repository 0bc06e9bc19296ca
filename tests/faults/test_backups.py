"""Many backups under writers, some of them put back: nothing that was acknowledged before one began is missing, and all of it is sound.

Resumable: with `ORIGINALS_LONG_STATE` naming a directory, each run goes on where the last one stopped; `ORIGINALS_LONG_SECONDS` ends
one early.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.backup.making import back_up
from adapters.backup.restoring import restore
from adapters.cli.main import main
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from tests.conftest import Place, PostgresServer

BACKUPS, EACH = 60, 5
"""How many are made, and each how many-eth is put back."""
PATIENCE = 240.0

pytestmark = [pytest.mark.slow, pytest.mark.rule("G4")]


@contextmanager
def writers(place: Place, output: Path) -> Iterator[None]:
    """Others that write, as long as the block lasts."""
    with output.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "tests.faults.storyteller", *place], stdout=file)
    try:
        until = time.monotonic() + PATIENCE
        while output.stat().st_size < 2000:
            assert time.monotonic() < until and process.poll() is None, "nobody came to write"
            time.sleep(0.05)
        yield
        assert process.poll() is None, "the writers ended"
    finally:
        process.kill()
        process.wait()


def acknowledged(output: Path) -> dict[str, int]:
    """The length of each stream as far as it was answered; a last line that is cut off was not."""
    lines = output.read_text().split("\n")[:-1]
    return {stream: int(version) for stream, version in (line.split() for line in lines)}


def check(place: Settings, wanted: dict[str, int], scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything wanted is there; doctor, replay, export and its verification say well."""
    stores = open_store(place.store, place.vault)
    with closing(stores):
        missing = {stream: version for stream, version in wanted.items() if len(stores.store.load(stream)) < version}
    assert missing == {}
    for name, value in (("STORE", place.store), ("VAULT", str(place.vault)), ("COPY_MODEL", "none")):
        monkeypatch.setenv(f"ORIGINALS_{name}", value)
    assert main(["doctor"]) == 0
    assert main(["replay", "--workers", "1"]) == 0
    assert main(["audit", "export", str(scratch / "export")]) == 0
    assert main(["audit", "verify", str(scratch / "export")]) == 0
    (scratch / "export").unlink()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_every_backup_is_sound(engine: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    state = Path(os.environ.get("ORIGINALS_LONG_STATE", tmp_path)) / f"backups-{engine}.json"
    end = time.monotonic() + float(os.environ.get("ORIGINALS_LONG_SECONDS", "inf"))
    done = json.loads(state.read_text()) if state.exists() else 0
    server: PostgresServer | None = request.getfixturevalue("postgres_server") if engine == "postgres" else None
    place = Place(str(tmp_path / "store") if server is None else server.empty_database(), str(tmp_path / "vault"))
    settings = Settings(store=place.store, vault=place.vault, copy_model="none")
    open_store(*place).close()
    with writers(place, tmp_path / "acknowledged"):
        while done < BACKUPS and time.monotonic() < end:
            before = acknowledged(tmp_path / "acknowledged")
            made = back_up(settings, tmp_path / "backup", with_keys=done % 2 == 0)
            assert made.events >= len(before)
            done += 1
            if done % EACH == 1:
                empty = str(tmp_path / "elsewhere") if server is None else server.empty_database()
                elsewhere = replace(settings, store=empty, vault=str(tmp_path / "elsewhere" / "vault"))
                restore(elsewhere, tmp_path / "backup", None, "operator")
                check(elsewhere, before, tmp_path, monkeypatch)
                shutil.rmtree(tmp_path / "elsewhere")
            shutil.rmtree(tmp_path / "backup")
            state.write_text(json.dumps(done))
    print(f"{engine}: {done} of {BACKUPS} backups, {-(-done // EACH)} restored")
