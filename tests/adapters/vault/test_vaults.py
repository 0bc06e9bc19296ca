"""The vault: files by digest, whole or not there, in a directory and on an object store alike."""

from __future__ import annotations

import hashlib
import multiprocessing
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from adapters.vault.away import seal_away, taken_out
from adapters.vault.contract import FileVault, VaultAway, VaultDamaged
from adapters.vault.files import DirectoryVault
from adapters.vault.objects import ObjectVault
from tests.object_store import NAMED, ObjectStore, plain_store

PICTURE = b"a picture"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
OTHER = "ab" * 32
Change = Callable[[str, bytes], None]


@pytest.fixture(params=["directory", "object store"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[FileVault, Change]:
    """A vault, and a hand that changes the file of a name in it."""
    if request.param == "directory":
        root = tmp_path / "not" / "yet"
        return DirectoryVault(root), lambda name, content: void((root / name).write_bytes(content))
    server: ObjectStore = request.getfixturevalue("object_store")
    url = server.bucket()
    return ObjectVault(url), lambda name, content: server.change(f"{url}/{name}", content)


@pytest.fixture
def vault(kept: tuple[FileVault, Change]) -> FileVault:
    return kept[0]


def void(_: object) -> None:
    """What is said is of no matter."""


def test_what_was_put_can_be_got_and_is_put_once(vault: FileVault) -> None:
    vault.put("original", DIGEST, PICTURE)
    vault.put("scaled", DIGEST, b"smaller")
    vault.put("scaled", DIGEST, b"another")
    assert vault.get("original", DIGEST) == PICTURE
    assert vault.get("scaled", DIGEST) == b"smaller"
    assert vault.has("scaled", DIGEST)
    assert not vault.has("thumbnail", DIGEST)
    for ask in (vault.get, vault.stored):
        with pytest.raises(KeyError):
            ask("thumbnail", DIGEST)
    assert list(vault.leftovers()) == []


def test_no_path_leads_out(vault: FileVault) -> None:
    for digest in ("", "../../etc/passwd", "ab/" + "c" * 61, "AB" * 32, "zz" * 32, "ab" * 31, "ab" * 32 + "\n"):
        for use in (
            partial(vault.put, "scaled", digest, b""),
            partial(vault.get, "original", digest),
            partial(vault.has, "original", digest),
        ):
            with pytest.raises(ValueError, match="digest"):
                use()
    with pytest.raises(ValueError, match="keeps no"):
        vault.put("../escape", DIGEST, PICTURE)
    assert not any(list(vault.digests(kind)) for kind in ("original", "scaled"))


@pytest.mark.parametrize("kind", ["original", "sealed"])
def test_an_original_and_a_sealed_file_are_what_their_digest_says(kind: str, kept: tuple[FileVault, Change]) -> None:
    vault, change = kept
    with pytest.raises(VaultDamaged):
        vault.put(kind, OTHER, PICTURE)
    assert not vault.has(kind, OTHER)
    with pytest.raises(KeyError):
        vault.sound(kind, OTHER)
    vault.put(kind, DIGEST, PICTURE)
    assert vault.sound(kind, DIGEST)
    change(f"{kind}/{DIGEST[:2]}/{DIGEST}", b"rotten")
    assert not vault.sound(kind, DIGEST)
    assert vault.stored(kind, DIGEST) == b"rotten"
    with pytest.raises(VaultDamaged):
        vault.get(kind, DIGEST)
    vault.put(kind, DIGEST, PICTURE)
    assert vault.get(kind, DIGEST) == PICTURE


def test_all_digests_of_a_kind_are_listed_in_order(kept: tuple[FileVault, Change]) -> None:
    vault, change = kept
    digests = sorted([OTHER, "cd" * 32, "ce" * 32])
    for digest in reversed(digests):
        vault.put("evidence", digest, b"x")
    for stranger in (".unfinished-1", "x"):
        change(f"evidence/ab/{stranger}", b"of somebody else")
    assert list(vault.digests("evidence")) == digests
    assert [path.name for path in vault.leftovers()] == [".unfinished-1"] * isinstance(vault, DirectoryVault)
    assert list(vault.digests("sealed")) == []
    vault.remove("evidence", OTHER)
    vault.remove("evidence", OTHER)
    assert OTHER not in list(vault.digests("evidence"))
    vault.copy_in("evidence", OTHER, b"whatever it was")
    assert vault.stored("evidence", OTHER) == b"whatever it was"


def test_many_writers_of_one_file(vault: FileVault) -> None:
    content = b"x" * 200_000
    digest = hashlib.sha256(content).hexdigest()
    threads = [threading.Thread(target=vault.put, args=("original", digest, content)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vault.get("original", digest) == content
    assert list(vault.leftovers()) == []


@pytest.mark.rule("H6")
def test_an_original_is_sealed_away(vault: FileVault) -> None:
    vault.put("original", DIGEST, PICTURE)
    assert seal_away(vault, bytes(32), DIGEST)
    assert not seal_away(vault, bytes(32), DIGEST)
    assert not vault.has("original", DIGEST)
    assert taken_out(vault, bytes(32), DIGEST) == PICTURE


def test_a_process_that_was_forked_has_connections_of_its_own(object_store: ObjectStore) -> None:
    vault = ObjectVault(object_store.bucket())
    vault.put("scaled", OTHER, b"before")
    child = multiprocessing.get_context("fork").Process(target=vault.put, args=("scaled", DIGEST, b"after"))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert {vault.get("scaled", digest) for digest in vault.digests("scaled")} == {b"before", b"after"}


def test_an_object_store_that_cannot_be_asked_is_never_taken_for_one_that_has_nothing(object_store: ObjectStore) -> None:
    url = object_store.bucket()
    vault, elsewhere = ObjectVault(url), ObjectVault("s3://no-such-bucket/x")
    vault.put("original", DIGEST, PICTURE)

    def asked(of: ObjectVault) -> list[str]:
        said = []
        for use in (
            lambda: of.get("original", DIGEST),
            lambda: of.has("original", OTHER),
            lambda: of.put("scaled", DIGEST, b"x"),
            lambda: of.remove("scaled", DIGEST),
            lambda: list(of.digests("scaled")),
            of.reachable,
        ):
            with pytest.raises(VaultAway) as away:
                use()
            said.append(str(away.value))
        return said

    assert all("NoSuchBucket" in line for line in asked(elsewhere))
    with object_store.refusing():
        assert all(url in line and "InvalidAccessKeyId" in line and "secret" not in line for line in asked(vault))
    with object_store.hanging():
        assert all("time" in line for line in asked(ObjectVault(url, patience=0.5)))
        with pytest.raises(VaultAway, match="time"):  # who can do without it does not wait as long as the vault would
            vault.get("original", DIGEST, within=0.2)
    assert vault.reachable()
    assert vault.get("original", DIGEST) == PICTURE
    # what was asked while it hung may still be done: an object that no event names, which harms nobody
    bucket = url.removeprefix("s3://")
    assert object_store.objects(url) - {f"{bucket}/scaled/{DIGEST[:2]}/{DIGEST}"} == {f"{bucket}/original/{DIGEST[:2]}/{DIGEST}"}


def test_who_may_look_is_asked_without_credentials_and_whether_older_versions_stay(object_store: ObjectStore) -> None:
    vault = ObjectVault(object_store.bucket())
    vault.put("scaled", DIGEST, PICTURE)
    assert vault.open_to_others()  # that server lets everybody in until it is told to ask
    assert not vault.keeps_versions()


@pytest.mark.parametrize(("status", "code"), [(501, "NotImplemented"), (409, "ConditionalRequestConflict")])
def test_what_lies_on_a_store_that_answers_no_condition_stays_all_the_same_and_nobody_stays_connected(
    status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plain_store(status, code) as (url, lies):
        for name, value in zip(NAMED, (url, "key", "secret", "us-east-1", "true"), strict=True):
            monkeypatch.setenv(name, value)
        vault = ObjectVault("s3://plain")
        for kind in ("scaled", "away"):
            vault.put(kind, OTHER, b"first")
            vault.put(kind, OTHER, b"second")
            assert vault.get(kind, OTHER) == b"first"
        vault.put("original", DIGEST, PICTURE)
        lies[f"original/{DIGEST[:2]}/{DIGEST}"] = b"rotten"
        vault.put("original", DIGEST, PICTURE)
        assert vault.open_to_others()
        for _ in range(2):  # who uses it again connects anew
            assert vault.get("original", DIGEST) == PICTURE
            assert lies.connected
            vault.close()
            vault.close()
            ends = time.monotonic() + 600
            while lies.connected:
                assert time.monotonic() < ends
                time.sleep(0.01)
