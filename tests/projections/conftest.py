"""Views on both engines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from tests.conftest import PostgresServer
from tests.projections.world import MemoryLog, World


def _prepare(url: str) -> None:
    """Make every view's tables."""
    engine = open_engine(url)
    Views(engine, MemoryLog(), ALL).prepare()
    engine.dispose()


def _for_views(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("prepared") / "views.sqlite"
    _prepare(f"sqlite:///{made}")
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the tables of all views, empty."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_file"), tmp_path / "views.sqlite")
        yield f"sqlite:///{tmp_path}/views.sqlite"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database("views", lambda url: _prepare(_for_views(url))) as url:
        yield _for_views(url)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/views.sqlite"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return _for_views(server.empty_database())


@pytest.fixture
def engine(views_url: str) -> Iterator[Engine]:
    engine = open_engine(views_url)
    yield engine
    engine.dispose()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def views(engine: Engine, world: World) -> Views:
    """All views, empty, on the world's log."""
    views = Views(engine, world.log, ALL)
    views.prepare()
    return views
