"""How fast history is replayed, beside a cursor that only reads and decodes the same rows: `python -m bench.replay [--cases N]`.

Both go through the same ranges in one run, by turns, on one core, each on a connection with a cache of its own, so that neither
finds what the other has read; both decode a stream's events into a list. A store of
SQLite is timed in processor time, which a busy machine distorts least; of PostgreSQL, whose server works elsewhere, in wall
time. The bar: replayed events a second at least half of the cursor's. `--store` takes a store that is there.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

import msgspec

from adapters.calendars import Zones
from adapters.replay.reading import LogReader, Span, open_reader, spans
from adapters.replay.running import replay, usable_cores
from adapters.simulation import simulate
from adapters.store import open_store
from application.law import published_law
from application.replaying import Found, Plan, replay_case
from domain.events import Recorded
from domain.remembering import RememberingLaw

BAR = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--store", help="a store that is there already: a directory or a postgresql:// URL")
    parser.add_argument("--vault", help="its directory of pictures, with a URL")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", action="store_true", help="then replay once more on all cores, in wall time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = args.store or scratch
        stores = open_store(store, args.vault)
        if args.store is None:
            simulate(stores, args.cases, 1)
        law = published_law(stores.store)
        stores.close()
        reader = open_reader(store)
        head = reader.head()
        plan = Plan(RememberingLaw(*law, Zones()), datetime(2026, 1, 1, tzinfo=UTC), reader.falls(head))
        other = open_reader(store)
        compare(other, reader, head, plan, args.rounds, time.perf_counter if "://" in store else time.process_time)
        other.close()
        reader.close()
        if args.cores:
            started = time.perf_counter()
            found = replay(store, law, until=plan.until, workers=usable_cores()).found.verified
            wall = time.perf_counter() - started
            print(
                f"{usable_cores()} cores: {found.events} events of {found.cases} cases in {wall:.1f} s, {found.events / wall:,.0f} a second"
            )


def compare(cursor: LogReader, reader: LogReader, head: int, plan: Plan, rounds: int, clock: Callable[[], float]) -> None:
    ranges = spans(reader.size(head))
    best = 0.0
    gc.disable()
    for _ in range(rounds):
        gc.collect()
        raw = replayed = 0.0
        events = 0
        found = Found()
        for span in ranges:
            started = clock()
            events += read_only(cursor, span, head)
            raw += clock() - started
            started = clock()
            for history in reader.cases(span, head):
                replay_case(history, plan, found)
            replayed += clock() - started
        sums = found.verified
        if sums.events != events or sums.differences:
            raise SystemExit(f"{sums.events} of {events} events replayed, {sums.differences} differences")
        best = max(best, raw / replayed)
        print(f"cursor {events / raw:>10,.0f} events/s   replay {events / replayed:>10,.0f} events/s   ratio {raw / replayed:.3f}")
    print(f"{sums.cases} cases, {events} events; best ratio {best:.3f} (bar {BAR}): {'met' if best >= BAR else 'MISSED'}")


DECODE = msgspec.json.Decoder(Recorded).decode


def read_only(reader: LogReader, span: Span, head: int) -> int:
    """Read the range and decode the same rows, each stream's events into a list, nothing else."""
    events = 0
    for _, rows in groupby(reader.rows(span, head), key=itemgetter(1)):
        events += len([DECODE(row[4]) for row in rows if row[4] is not None])
    return events


if __name__ == "__main__":
    main()
