"""A backup of a store that is being written to, put back into an empty place: whole, checked, and without whom it must not have."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from adapters.backup.making import back_up
from adapters.backup.manifest import MANIFEST, BackupError, Damaged
from adapters.backup.restoring import restore
from adapters.evidence.checkpoint import KeyLost
from adapters.evidence.reading import Tampered
from adapters.evidence.trust import Trust
from adapters.evidence.verify import verify_export
from adapters.http.reason_templates import ReasonTemplates
from adapters.http.upload_table import LOST, UploadTable
from adapters.store.companions import StoreRefused
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment, beside, open_deployment
from adapters.wiring.web import web_app
from application import leave
from application.acting import Command, run
from application.members import sign_declaration
from tests.application.studio import Studio
from tests.conftest import Place, PostgresServer

pytestmark = pytest.mark.rule("G4")


@pytest.fixture
def settings(place: Place) -> Settings:
    return Settings(store=place.store, vault=place.vault, copy_model="none")


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """An empty place of the same kind."""
    store = str(tmp_path / "elsewhere")
    if settings.on_postgres:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        store = server.empty_database()
    return replace(settings, store=store, vault=str(tmp_path / "elsewhere" / "vault"))


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    with opened(settings) as deployment:
        yield Studio(deployment.stores)


@contextmanager
def opened(settings: Settings) -> Iterator[Deployment]:
    deployment = open_deployment(settings)
    with closing(deployment):
        yield deployment


def history(settings: Settings) -> list[str]:
    with opened(settings) as deployment:
        return [recorded.id for _, recorded in deployment.stores.store.read_log(0, 100_000)]


def a_case(studio: Studio) -> str:
    ann, seller = studio.merchant("ann"), studio.merchant("seller")
    return studio.lodge(ann, studio.file(ann, "coat"), studio.listing(seller, "1")).cases[0].id


def test_what_was_acknowledged_before_a_backup_began_is_in_it_whatever_others_write(
    studio: Studio, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    case_id = a_case(studio)
    served = replace(settings, rate_limit="9/second")
    with opened(served) as deployment:
        web_app(deployment)  # whatever table or file a server makes
        ReasonTemplates(beside(served, "desk")).put([{"command": "refusal", "text": "Not alike."}])
        deployment.webhooks.put(studio.member("ann").member_id, "https://example.com/")
        uploads = UploadTable(beside(served, "uploads"), lambda: time.time() - LOST - 1)
        uploads.create()
        uploads.add("upload", "ann", 2)
    before, stop = history(settings), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            member = studio.merchant(f"member {number}")
            studio.file(member, f"scene {number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(settings, tmp_path / "backup", with_keys=True)
    finally:
        stop.set()
        writer.join()
    done = restore(elsewhere, tmp_path / "backup", None, "operator")
    after, live = history(elsewhere), history(settings)
    assert done.events == made.events <= len(after) <= len(live)
    assert after == live[: len(after)]
    assert after[: len(before)] == before
    with opened(elsewhere) as again:
        assert again.stores.sealer.open(next(e for e in again.stores.store.load(case_id)).event.statement) == "it is mine"  # type: ignore[union-attr]
        assert again.evidence.checkpoint()
        assert (webhook := again.webhooks.get(studio.member("ann").member_id)) is not None
        assert webhook.url == "https://example.com/"
        assert [one["text"] for one in ReasonTemplates(beside(elsewhere, "desk")).read()] == ["Not alike."]
        kept = UploadTable(beside(elsewhere, "uploads")).get("upload", "ann")
        assert kept is not None and (kept.status, kept.error) == ("failed", "interrupted")
        for path in [*Path(elsewhere.vault or "").rglob("*"), *(tmp_path / "backup").rglob("*")]:
            assert path.stat().st_mode & 0o077 == 0 or path.is_dir()


def test_without_the_keys_what_was_signed_is_read_and_exported_and_nothing_is_signed(
    studio: Studio, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    a_case(studio)
    back_up(settings, tmp_path / "backup", with_keys=False)
    restore(elsewhere, tmp_path / "backup", None, "operator")
    with opened(settings) as deployment:
        key, size = deployment.evidence.public_key, deployment.evidence.signed_size()
    with opened(elsewhere) as again, (tmp_path / "export").open("wb") as file:
        new = again.stores.identities.enrol("new", "new", ("apparel",))
        run(again.platform, Command("declaration", new.member_id), lambda act: sign_declaration(act, new, "1"))
        again.evidence.export(file)
        with pytest.raises(KeyLost, match="nothing new is signed"):
            again.evidence.checkpoint()
    assert verify_export(tmp_path / "export", Trust(key)).size == size
    back_up(elsewhere, tmp_path / "backup of the copy", with_keys=False)
    assert not list(tmp_path.rglob("backup*/keys/*.key")) and not list(tmp_path.rglob("backup*/keys/*.jwk"))


def test_of_sqlite_a_backup_is_itself_a_store(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path / "store"), copy_model="none")
    with opened(settings) as deployment:
        a_case(Studio(deployment.stores))
    back_up(settings, tmp_path / "backup", with_keys=False)
    assert history(replace(settings, store=str(tmp_path / "backup"))) == history(settings)
    restore(replace(settings, store=str(tmp_path / "again")), tmp_path / "backup", None, "operator")
    assert history(replace(settings, store=str(tmp_path / "again"))) == history(settings)


def test_a_backup_goes_into_an_empty_place_only(studio: Studio, settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    a_case(studio)
    backup = tmp_path / "backup"
    back_up(settings, backup, with_keys=False)
    with pytest.raises(BackupError, match="is there and is no empty directory"):
        back_up(settings, backup, with_keys=False)
    for place in (settings, replace(elsewhere, vault=settings.vault)):
        with pytest.raises(BackupError, match="empty place only"):
            restore(place, backup, None, "operator")
    other = Settings(store=str(tmp_path / "other")) if settings.on_postgres else Settings(store="postgresql://x/y", vault="z")
    with pytest.raises(BackupError, match="ORIGINALS_STORE names another kind"):
        restore(other, backup, None, "operator")
    with pytest.raises(BackupError, match=r"is no backup, or one that was never finished: there is no backup\.json in it"):
        restore(elsewhere, tmp_path, None, "operator")


@pytest.mark.parametrize("damage", ["picture", "missing", "event"])
def test_a_backup_that_is_not_what_was_backed_up_is_not_put_back(
    damage: str, studio: Studio, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    a_case(studio)
    backup = tmp_path / "backup"
    back_up(settings, backup, with_keys=False)
    victim = next((backup / "vault" / "original").glob("*/*"))
    match damage:
        case "picture":
            victim.write_bytes(b"another")
        case "missing":
            victim.unlink()
        case _ if settings.on_postgres:
            table = backup / "tables" / "stored_events.copy"
            table.write_bytes(table.read_bytes()[:-3] + b"9f\n")
        case _:
            change_an_event(backup / "log.sqlite")
    with pytest.raises((Damaged, Tampered), match=r"is not the file|is missing|is not the one that was recorded"):
        restore(elsewhere, backup, None, "operator")
    assert not list(Path(elsewhere.vault or "").glob("*/*/*"))
    if not settings.on_postgres:
        assert not Path(elsewhere.store).exists() or not list(Path(elsewhere.store).iterdir())


def change_an_event(log: Path) -> None:
    with closing(sqlite3.connect(log)) as database:
        database.execute("UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'It is', 'It was') AS BLOB)")
        database.execute("UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'holidays', 'holidayz') AS BLOB)")
        database.commit()


def test_a_database_whose_restore_has_not_ended_is_not_opened(postgres_server: PostgresServer, tmp_path: Path) -> None:
    settings = Settings(store=postgres_server.empty_database(), vault=str(tmp_path / "vault"), copy_model="none")
    with opened(settings) as deployment:
        a_case(Studio(deployment.stores))
    back_up(settings, tmp_path / "backup", with_keys=False)
    broken = replace(settings, store=postgres_server.empty_database(), vault=str(tmp_path / "vault 2"))
    shutil.rmtree(tmp_path / "backup" / "vault" / "original")
    manifest = tmp_path / "backup" / MANIFEST
    manifest.write_text(
        "\n".join(line for line in manifest.read_text().splitlines() if "/original/" not in line).replace('",\n }', '"\n }')
    )
    with pytest.raises(Damaged, match="missing: an event names original/"):
        restore(broken, tmp_path / "backup", None, "operator")
    with pytest.raises(StoreRefused, match="has not ended"):
        open_deployment(broken)
    with psycopg.connect(broken.store, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")


@pytest.mark.rule("H6")
def test_who_was_forgotten_since_is_forgotten_again(studio: Studio, settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    studio.file(ann, "coat")
    seller = studio.merchant("seller")
    studio.lodge(bob, studio.file(bob, "hat"), studio.listing(seller, "1"))
    back_up(settings, tmp_path / "backup", with_keys=False)
    leave.forget(studio.platform, ann.member_id, "operator")
    later = tmp_path / "later"
    later.write_text(settings.forgotten_file.read_text() + f"{bob.member_id}\nnever-known\n")
    done = restore(elsewhere, tmp_path / "backup", later, "operator")
    assert (done.forgotten, done.in_open_cases) == (3, 1)
    with opened(elsewhere) as again:
        assert [again.stores.identities.by_id(one.member_id) for one in (ann, bob)] == [None, None]
        assert again.stores.identities.by_id(seller.member_id) is not None
        assert (again.stores.identities.key(ann.member_id), again.stores.identities.key(bob.member_id)) == (None, None)
    assert elsewhere.forgotten_file.read_text().split() == [ann.member_id, bob.member_id, "never-known"]
