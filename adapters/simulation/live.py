"""The part of a store that a simulation still needs, in memory; what is done there is written behind, thousands of events at a time.

Commands run on it as on any store. Streams and rows of cases that are over are let go, so that memory follows the open cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from application.acting import Answer, Batch, IdempotencyKey
from application.index import (
    AttemptsToday,
    CountAttempt,
    Entry,
    ListingById,
    ListingRow,
    Lookup,
    PublicationCount,
    PutCase,
    PutListing,
    ThingsAbout,
)
from application.ports import Store
from domain.events import Recorded
from domain.events.member import AttemptRefused

T = TypeVar("T")

AT_ONCE = 6_000
"""Events that are appended in one transaction."""


class LiveStore:
    """Fulfils `application.ports.Store` for one thread; `behind` is the store that is written to."""

    def __init__(self, behind: Store, due: Callable[[str, datetime | None], None]) -> None:
        self._behind = behind
        self._due = due
        self._streams: dict[str, list[Recorded]] = {}
        self._listings: dict[str, ListingRow] = {}
        self._attempts: dict[tuple[str, str], int] = {}
        self._day = ""
        self._events: list[Recorded] = []
        self._entries: list[Entry] = []
        self._rows: dict[str, int] = {}
        self._attempted: dict[str, str] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="simulation")
        self._writing: Future[None] | None = None

    # -- what a command needs --------------------------------------------------------------------------------------------

    def load(self, stream: str) -> tuple[Recorded, ...]:
        return tuple(self._streams.get(stream, ()))

    def head(self) -> int:
        return 0

    def ask(self, lookup: Lookup[T]) -> T:
        answer: Any
        match lookup:
            case ListingById(listing_id=listing_id):
                answer = self._listings.get(listing_id)
            case AttemptsToday(actor=actor, day=day):
                answer = self._attempts.get((actor, day), 0)
            case ThingsAbout():
                answer = ()
            case PublicationCount():
                answer = 0
            case _:
                raise LookupError(f"a simulation does not ask {type(lookup).__name__}")
        return answer  # type: ignore[no-any-return]

    def append(self, batch: Batch) -> None:
        streams = self._streams
        for event in batch.events:
            stream = event.originator_id
            streams.setdefault(stream, []).append(event)
            if type(event.event) is AttemptRefused:
                self._attempted[event.event.subject] = stream
        self._events += batch.events
        for entry in batch.entries:
            self._note(entry)
        if len(self._events) >= AT_ONCE:
            self._write()

    def answer(self, key: IdempotencyKey) -> tuple[str, Answer] | None:
        return None

    def saved_answer(self, command_id: str) -> Answer | None:
        return None

    # -- what the simulation does besides --------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write down all that is not written yet; afterwards the store behind has everything."""
        self._write()
        self._wait()

    def close(self) -> None:
        """Flush, and end the thread that writes."""
        self.flush()
        self._writer.shutdown()

    def _write(self) -> None:
        """Let a thread of its own write what has come, in one transaction, while the story goes on; one batch is written at a time."""
        self._wait()
        if self._events or self._entries:
            batch = Batch("simulation", tuple(self._events), tuple(self._entries), 0, (), (), None, None)
            self._writing = self._writer.submit(self._append_behind, batch)
            self._events, self._entries, self._rows = [], [], {}

    def _append_behind(self, batch: Batch) -> None:
        self._behind.append(batch._replace(head=self._behind.head()))

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def read_again(self, streams: Iterable[str]) -> None:
        """Take these streams as the store behind has them, after a command there."""
        for stream in streams:
            self._streams[stream] = list(self._behind.load(stream))

    def let_go_of_case(self, case_id: str, appeals: Iterable[str]) -> None:
        """Forget the streams of a case of which nothing will be asked any more."""
        for stream in (case_id, *appeals):
            self._streams.pop(stream, None)
        attempts = self._attempted.pop(case_id, None)
        if attempts is not None:
            self._streams.pop(attempts, None)

    def let_go_of_listing(self, listing_id: str) -> None:
        """Forget a listing that nobody will complain of any more."""
        row = self._listings.pop(listing_id, None)
        if row is not None:
            self._streams.pop(row.stream, None)

    def _note(self, entry: Entry) -> None:
        """Keep an entry; of a case only the last row is written."""
        match entry:
            case PutCase():
                place = self._rows.get(entry.case_id)
                self._due(entry.case_id, entry.due_at if entry.standing == "open" else None)
                if place is not None:
                    self._entries[place] = entry
                    return
                self._rows[entry.case_id] = len(self._entries)
            case PutListing():
                self._listings[entry.listing_id] = ListingRow(entry.listing_id, entry.stream, entry.canonical, entry.seller)
            case CountAttempt():
                if entry.day != self._day:
                    self._attempts, self._day = {}, entry.day
                key = (entry.actor, entry.day)
                self._attempts[key] = self._attempts.get(key, 0) + 1
            case _:
                pass
        self._entries.append(entry)
