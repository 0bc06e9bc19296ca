"""Reading the streams of cases, appeals and listings by ranges of their ids, which are random: each range is about as large as any other.

A range is read whole by one statement in the order of stream and version, so memory is that of a range, whatever the log's size.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from adapters.replay.streams import streams_in
from adapters.store.mapper import RecordedMapper, Unreadable
from adapters.store.opening import LOG_FILE
from adapters.store.session import Row, Session, SQLiteSession
from adapters.store.upcasting import topics_of
from application.acting import stream_of
from application.companions import CompanionStream
from application.falls import FALLS, Falls, Placed
from application.law import PUBLICATIONS, PublishedLaw, law_in
from application.replaying import History
from domain.events.filing import Filed
from domain.recorded import Recorded

AT_ONCE = 32_000
"""About how many rows a range holds."""
MAPPED = 1 << 28
"""How many bytes of a log in a file are read where they are in memory, without copying pages; they count as this process's memory."""
_DIGITS = 6
"""How many hexadecimal digits of an id tell ranges apart."""
_COLUMNS = "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events WHERE "
_LARGE = topics_of(Filed.__name__)
"""The topics whose states are left where they are, for each has a fingerprint. To ask it of every topic costs more than reading."""


class Span(NamedTuple):
    """Streams whose ids are not less than `first` and less than `end`, where there is an end."""

    first: str
    end: str | None


def spans(rows: int) -> list[Span]:
    """Ranges of ids that hold about `AT_ONCE` rows each, in order; together they hold every id there can be."""
    number = min(max(1, -(-rows // AT_ONCE)), 16**_DIGITS)
    bounds = ["", *(f"{place * 16**_DIGITS // number:0{_DIGITS}x}" for place in range(1, number)), None]
    return [Span(first or "", end) for first, end in pairwise(bounds)]


class LogReader:
    """Reads a log up to a fixed position. One for each process; close it."""

    def __init__(self, session: Session, close: Callable[[], None]) -> None:
        self._session = session
        large = ", ".join(f"'{topic}'" for topic in _LARGE)
        state = f"CASE WHEN topic IN ({large}) THEN NULL ELSE state END"
        self._select = f"SELECT notification_id, originator_id, originator_version, topic, {state} FROM stored_events WHERE"
        self._mapper = RecordedMapper()
        self._outset: tuple[int, list[Row]] | None = None
        self.close = close

    def head(self) -> int:
        """The position of the last event; 0 where there is none. Raises Unreadable where events have none."""
        if self._session.row("SELECT 1 FROM stored_events WHERE notification_id IS NULL LIMIT 1") is not None:
            raise Unreadable("the log's table was altered: it holds events without a position")
        row = self._session.row("SELECT MAX(notification_id) FROM stored_events")
        return (row[0] if row else None) or 0

    def size(self, head: int) -> int:
        """How many events there are up to a position: all but those behind it, for all are counted without looking at their positions."""
        row = self._session.row(
            "SELECT (SELECT COUNT(*) FROM stored_events) - (SELECT COUNT(*) FROM stored_events WHERE notification_id > ?)", (head,)
        )
        return row[0] if row else 0

    def last_recorded_at(self, head: int) -> datetime | None:
        """When the last events up to a position were recorded, of those that can be read; None where there are none."""
        rows = self._session.rows(_COLUMNS + "notification_id <= ? ORDER BY notification_id DESC LIMIT 50", (head,))
        recorded = []
        for row in rows:
            with suppress(Unreadable):
                recorded.append(self._mapper.read(*row[1:]).recorded_at)
        return max(recorded, default=None)

    def falls(self, head: int) -> Falls:
        """Whose protection fell up to a position."""
        return Falls(self._at_outset(FALLS, head))

    def events(self, kinds: Sequence[type], head: int) -> list[Placed]:
        """The events of these types up to a position: found by reading the log through once."""
        return self._read(self._rows_of(topics_of(*(kind.__name__ for kind in kinds)), head))

    def _rows_of(self, topics: Sequence[str], head: int) -> list[Row]:
        condition = f"{self._session.among('topic')} AND notification_id <= ? ORDER BY notification_id"
        return self._session.rows(_COLUMNS + condition, (self._session.array(topics), head))

    def law(self, head: int) -> PublishedLaw:
        """The rulebooks and calendars that were published up to a position, in the order of the log (rules T5, E2, G8)."""
        return law_in(one for _, one in self._at_outset(PUBLICATIONS, head))

    def _at_outset(self, kinds: Sequence[type], head: int) -> list[Placed]:
        """Of what a replay has to know before it begins, the events of these types: the log is read through once for all of it."""
        if self._outset is None or self._outset[0] != head:
            self._outset = head, self._rows_of(topics_of(*(kind.__name__ for kind in (*FALLS, *PUBLICATIONS))), head)
        topics = topics_of(*(kind.__name__ for kind in kinds))
        return self._read([row for row in self._outset[1] if row[3] in topics])

    def states(self, head: int) -> Iterator[bytes]:
        """The stored bytes of all events up to a position, in the order of the log."""
        select = "SELECT notification_id, state FROM stored_events WHERE notification_id > ? AND notification_id <= ? ORDER BY 1 LIMIT ?"
        last = 0
        while rows := self._session.rows(select, (last, head, AT_ONCE)):
            yield from (bytes(row[1]) for row in rows)
            last = rows[-1][0]

    def rows(self, span: Span, head: int) -> list[Row]:
        """All rows of a range, in the order of stream and version; of events that a replay has no use for the state may be None."""
        where, bounds = _within(span)
        return self._session.rows(
            f"{self._select} {where} AND notification_id <= ? ORDER BY originator_id, originator_version", (*bounds, head)
        )

    def streams(self, span: Span, head: int) -> Iterator[History | CompanionStream]:
        """The streams of the cases, appeals and listings in a range, in the order of their ids; of a few at a time the cases come first."""
        return streams_in(self.rows(span, head), self._mapper)

    def with_attempts(self, span: Span, head: int) -> Iterator[History | CompanionStream]:
        """The same, cases with the refused attempts on them (rule D5)."""
        yield from self._attempts_on(list(self.streams(span, head)), head)

    def histories(self, cases: Sequence[str], head: int) -> Iterator[History]:
        """These cases, with the refused attempts on them."""
        condition = f"{self._session.among('originator_id')} AND notification_id <= ? ORDER BY originator_id, originator_version"
        rows = self._session.rows(f"{self._select} {condition}", (self._session.array(cases), head))
        found = self._attempts_on(list(streams_in(rows, self._mapper)), head)
        return (one for one in found if isinstance(one, History))

    def changes(self, kinds: Sequence[str], after: int, head: int, most: int) -> list[Row]:
        """At most so many rows of these topics behind a position, up to another, in the order of the log."""
        condition = f"notification_id > ? AND notification_id <= ? AND {self._session.among('topic')} ORDER BY notification_id LIMIT ?"
        return self._session.rows(_COLUMNS + condition, (after, head, self._session.array(kinds), most))

    def stream(self, stream: str, head: int) -> list[Recorded]:
        """The events of one stream up to a position."""
        condition = "originator_id = ? AND notification_id <= ? ORDER BY originator_version"
        return [one for _, one in self._read(self._session.rows(_COLUMNS + condition, (stream, head)))]

    def read(self, row: Row) -> Recorded:
        """The event of a row. Raises Unreadable."""
        return self._mapper.read(*row[1:])

    def id_at(self, position: int) -> str:
        """The id of the event at a position; empty where there is none, or its bytes tell none."""
        row = self._session.row(_COLUMNS + "notification_id = ?", (position,))
        with suppress(Unreadable):
            return "" if row is None else self.read(row).id
        return ""

    def _attempts_on(self, found: Sequence[History | CompanionStream], head: int) -> Iterator[History | CompanionStream]:
        streams = {stream_of("attempts", case.case_id): number for number, case in enumerate(found) if isinstance(case, History)}
        attempts: list[list[Placed]] = [[] for _ in found]
        condition = f"{self._session.among('originator_id')} AND notification_id <= ? ORDER BY notification_id"
        for position, one in self._read(self._session.rows(_COLUMNS + condition, (self._session.array(streams), head))):
            attempts[streams[one.originator_id]].append((position, one))
        for case, tried in zip(found, attempts, strict=True):
            yield replace(case, attempts=tried) if isinstance(case, History) else case

    def _read(self, rows: Sequence[Row]) -> list[Placed]:
        return [(row[0], self._mapper.read(*row[1:])) for row in rows]


def _within(span: Span) -> tuple[str, tuple[str, ...]]:
    if span.end is None:
        return "originator_id >= ?", (span.first,)
    return "originator_id >= ? AND originator_id < ?", (span.first, span.end)


def open_reader(store: str) -> LogReader:
    """A reader of the store at a directory or a postgresql:// URL, on a connection of its own that writes nothing."""
    if store.startswith(("postgresql://", "postgres://")):
        import psycopg

        from adapters.store.postgres_session import PostgresSession

        connection = psycopg.connect(store, autocommit=True)
        connection.read_only = True
        return LogReader(PostgresSession(connection), connection.close)
    raw = sqlite3.connect((Path(store).absolute() / LOG_FILE).as_uri(), uri=True, isolation_level=None, check_same_thread=False)
    raw.execute("PRAGMA query_only=ON")
    raw.execute("PRAGMA cache_size=-65536")
    raw.execute(f"PRAGMA mmap_size={MAPPED}")
    return LogReader(SQLiteSession(raw), raw.close)
