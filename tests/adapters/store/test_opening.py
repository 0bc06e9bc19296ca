"""Opening: by several processes at once, again after an upgrade, and what cannot be opened."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from adapters.store.opening import LOG_FILE, open_store
from adapters.store.sqlite import OneWriterDatastore
from tests.adapters.store.acts import append, event
from tests.conftest import Place, PostgresServer

OPEN = """
import sys
from adapters.store.opening import open_store
stores = open_store(sys.argv[1], sys.argv[2])
stores.identities.enrol("subject-" + sys.argv[3])
print(stores.store.head())
stores.close()
"""


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place where no store has been."""
    if request.param == "sqlite":
        return Place(str(tmp_path / "deep" / "store"), str(tmp_path / "vault"))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Place(server.empty_database(), str(tmp_path / "vault"))


def test_several_processes_may_open_a_fresh_store_at_once(empty: Place) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", OPEN, *empty, str(n)], stdout=subprocess.PIPE) for n in range(4)]
    assert [process.communicate()[0].strip() for process in processes] == [b"0"] * 4
    stores = empty.open()
    assert all(stores.identities.by_subject(f"subject-{n}") for n in range(4))
    stores.close()


def test_every_thread_reads_what_any_has_saved(place: Place) -> None:
    stores = place.open()
    append(stores.store, event("a", 1))
    seen: list[int] = []

    def look() -> None:
        seen.append(len(stores.store.load("a")))

    threads = [threading.Thread(target=look) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 20
    stores.close()


def test_whatever_version_had_a_store_open_last_what_it_lacks_is_there_after_the_next_opening(place: Place) -> None:
    stores = place.open()
    append(stores.store, event("a", 1))
    engine = stores.databases[0]
    engine.write(lambda s: s.run("DROP TABLE appeal_index"))
    engine.write(lambda s: s.run("UPDATE schema_state SET digest = 'that of an older version', changes = 0"))
    stores.close()
    again = place.open()
    assert again.databases[0].read(lambda s, _: s.row("SELECT COUNT(*) FROM appeal_index"), None) == (0,)
    assert again.store.indexed() is None  # the older version may have written, and does not note how far
    assert len(again.store.load("a")) == 1
    again.close()


def test_a_postgresql_store_needs_a_directory_of_pictures() -> None:
    with pytest.raises(ValueError, match="directory of pictures"):
        open_store("postgresql://localhost/nowhere")


def test_sqlite_commits_reach_the_disk_before_they_are_answered(tmp_path: Path) -> None:
    open_store(str(tmp_path)).close()
    datastore = OneWriterDatastore(tmp_path / LOG_FILE)
    connection = datastore.connect()
    raw = connection.session.connection
    assert raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert raw.execute("PRAGMA synchronous").fetchone()[0] == 2
    datastore.close()


def test_positions_outlive_a_vacuum(tmp_path: Path) -> None:
    stores = open_store(str(tmp_path))
    append(stores.store, event("b", 1), event("a", 1))
    append(stores.store, event("b", 2))
    before = stores.store.read_raw(0, 10)
    with stores.databases[0]._datastore.get_connection(commit=True) as connection:  # type: ignore[attr-defined]
        connection.cursor().execute("VACUUM")
    assert stores.store.read_raw(0, 10) == before
    stores.close()


def test_the_connection_of_a_thread_that_has_ended_is_closed(tmp_path: Path) -> None:
    stores = open_store(str(tmp_path))
    gc.collect()  # what others left behind is not told here
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            reader = threading.Thread(target=stores.store.head)
            reader.start()
            reader.join()
        gc.collect()
    stores.close()
    assert [one for one in told if issubclass(one.category, ResourceWarning)] == []
