"""The log's table as one, in parts by hash, and in parts by time and hash: `python -m bench.partitions [--rows N]`.

On PostgreSQL, by the driver alone, the same rows in all three, by turns in one run. In parts by time a stream's expected version can be
held by no unique key of the log any more (a key must name what the table is parted by), so a table of heads beside it holds it. Measured
are appends of twenty events a commit, a stream read by its id, and the log read in its order. The figures stand in ADR 26.
"""

from __future__ import annotations

import argparse
import random
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from bench.results import Ratio, record
from bench.writers import places

COLUMNS = "originator_id text NOT NULL, originator_version int NOT NULL, topic text NOT NULL, state bytea NOT NULL"
POSITION = "notification_id bigint NOT NULL"
PARTS, PERIODS, OF_STREAM, AT_ONCE = 16, 8, 6, 20
LAYOUTS = ("one table", "by hash", "by time and hash")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=60_000)
    args = parser.parse_args()
    with places(postgres=True) as fresh, psycopg.connect(fresh()[0], autocommit=True) as connection:
        connection.execute(b"SET synchronous_commit = off")  # the disk's share is the same in all three
        for number in range(3):
            make(connection, number, args.rows)
        seconds = {what: [0.0] * 3 for what in ("append", "stream", "log")}
        streams = fill(connection, args.rows, seconds["append"])
        asked = random.Random(1).sample(streams, min(2_000, len(streams)))
        for number in range(3):
            connection.execute(f"ANALYZE log{number}")
        for part in range(10):
            for number in turn(part):
                seconds["stream"][number] += timed(lambda n=number, p=part: [load(connection, n, one) for one in asked[p::10]])
                seconds["log"][number] += timed(lambda n=number, p=part: follow(connection, n, args.rows * p // 10, args.rows // 10))
    for what, took in seconds.items():
        print(f"{what:7}" + "".join(f"  {name} {one:6.2f} s ({one / took[0]:.2f})" for name, one in zip(LAYOUTS, took, strict=True)))
        for name, one in zip(LAYOUTS[1:], took[1:], strict=True):
            record(Ratio(f"{what}, the log {name}, in time", "one table", one / took[0], figures=f"{args.rows:,} events"))


def make(connection: psycopg.Connection[Any], number: int, rows: int) -> None:
    """The table of a layout, with what keeps a stream's versions unique."""
    table = f"log{number}"
    key = "PRIMARY KEY (originator_id, originator_version)"
    match number:
        case 0:
            connection.execute(f"CREATE TABLE {table} ({COLUMNS}, {POSITION} UNIQUE, {key})".encode())
        case 1:
            connection.execute(f"CREATE TABLE {table} ({COLUMNS}, {POSITION}, {key}) PARTITION BY HASH (originator_id)".encode())
            hashed(connection, table, PARTS)
            connection.execute(f"CREATE INDEX ON {table} (notification_id)".encode())
        case _:
            connection.execute(f"CREATE TABLE {table} ({COLUMNS}, {POSITION}) PARTITION BY RANGE (notification_id)".encode())
            for period in range(PERIODS):
                low, high = (rows * at // PERIODS + 1 for at in (period, period + 1))
                bound = "MAXVALUE" if period + 1 == PERIODS else high
                connection.execute(
                    f"""CREATE TABLE {table}_t{period} PARTITION OF {table} FOR VALUES FROM ({low}) TO ({bound})
                    PARTITION BY HASH (originator_id)""".encode()
                )
                hashed(connection, f"{table}_t{period}", PARTS // 4)
            connection.execute(f"CREATE INDEX ON {table} (originator_id, originator_version)".encode())
            connection.execute(f"CREATE INDEX ON {table} (notification_id)".encode())
            connection.execute(b"CREATE TABLE head (originator_id text PRIMARY KEY, version int NOT NULL)")


def hashed(connection: psycopg.Connection[Any], table: str, parts: int) -> None:
    for part in range(parts):
        clause = f"FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
        connection.execute(f"CREATE TABLE {table}_h{part} PARTITION OF {table} {clause}".encode())


def fill(connection: psycopg.Connection[Any], rows: int, took: list[float]) -> list[str]:
    """Streams of a few events that live side by side, as cases do; each commit has twenty events of as many streams."""
    streams, living, random_ = [], [], random.Random(0)
    position, batch = 0, 0
    states = [random_.randbytes(60).hex().encode() + b'{"calendar":"CN"}' * 40 for _ in range(64)]
    while position < rows:
        some = []
        for _ in range(AT_ONCE):
            if len(living) < 2_000 or random_.random() < 1 / OF_STREAM:
                living.append((secrets.token_hex(16), 0))
                streams.append(living[-1][0])
            place = random_.randrange(len(living))
            name, version = living[place]
            if any(name == one[0] for one in some):
                continue
            position += 1
            some.append((name, version + 1, "Accepted", random_.choice(states), position))
            living[place] = (name, version + 1)
            if version + 1 == OF_STREAM:
                living[place] = living[-1]
                living.pop()
        batch += 1
        for number in turn(batch):
            took[number] += timed(lambda n=number, rows_=some: append(connection, n, rows_))
    return streams


def append(connection: psycopg.Connection[Any], number: int, rows: list[tuple[Any, ...]]) -> None:
    with connection.transaction(), connection.pipeline(), connection.cursor() as cursor:
        if number == 2:
            cursor.executemany(
                """INSERT INTO head VALUES (%s, %s) ON CONFLICT (originator_id) DO UPDATE SET version = excluded.version
                WHERE head.version = excluded.version - 1""",
                [row[:2] for row in rows],
            )
        cursor.executemany(f"INSERT INTO log{number} VALUES (%s, %s, %s, %s, %s)".encode(), rows)


def load(connection: psycopg.Connection[Any], number: int, stream: str) -> list[Any]:
    query = f"SELECT originator_version, topic, state FROM log{number} WHERE originator_id = %s ORDER BY originator_version"
    return connection.execute(query.encode(), (stream,)).fetchall()


def follow(connection: psycopg.Connection[Any], number: int, after: int, count: int) -> None:
    query = f"SELECT * FROM log{number} WHERE notification_id > %s ORDER BY notification_id LIMIT 1000"
    until = after + count
    while after < until:
        rows = connection.execute(query.encode(), (after,)).fetchall()
        if not rows:
            return
        after = rows[-1][4]


def turn(number: int) -> Iterator[int]:
    """The three, another one first each time."""
    return ((number + place) % 3 for place in range(3))


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
