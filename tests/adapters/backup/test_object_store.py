"""A backup of a store whose pictures are on an object store: with them, or without them where they stay there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.backup.making import back_up
from adapters.backup.manifest import MANIFEST, BackupError, Damaged, read
from adapters.backup.restoring import restore
from adapters.checkup import pictures
from adapters.cli.main import main
from adapters.system.settings import Settings
from adapters.vault.contract import VaultAway
from adapters.vault.objects import vault_at
from adapters.wiring.deployment import open_deployment
from adapters.wiring.web import web_app
from tests.application.studio import Studio
from tests.object_store import NAMED, ObjectStore, plain_store

pytestmark = pytest.mark.rule("G4")


@pytest.fixture
def settings(tmp_path: Path, object_store: ObjectStore) -> Settings:
    return Settings(store=str(tmp_path / "store"), vault_url=object_store.bucket(), copy_model="none")


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    deployment = open_deployment(settings)
    yield Studio(deployment.stores)
    deployment.close()


def kept(settings: Settings) -> set[tuple[str, str]]:
    vault = vault_at(settings.vault_directory, settings.vault_url)
    return {(kind, digest) for kind in ("original", "scaled", "thumbnail") for digest in vault.digests(kind)}


def test_pictures_come_from_an_object_store_and_go_to_one_or_to_a_directory_while_others_write(
    studio: Studio, settings: Settings, tmp_path: Path, object_store: ObjectStore
) -> None:
    ann, stop = studio.merchant("ann"), threading.Event()
    studio.file(ann, "coat")
    before = kept(settings)

    def write() -> None:
        number = 0
        while not stop.is_set():
            studio.file(ann, f"scene {(number := number + 1)}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(settings, tmp_path / "backup", with_keys=True)
    finally:
        stop.set()
        writer.join()
    assert made.pictures == ""
    there, here = (replace(settings, store=str(tmp_path / name)) for name in ("there", "here"))
    there, here = replace(there, vault_url=object_store.bucket()), replace(here, vault_url=None)
    for elsewhere in (there, here):
        assert restore(elsewhere, tmp_path / "backup", None, "operator").events == made.events
        assert before <= kept(elsewhere) <= kept(settings)
    assert kept(there) == kept(here)
    with pytest.raises(BackupError, match="has pictures in it"):
        restore(replace(there, store=str(tmp_path / "third")), tmp_path / "backup", None, "operator")
    assert kept(there) == kept(here)


def test_pictures_can_stay_on_their_object_store(studio: Studio, settings: Settings, tmp_path: Path, object_store: ObjectStore) -> None:
    filing = studio.file(studio.merchant("ann"), "coat")
    made = back_up(settings, tmp_path / "backup", with_keys=False, leave_pictures=True)
    assert (made.pictures, read(tmp_path / "backup").pictures) == (settings.vault_url, settings.vault_url)
    assert not list((tmp_path / "backup" / "vault").glob("*/*/*"))
    again = replace(settings, store=str(tmp_path / "again"))
    with pytest.raises(BackupError, match=f"they stayed on {settings.vault_url}"):
        restore(replace(again, vault_url=None), tmp_path / "backup", None, "operator")
    with pytest.raises(Damaged, match="missing"):
        restore(replace(again, vault_url=object_store.bucket()), tmp_path / "backup", None, "operator")
    assert restore(again, tmp_path / "backup", None, "operator").events == made.events
    assert kept(again) == kept(settings) != set()
    assert filing
    with pytest.raises(BackupError, match="on an object store only"):
        back_up(replace(settings, vault_url=None), tmp_path / "other", with_keys=False, leave_pictures=True)


def test_pictures_of_a_restore_that_failed_and_that_cannot_be_taken_away_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(store=str(tmp_path / "store"), copy_model="none")
    with closing(open_deployment(settings)) as deployment:
        studio = Studio(deployment.stores)
        studio.file(studio.merchant("ann"), "coat")
    back_up(settings, tmp_path / "backup", with_keys=False)
    listed = tmp_path / "backup" / MANIFEST
    (victim,) = (tmp_path / "backup" / "vault" / "original").glob("*/*")
    victim.unlink()
    listed.write_text("\n".join(line for line in listed.read_text().splitlines() if victim.name not in line or "/original/" not in line))
    with plain_store(501, "NotImplemented") as (url, lies):
        for name, value in zip(NAMED, (url, "key", "secret", "us-east-1", "true"), strict=True):
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "again"))
        monkeypatch.setenv("ORIGINALS_VAULT_URL", "s3://plain")
        assert main(["restore", str(tmp_path / "backup")]) == 1
        told = capsys.readouterr().err
        assert "missing: an event names original/" in told
        assert "members' pictures that were put into s3://plain could not all be taken away again, empty it: " in told
        assert lies and told.count("\n") == 1
        assert not list((tmp_path / "again").iterdir())


def test_an_object_store_that_is_away_is_one_finding_and_not_ready(
    studio: Studio, settings: Settings, tmp_path: Path, object_store: ObjectStore
) -> None:
    studio.file(studio.merchant("ann"), "coat")
    deployment = open_deployment(settings)
    client = web_app(deployment).test_client()
    assert client.get("/readyz").json["checks"]["vault"] == "ok"  # type: ignore[index]
    found = list(pictures.vault(deployment))
    assert "read was one of each kind: features, original, scaled, thumbnail" in found[0].what
    assert [one.state for one in found] == ["ok", "bad", "ok", "ok"]
    assert "by anybody" in found[1].what
    with object_store.refusing():
        (only,) = pictures.vault(deployment)
        assert only.state == "bad"
        assert "InvalidAccessKeyId" in only.what
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["checks"]["vault"]) == (503, "failing")  # type: ignore[index]
        with pytest.raises(VaultAway):
            studio.file(studio.merchant("bob"), "hat")
        with pytest.raises(VaultAway):
            back_up(settings, tmp_path / "backup", with_keys=False)
    assert kept(settings)
    deployment.close()
