"""A store that the first release wrote: it opens, replays with no difference, keeps its digests, and is backed up and put back."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.backup.making import back_up
from adapters.backup.restoring import restore
from adapters.cli.main import main
from adapters.system.settings import Settings
from adapters.wiring.deployment import open_deployment

WRITTEN = Path(__file__).with_name("first-release.tar.xz")
"""Made by the release's own server: two members, a picture, a listing, a case with its notice, a webhook, a certificate; then
`originals audit checkpoint`. The views were left out."""
EVENTS = 37


def log_of(store: Path) -> str:
    """A digest of all events as they are stored."""
    with closing(sqlite3.connect(store / "log.sqlite")) as log:
        rows = log.execute("SELECT * FROM stored_events WHERE notification_id <= ? ORDER BY notification_id", (EVENTS,)).fetchall()
    return sha256(repr(rows).encode()).hexdigest()


@pytest.mark.rule("G2", "G4")
def test_what_the_first_release_wrote_is_read_replayed_verified_and_backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, export = tmp_path / "store", tmp_path / "export"
    with tarfile.open(WRITTEN) as written:
        written.extractall(store, filter="data")
    before, note = log_of(store), (store / "keys" / "evidence.checkpoint").read_text()
    settings = Settings(store=str(store), copy_model="none")
    monkeypatch.setenv("ORIGINALS_STORE", str(store))
    monkeypatch.setenv("ORIGINALS_COPY_MODEL", "none")
    assert main(["doctor"]) == 0
    assert main(["replay", "--workers", "1"]) == 0
    with closing(open_deployment(settings)) as deployment:
        assert deployment.evidence.checkpoint() == note
        ann = deployment.stores.identities.by_subject("ann")
        assert ann is not None and deployment.webhooks.get(ann.member_id) is not None
        with deployment.views.current(60):
            assert set(deployment.views.positions().values()) == {EVENTS}
    (tmp_path / "note").write_text(note)
    assert main(["audit", "export", str(export)]) == 0
    assert main(["audit", "verify", str(export), "--checkpoint", str(tmp_path / "note")]) == 0
    back_up(settings, tmp_path / "backup", with_keys=True)
    restore(replace(settings, store=str(tmp_path / "again")), tmp_path / "backup", None, "operator")
    assert log_of(store) == log_of(tmp_path / "again") == before
