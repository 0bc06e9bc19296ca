"""What an error of a database or a disk means to who asked."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from adapters.http.problems import problem_of
from adapters.store import postgres_room
from adapters.store.opening import open_store
from adapters.store.postgres_room import DatabaseRoom
from adapters.system import outages
from adapters.system.outages import outage_of
from adapters.wiring import request_counts
from adapters.wiring.request_counts import CountsInTable
from application.acting import Busy
from projections.dialect import open_engine
from tests.adapters.store.acts import append, event
from tests.conftest import PostgresServer

FULL = """
import resource, sqlite3, sys
from adapters.system.outages import outage_of
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("CREATE TABLE t (x)")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")
except Exception as error:
    print(outage_of(error), connection.execute("SELECT count(*) FROM t").fetchone()[0])
"""


def test_a_disk_that_is_full_is_known_by_the_error_that_it_gives(tmp_path: Path) -> None:
    said = subprocess.run([sys.executable, "-c", FULL, str(tmp_path / "full.sqlite")], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["disk_full", "0"]
    assert outage_of(OSError(errno.ENOSPC, "")) == outage_of(psycopg.errors.DiskFull()) == "disk_full"


def test_a_database_that_is_away_is_told_from_a_mistake(tmp_path: Path) -> None:
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 2})
    with pytest.raises(OperationalError) as error, away.connect():
        pass
    assert outage_of(error.value) == "unavailable"
    with pytest.raises(OperationalError) as mistake, create_engine("sqlite://").connect() as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    assert outage_of(mistake.value) is outage_of(ValueError()) is None
    problem = problem_of(OSError(errno.ENOSPC, ""))
    assert problem is not None
    assert (problem.status, problem.code, problem.headers) == (503, "disk_full", {"Retry-After": "5"})


def test_no_command_takes_the_last_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was acknowledged is still to be folded and signed, and to be read: that room is left for it."""
    stores = open_store(str(tmp_path))
    append(stores.store, event("a", 1))
    monkeypatch.setattr(outages, "RESERVE", 2**60)
    for write in (lambda: append(stores.store, event("a", 2)), lambda: stores.vault.put("original", sha256(b"x").hexdigest(), b"x")):
        with pytest.raises(OSError, match="MiB would be left") as full:
            write()
        assert outage_of(full.value) == "disk_full"
    assert not stores.store.has_room()
    assert (len(stores.store.load("a")), list(stores.vault.leftovers())) == (1, [])
    monkeypatch.undo()
    append(stores.store, event("a", 2))
    assert stores.store.has_room() and len(stores.store.load("a")) == 2
    stores.close()


def test_a_database_is_asked_for_room_and_again_where_it_had_none(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres_server.database() as url:
        room = DatabaseRoom(lambda: psycopg.connect(url, autocommit=True))
        room.need()
        room.found_full()
        with pytest.raises(psycopg.errors.DiskFull) as full:
            room.need()
        assert outage_of(full.value) == "disk_full"
        monkeypatch.setattr(postgres_room, "ASKED_EVERY", 0.0)
        assert room.left()


def test_while_the_disk_is_full_readers_are_counted_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = CountsInTable(engine := open_engine(f"sqlite:///{tmp_path / 'requests.sqlite'}"))
    assert counts.count("ann", 1, 0.0, 2) == (0, 1, True)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(request_counts, "in_turn", full)
    assert [counts.count("ann", 1, 0.0, 2).admitted for _ in range(3)] == [True, True, False]
    engine.dispose()


def test_a_writer_waits_for_another_ones_transaction_no_longer_than_is_said(tmp_path: Path) -> None:
    stores = open_store(str(tmp_path), patience=0.01)
    with closing(sqlite3.connect(tmp_path / "identities.sqlite", isolation_level=None)) as other, other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            stores.identities.enrol("mo", "Mo", None)
        other.execute("ROLLBACK")
    assert stores.identities.enrol("mo", "Mo", None).subject == "mo"
    stores.close()
