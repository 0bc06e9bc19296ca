"""A copy of the views' database is read where it has all that a reader needs; where it has not, the database itself is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from projections import filings, replicas
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from tests.projections.world import World


@pytest.fixture
def databases(prepared_file: Path, tmp_path: Path) -> Iterator[tuple[Path, Path, Engine, Engine]]:
    """The views' database and its copy."""
    own, copy = tmp_path / "own.sqlite", tmp_path / "copy.sqlite"
    shutil.copy(prepared_file, own)
    engines = open_engine(f"sqlite:///{own}"), open_engine(f"sqlite:///{copy}")
    yield own, copy, *engines
    for engine in engines:
        engine.dispose()


def follow(own: Path, copy: Path) -> None:
    """What a database server does for its replica."""
    with closing(sqlite3.connect(own)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def read_from(views: Views) -> str:
    """The file that a read of now is answered from; it has all that the log has."""
    with views.current() as reading:
        assert filings.get(reading, views.log.read_log(0, 10_000)[-1][1].originator_id) is not None
        ((_, _, path),) = reading._session.rows("PRAGMA database_list")
        return Path(path).name


def test_a_copy_is_read_where_it_has_passed_the_readers_position(
    databases: tuple[Path, Path, Engine, Engine], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, copy, engine, copied = databases
    views = Views(engine, world.log, ALL, [copied])
    views.prepare()
    world.file("f-1")
    assert read_from(views) == "own.sqlite"  # the copy has no tables yet
    follow(own, copy)
    assert read_from(views) == "own.sqlite"  # one that failed is not asked for a while
    monkeypatch.setattr(views.replicas, "_rests", {})
    assert read_from(views) == "copy.sqlite"
    world.file("f-2")
    assert read_from(views) == "own.sqlite"  # the copy is behind, which is no failure
    follow(own, copy)
    assert read_from(views) == "copy.sqlite"
    with closing(sqlite3.connect(copy)) as database, database:
        database.execute("UPDATE view_generations SET version = version + 1 WHERE name = 'filings'")
    assert read_from(views) == "own.sqlite"  # nor is one whose tables are of another version read
    follow(own, copy)
    other = Views(engine, world.log, ALL, [open_engine("sqlite:////nowhere/at/all.sqlite"), copied])
    other.prepare()
    assert {read_from(other) for _ in range(3)} == {"copy.sqlite"}
    assert len(other.replicas._rests) == 1
    assert replicas.REST > 0
