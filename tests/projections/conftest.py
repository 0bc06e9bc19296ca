"""Views on both engines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from tests.conftest import PostgresServer
from tests.projections.world import World


@pytest.fixture(scope="session")
def views_database(postgres_server: PostgresServer) -> URL:
    return make_url(postgres_server.empty_database()).set(drivername="postgresql+psycopg")


@pytest.fixture(params=["sqlite", "postgres"])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database, or a part of one, with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/views.sqlite"
        return
    server: URL = request.getfixturevalue("views_database")
    name = f"views_{uuid.uuid4().hex}"
    root = create_engine(server)
    with root.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield server.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
    with root.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    root.dispose()


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
