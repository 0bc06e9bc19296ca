"""The small tables beside the store: made by whichever process of a server comes first, while the others come, too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url

from adapters.console.sessions import Sessions
from adapters.http.presence import Presence
from adapters.http.reason_templates import ReasonTemplates
from projections.dialect import in_turn, open_engine
from tests.conftest import PostgresServer

PROCESSES = 8


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/beside.sqlite"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return make_url(server.empty_database()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def sessions(engine: Engine) -> None:
    in_turn(engine, Sessions.create)


@pytest.mark.parametrize("made", [sessions, Presence, ReasonTemplates])
def test_several_processes_make_them_at_once(url: str, made: Callable[[Engine], Any]) -> None:
    engines = [open_engine(url) for _ in range(PROCESSES)]
    start, failures = threading.Barrier(PROCESSES), list[Exception]()

    def make(engine: Engine) -> None:
        start.wait()
        try:
            made(engine)
        except Exception as why:
            failures.append(why)

    threads = [threading.Thread(target=make, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert failures == []
