"""What an error of a database or a disk means to who asked."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from adapters.http.problems import problem_of
from adapters.store.opening import open_store
from adapters.system.outages import outage_of
from application.acting import Busy

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


def test_a_writer_waits_for_another_ones_transaction_no_longer_than_is_said(tmp_path: Path) -> None:
    stores = open_store(str(tmp_path), patience=0.01)
    with closing(sqlite3.connect(tmp_path / "identities.sqlite", isolation_level=None)) as other, other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            stores.identities.enrol("mo", "Mo", None)
        other.execute("ROLLBACK")
    assert stores.identities.enrol("mo", "Mo", None).subject == "mo"
    stores.close()
