"""The vault: files by digest, whole or not there."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from adapters.vault.files import DirectoryVault, VaultDamaged

PICTURE = b"a picture"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
OTHER = "ab" * 32


def test_what_was_put_can_be_got(tmp_path: Path) -> None:
    vault = DirectoryVault(tmp_path / "not" / "yet")
    vault.put("original", DIGEST, PICTURE)
    vault.put("scaled", DIGEST, b"smaller")
    assert vault.get("original", DIGEST) == PICTURE
    assert vault.get("scaled", DIGEST) == b"smaller"
    assert vault.has("scaled", DIGEST)
    assert not vault.has("thumbnail", DIGEST)
    with pytest.raises(KeyError):
        vault.get("thumbnail", DIGEST)


def test_the_same_digest_again_changes_nothing(tmp_path: Path) -> None:
    vault = DirectoryVault(tmp_path)
    vault.put("scaled", DIGEST, b"first")
    vault.put("scaled", DIGEST, b"second")
    assert vault.get("scaled", DIGEST) == b"first"
    assert list(vault.leftovers()) == []


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "ab/" + "c" * 61, "AB" * 32, "zz" * 32, "ab" * 31, "ab" * 32 + "\n"])
def test_no_path_leads_out(tmp_path: Path, digest: str) -> None:
    vault = DirectoryVault(tmp_path / "vault")
    for use in (lambda: vault.put("original", digest, b""), lambda: vault.get("original", digest), lambda: vault.has("original", digest)):
        with pytest.raises(ValueError, match="digest"):
            use()
    with pytest.raises(ValueError, match="keeps no"):
        vault.put("../escape", DIGEST, PICTURE)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("kind", ["original", "sealed"])
def test_an_original_and_a_sealed_file_are_what_their_digest_says(kind: str, tmp_path: Path) -> None:
    vault = DirectoryVault(tmp_path)
    with pytest.raises(VaultDamaged):
        vault.put(kind, OTHER, PICTURE)
    assert not vault.has(kind, OTHER)
    with pytest.raises(KeyError):
        vault.sound(kind, OTHER)
    vault.put(kind, DIGEST, PICTURE)
    assert vault.sound(kind, DIGEST)
    (tmp_path / kind / DIGEST[:2] / DIGEST).write_bytes(b"rotten")
    assert not vault.sound(kind, DIGEST)
    with pytest.raises(VaultDamaged):
        vault.get(kind, DIGEST)
    vault.put(kind, DIGEST, PICTURE)
    assert vault.get(kind, DIGEST) == PICTURE


def test_what_nothing_names_is_found(tmp_path: Path) -> None:
    vault = DirectoryVault(tmp_path)
    digests = sorted([OTHER, "cd" * 32, "ce" * 32])
    for digest in digests:
        vault.put("evidence", digest, b"x")
    (tmp_path / "evidence" / "ab" / ".unfinished-1").write_bytes(b"half")
    assert list(vault.digests("evidence")) == digests
    assert list(vault.digests("sealed")) == []
    assert list(vault.orphans("evidence", {OTHER})) == digests[1:]
    assert [path.name for path in vault.leftovers()] == [".unfinished-1"]
    vault.remove("evidence", OTHER)
    vault.remove("evidence", OTHER)
    assert list(vault.digests("evidence")) == digests[1:]


def test_many_writers_of_one_file(tmp_path: Path) -> None:
    vault = DirectoryVault(tmp_path)
    content = b"x" * 200_000
    digest = hashlib.sha256(content).hexdigest()
    threads = [threading.Thread(target=vault.put, args=("original", digest, content)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vault.get("original", digest) == content
    assert list(vault.leftovers()) == []
