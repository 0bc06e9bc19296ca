"""How fast history is replayed, beside a cursor that only reads and decodes the same rows: `python -m bench.replay [--cases N]`.

All go through the same ranges in one run, by turns, on one core, each on a connection with a cache of its own, so that none
finds what another has read. There are two cursors: one drops each event as soon as it is decoded, which keeps it in the
processor's caches; one keeps a stream's events together, as whoever wants to do something with them must. A store of SQLite is
timed in processor time, which a busy machine distorts least; of PostgreSQL, whose server works elsewhere, in wall time. The bar:
replayed events a second at least half of the quicker cursor's. `--store` takes a store that is there.
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

from adapters.calendars.zones import Zones
from adapters.replay.reading import LogReader, Span, open_reader, spans
from adapters.replay.running import replay, usable_cores
from adapters.replay.streams import READ
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from application.law import published_law
from application.replaying import Plan, Tally, replay_streams
from bench.results import Ratio, record
from domain.cached_law import CachedLaw
from domain.recorded import Recorded

BAR = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
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
        plan = Plan(CachedLaw(*law, Zones()), datetime(2026, 1, 1, tzinfo=UTC), reader.falls(head))
        others = open_reader(store), open_reader(store)
        compare(others, reader, head, plan, args.rounds, time.perf_counter if "://" in store else time.process_time)
        for one in (*others, reader):
            one.close()
        if args.cores:
            started = time.perf_counter()
            found = replay(store, law, until=plan.until, workers=usable_cores()).tally.verified
            wall = time.perf_counter() - started
            print(
                f"{usable_cores()} cores: {found.events} events of {found.cases} cases in {wall:.1f} s, {found.events / wall:,.0f} a second"
            )


def compare(
    cursors: tuple[LogReader, LogReader], reader: LogReader, head: int, plan: Plan, rounds: int, clock: Callable[[], float]
) -> None:
    ranges = spans(reader.size(head))
    best = 0.0
    gc.disable()
    for _ in range(rounds):
        gc.collect()
        tally = Tally()
        took = [0.0, 0.0, 0.0]
        events = 0
        for span in ranges:
            started = clock()
            events += drop(cursors[0], span, head)
            dropped = clock()
            keep(cursors[1], span, head)
            kept = clock()
            replay_streams(reader.streams(span, head), plan, tally)
            for number, seconds in enumerate((dropped - started, kept - dropped, clock() - kept)):
                took[number] += seconds
        sums = tally.verified
        if sums.events != events or sums.differences or tally.balance.open():
            raise SystemExit(f"{sums.events} of {events} events replayed, {sums.differences} differences, open {tally.balance.open()}")
        dropping, keeping, replaying = (events / seconds for seconds in took)
        best = max(best, replaying / max(dropping, keeping))
        print(
            f"cursor that drops {dropping:>9,.0f}  that keeps {keeping:>9,.0f}  replay {replaying:>9,.0f} events/s"
            f"   ratios {replaying / dropping:.3f} and {replaying / keeping:.3f}"
        )
    print(f"{sums.cases} cases, {events} events; best ratio to the quicker {best:.3f} (bar {BAR}): {'met' if best >= BAR else 'MISSED'}")
    record(Ratio("replay of own rules, a core", "the quicker cursor", best, at_least=BAR, figures=f"{events:,} events"))


DECODE = msgspec.json.Decoder(Recorded).decode


def drop(reader: LogReader, span: Span, head: int) -> int:
    """Read the range and decode the same rows, nothing else."""
    events = 0
    for row in reader.rows(span, head):
        if row[3] in READ:
            DECODE(row[4])
            events += 1
    return events


def keep(reader: LogReader, span: Span, head: int) -> None:
    """The same, each stream's events in a list until the next one's."""
    for _, rows in groupby(reader.rows(span, head), key=itemgetter(1)):
        [DECODE(row[4]) for row in rows if row[3] in READ]


if __name__ == "__main__":
    main()
