"""The part of a store that a simulation still needs, in memory; what is done there is written behind, thousands of events at a time.

Commands run on it as on any store. Streams and rows of cases that are over are let go, so that memory follows the open cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, get_args

from adapters.simulation.backing_store import BackingStore
from application.acting import Answer, Batch, IdempotencyKey
from application.index import (
    AttemptsToday,
    CountAttempt,
    Entry,
    ListingById,
    ListingRow,
    Lookup,
    PutCase,
    PutListing,
    ThingsAbout,
)
from application.ports import Beginning
from domain.events.listing import LISTING_EVENTS
from domain.events.member import AttemptRefused
from domain.recorded import Recorded

T = TypeVar("T")

AT_ONCE = 6_000
"""Events that are handed on together."""
ALL = 2**62
OF_LISTINGS = frozenset(get_args(LISTING_EVENTS))


class WriteBehindStore:
    """Fulfils `application.ports.Store` for one thread; `backing` is the store that is written to."""

    def __init__(self, backing: BackingStore, due: Callable[[str, datetime | None], None]) -> None:
        self._backing = backing
        self._due = due
        self._listed: dict[str, tuple[Recorded, ...]] = {}
        self._ends: dict[str, tuple[Recorded, ...]] = {}
        self._listings: dict[str, ListingRow] = {}
        self._attempts: dict[tuple[str, str], int] = {}
        self._day = ""
        self._events: list[Recorded] = []
        self._entries: list[Entry] = []
        self._known: set[str] = set()
        self._held: dict[str, PutCase] = {}
        self._attempted: dict[str, str] = {}

    # -- what a command needs --------------------------------------------------------------------------------------------

    def load(self, stream: str) -> tuple[Recorded, ...]:
        """Whole for a listing; of any other stream only its length and its end are asked, so its last event stands for all."""
        listed = self._listed.get(stream)
        return listed if listed is not None else self._ends.get(stream, ())

    def begin(self, key: IdempotencyKey | None) -> Beginning:
        return Beginning(0, 0, None)

    def ask(self, lookup: Lookup[T]) -> T:
        answer: Any
        match lookup:
            case ListingById(listing_id=listing_id):
                answer = self._listings.get(listing_id)
            case AttemptsToday(actor=actor, day=day):
                answer = self._attempts.get((actor, day), 0)
            case ThingsAbout():
                answer = ()
            case _:
                raise LookupError(f"a simulation does not ask {type(lookup).__name__}")
        return answer  # type: ignore[no-any-return]

    def append(self, batch: Batch) -> None:
        for event in batch.events:
            self._keep(event)
        self._events += batch.events
        for entry in batch.entries:
            self._note(entry)
        if len(self._events) >= AT_ONCE:
            self.flush()

    def answer(self, key: IdempotencyKey) -> tuple[str, Answer] | None:
        return None

    def saved_answer(self, command_id: str) -> Answer | None:
        return None

    # -- what the simulation does besides --------------------------------------------------------------------------------

    def flush(self, complainant: str | None = None) -> None:
        """Write down all that is not written yet; of rows held back, those of a complainant's cases."""
        held = [row for row in self._held.values() if row.complainant == complainant] if complainant is not None else []
        for row in held:
            del self._held[row.case_id]
        self._entries += held
        if self._events or self._entries:
            self._backing.fill(self._events, self._entries)
            self._events, self._entries = [], []

    def close(self) -> None:
        """Write down everything, also what was held back."""
        self._entries += self._held.values()
        self._held = {}
        self.flush()

    def _keep(self, event: Recorded) -> None:
        stream, version = event.originator_id, event.originator_version
        if type(event.event) in OF_LISTINGS:
            self._listed[stream] = (*self._listed[stream], event) if version > 1 else (event,)
            return
        self._ends[stream] = (event,) * version
        if isinstance(event.event, AttemptRefused):
            self._attempted[event.event.subject] = stream

    @contextmanager
    def written_down(self, complainant: str) -> Iterator[set[str]]:
        """Let commands run on the backing store itself: it has everything before them, and what they record is taken in after them.

        The set holds then the streams that they wrote to, whoever else shares them.
        """
        self.flush(complainant)
        head, streams = self._backing.log_head(), set[str]()
        yield streams
        for _, event in self._backing.read_log(head, ALL):
            streams.add(event.originator_id)
            if self._holds(event):
                self._keep(event)

    def _holds(self, recorded: Recorded) -> bool:
        """Whether a command here may yet write to the stream of the event: those of listings and cases, and the attempts on these."""
        stream, event = recorded.originator_id, recorded.event
        attempted = isinstance(event, AttemptRefused) and event.subject in self._known
        return attempted or stream in self._listed or stream in self._ends

    def stream_behind(self, stream: str) -> tuple[Recorded, ...]:
        """A stream whole, as the backing store has it."""
        return self._backing.load(stream)

    def let_go_of_case(self, case_id: str, appeals: Iterable[str]) -> None:
        """Forget the streams of a case of which nothing will be asked any more."""
        self._known.discard(case_id)
        for stream in (case_id, *appeals, self._attempted.pop(case_id, "")):
            self._ends.pop(stream, None)

    def let_go_of_listing(self, listing_id: str) -> None:
        """Forget a listing that nobody will complain of any more."""
        row = self._listings.pop(listing_id, None)
        if row is not None:
            self._listed.pop(row.stream, None)

    def _note(self, entry: Entry) -> None:
        """Keep an entry; of an open case only the first row is written at once, for nothing but a finding reads it before its end."""
        match entry:
            case PutCase(case_id=case_id):
                is_open = entry.standing == "open"
                self._due(case_id, entry.due_at if is_open else None)
                if case_id in self._known and is_open:
                    self._held[case_id] = entry
                    return
                self._known.add(case_id)
                self._held.pop(case_id, None)
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
