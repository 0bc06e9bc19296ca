"""How fast all views catch up with a log, against how fast the same log is read and decoded, in one run.

    python -m bench.projections [--events 100000] [--side-by-side 3000] [--rounds 3] [--store postgresql://…] [--each]

The log is a synthetic history made by the deciders themselves: filings, listings, and cases with every ending. `--each` also
folds every view alone, to show what it costs.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from typing import NamedTuple

from sqlalchemy import inspect, text

from adapters.store.opening import Stores, open_store
from bench.results import Ratio, record
from domain import appeal, listing
from domain.appeal import Grounds
from domain.case.acts import accepting, appealing, deciding, declining, lifting, withdrawing
from domain.case.acts.lodging import Lodging, lodge
from domain.case.consequences.plan import NoticePlan
from domain.case.folding import begin, evolve
from domain.case.settling import settle
from domain.case.state import Case
from domain.events import Happened, Sealed
from domain.events.filing import Filed, FolderCreated
from domain.events.listing import ListingFed, ListingPicture, ListingPicturesFed
from domain.events.member import DeclarationSigned
from domain.law import Law, PublishedYear
from domain.listing import Listing
from domain.recorded import AnyEvent, Recorded
from domain.working_days import CalendarYear
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import BATCH, LogSource, Views
from projections.shape import View

START = datetime(2026, 1, 5, 1, tzinfo=UTC)
FILINGS_A_MEMBER = 10
SIDE_BY_SIDE = 3000
ENDINGS = ("declined", "withdrawn", "no_appeal", "upheld", "exhausted", "lifted", "open")


class History:
    """A synthetic history, in the order in which it happened: many cases run side by side."""

    def __init__(self, seed: int, side_by_side: int) -> None:
        self._side_by_side = side_by_side
        self._random = random.Random(seed)
        year = CalendarYear("CN", 2026, (date(2026, 10, 1),))
        zone = timezone(timedelta(hours=8))
        self._law = Law((), [PublishedYear(datetime(2000, 1, 1, tzinfo=UTC), year)], {"Asia/Shanghai": zone})
        self._now = START
        self._versions: dict[str, int] = {}
        self._listings: dict[str, Listing] = {}

    def events(self, number: int) -> Iterator[Recorded]:
        """At least `number` events."""
        told = 0
        running: list[Iterator[list[Recorded]]] = []
        while told < number:
            self._now += timedelta(seconds=self._random.randrange(1, 120))
            if len(running) < self._side_by_side:
                running.append(self._journey())
            chosen = self._random.randrange(len(running))
            act = next(running[chosen], None)
            if act is None:
                running[chosen] = running[-1]
                running.pop()
                continue
            told += len(act)
            yield from act

    def _id(self) -> str:
        return uuid.UUID(int=self._random.getrandbits(128), version=4).hex

    def _record(self, stream: str, told: list[Happened], command: str) -> list[Recorded]:
        recorded = []
        for h in told:
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            recorded.append(
                Recorded(
                    originator_id=stream,
                    originator_version=version,
                    id=self._id(),
                    at=h.at,
                    recorded_at=max(h.at, self._now),
                    by=h.by,
                    command=command,
                    event=h.event,
                    rules=h.rules,
                    calendar=h.calendar,
                )
            )
        return recorded

    def _journey(self) -> Iterator[list[Recorded]]:
        """A member files a folder of pictures; ten sellers list one each; a case of its own is made of each."""
        owner, folder = self._id(), self._id()
        yield self._record(owner, [Happened(self._now, DeclarationSigned("1"), owner)], self._id())
        yield self._record(folder, [Happened(self._now, FolderCreated(owner, Sealed("n" * 60)), owner)], self._id())
        filings = [self._id() for _ in range(FILINGS_A_MEMBER)]
        rules = self._law.in_force(self._now).ref
        for filing in filings:
            event = Filed(
                owner, folder, Sealed("n" * 60), self._id() * 2, 400_000, "jpeg", 1200, 900, self._random.randbytes(512), "m/1", "1"
            )
            yield self._record(filing, [Happened(self._now, event, owner, rules)], self._id())
        for filing in filings:
            yield from self._case(owner, filing)

    def _case(self, owner: str, filing: str) -> Iterator[list[Recorded]]:
        seller, key = self._id(), f"L{self._id()[:8]}"
        stream, link = self._id(), f"https://shop.example/item/{key}.html"
        picture = ListingPicture(self._id() * 2, 900, 900, self._random.randbytes(512))
        fed: list[AnyEvent] = [ListingFed(key, link, link, seller, "A coat"), ListingPicturesFed(key, (picture,))]
        self._listings[key] = Listing(id=key)
        yield self._record(stream, [Happened(self._now, event, "market") for event in fed], self._id())
        case_id = self._id()
        facts = Lodging(owner, seller, filing, key, link, Sealed("s" * 120), self._id())
        first = lodge(facts, self._now, self._law)
        case = begin(case_id, first[0])
        yield self._record(case_id, first, self._id())
        yield from self._decided(case, stream)

    def _decided(self, case: Case, stream: str) -> Iterator[list[Recorded]]:
        ending = self._random.choice(ENDINGS)
        law = self._law
        if ending == "declined":
            yield self._carried(case, stream, declining.decline(case, self._now, "desk-1", ("not_the_same",)))[1]
            return
        plan = NoticePlan(self._id(), case.link)
        case, act = self._carried(case, stream, accepting.accept(case, self._now, "desk-1", ("same_picture",), plan, law))
        yield act
        outcomes = {"upheld": ["upheld"], "exhausted": ["rejected", "rejected"]}.get(ending, [])
        for number, outcome in enumerate(outcomes, 1):
            self._now = max(self._now, case.window.opened_at if case.window else self._now)
            at = min(self._now, case.window.closes.closes_at - timedelta(seconds=1) if case.window else self._now)
            case, act = self._carried(case, stream, appealing.open_appeal(case, at, self._id(), law))
            yield act
            told = deciding.decide_appeal(case, at, f"desk-{number}", number, outcome, ("seen",), law)  # type: ignore[arg-type]
            case, act = self._carried(case, stream, told)
            yield act
        if ending == "withdrawn":
            yield self._carried(case, stream, withdrawing.withdraw(case, self._now, None, law))[1]
        elif ending == "lifted":
            yield self._carried(case, stream, lifting.lift(case, self._now, "desk-2", ("our_mistake",)))[1]
        elif ending == "no_appeal" and case.window is not None:
            told = settle(case, case.window.closes.closes_at, law, lambda: plan)
            yield self._carried(case, stream, told)[1]

    def _carried(self, case: Case, stream: str, told: list[Happened]) -> tuple[Case, list[Recorded]]:
        """What happened in the case, and what follows in its appeal and on its listing, as one act."""
        command = self._id()
        act = self._record(case.id, told, command)
        after = case
        for h in told:
            after = evolve(after, h)
        for h in told:
            if type(h.event).__name__ == "RoundOpened":
                current = after.rounds[-1]
                notice = (case.id, case.notice_id or "", case.respondent)
                act += self._record(current.appeal_id, [appeal.opened(notice, Grounds(Sealed("g" * 200), ()), h)], command)
        if case.open_round is not None:
            act += self._record(case.open_round.appeal_id, appeal.companions(case.id, told), command)
        companions = listing.companions(self._listings[case.listing_id], case.id, told)
        for h in companions:
            self._listings[case.listing_id] = listing.evolve(self._listings[case.listing_id], h)
        return after, act + self._record(stream, companions, command)


class Took(NamedTuple):
    """Seconds on the wall, and of this process's own work, which others on the machine disturb less."""

    wall: float
    work: float

    def __add__(self, other: object) -> Took:
        assert isinstance(other, Took)
        return Took(self.wall + other.wall, self.work + other.work)


def timed(do: Callable[[], object]) -> Took:
    wall, work = time.perf_counter(), time.process_time()
    do()
    return Took(time.perf_counter() - wall, time.process_time() - work)


def read_all(log: LogSource) -> int:
    """Read and decode the whole log, in batches like the runner's; how many events."""
    number = position = 0
    while batch := log.read_log(position, BATCH):
        number, position = number + len(batch), batch[-1][0]
    return number


def catch_up(url: str, log: LogSource, views: tuple[View, ...]) -> Took:
    """Let empty views fold the whole log."""
    engine = open_engine(url)
    runner = Views(engine, log, views)
    runner.prepare()
    took = timed(lambda: runner.caught_up(log.log_head(), timeout=3600))
    if runner.broken:
        raise SystemExit(f"a view broke: {runner.broken}")
    with engine.begin() as connection:
        for name in inspect(engine).get_table_names():
            if "__g" in name or name == "view_generations":
                connection.execute(text(f"DROP TABLE {name}"))
    engine.dispose()
    return took


def fill(stores: Stores, number: int, seed: int, side_by_side: int) -> None:
    """Write the history into the log, without any index beside it."""
    history = History(seed, side_by_side).events(number)
    while chunk := list(islice(history, 2000)):
        stores.store.events.put(chunk)


def measure(stores: Stores, url: str, rounds: int, each: bool) -> None:
    """Read and fold by turns, so that both meet the same machine; then every view alone."""
    number = read_all(stores.store)
    reading = folding = Took(0, 0)
    for _ in range(rounds):
        reading += timed(lambda: read_all(stores.store))
        folding += catch_up(url, stores.store, ALL)
        reading += timed(lambda: read_all(stores.store))
    raw, rate = 2 * rounds * number / reading.wall, rounds * number / folding.wall
    print(f"{number} events: read and decoded {raw:,.0f} a second, folded into {len(ALL)} views {rate:,.0f} a second")
    print(f"ratio {rate / raw:.2f} on the wall, {reading.work / folding.work / 2:.2f} by this process's own time")
    engine = "PostgreSQL" if url.startswith("postgresql") else "SQLite"
    record(
        Ratio(
            f"all views built, {engine}",
            "reading and decoding",
            rate / raw,
            at_least=0.3,
            figures=f"{rate:,.0f} events/s, {raw:,.0f} events/s",
        )
    )
    for view in ALL if each else ():
        alone = catch_up(url, stores.store, (view,)).work - reading.work / rounds / 2
        print(f"  {view.name:<18} {alone:6.2f} s of work beside the reading")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side-by-side", type=int, default=SIDE_BY_SIDE, help="how many members act at a time")
    parser.add_argument("--store", help="a postgresql:// URL of an empty database; by default SQLite files in a temporary directory")
    parser.add_argument("--rounds", type=int, default=3, help="how often to read and fold by turns")
    parser.add_argument("--each", action="store_true", help="fold every view alone, too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        stores = open_store(args.store or f"{directory}/store", f"{directory}/vault")
        fill(stores, args.events, args.seed, args.side_by_side)
        sqlite = f"sqlite:///{directory}/views.sqlite"
        measure(stores, args.store.replace("postgresql:", "postgresql+psycopg:") if args.store else sqlite, args.rounds, args.each)
        stores.close()


if __name__ == "__main__":
    main()
