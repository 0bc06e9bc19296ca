"""Reading the streams of cases, appeals and listings by ranges of their ids, which are random: each range is about as large as any other.

A range is read whole by one statement in the order of stream and version, so memory is that of a range, whatever the log's size.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec
from msgspec.structs import replace

from adapters.store.mapper import UNREADABLE, RecordedMapper, Unreadable
from adapters.store.opening import LOG_FILE
from adapters.store.session import Row, Session, SQLiteSession
from adapters.store.upcasting import UPCASTERS, topic_of, type_of
from application.acting import stream_of
from application.companions import KINDS, ORDER, CompanionStream, Kind
from application.law import PUBLICATIONS, PublishedLaw, law_in
from application.replaying import FALLS, Falls, History, Placed
from domain.events.filing import Filed
from domain.recorded import AnyEvent, Recorded

AT_ONCE = 32_000
"""About how many rows a range holds."""
_DIGITS = 6
"""How many hexadecimal digits of an id tell ranges apart."""
_BLOCK = 512
"""About how many rows are decoded at one go: as many as the processor's caches hold until the events are derived again."""
_COLUMNS = "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events WHERE "


_DECODE = msgspec.json.Decoder(Recorded).decode
_POSITION, _STREAM, _VERSION, _TOPIC, _STATE = map(itemgetter, range(5))
_VERSIONS = list(range(1, 1025))
"""Of the streams that are read at one go; longer ones are read with care."""
_OWN_STREAM, _OWN_VERSION, _EVENT = attrgetter("originator_id"), attrgetter("originator_version"), attrgetter("event")
_TOPICS = {kind: topic_of(kind.__name__) for kind in get_args(AnyEvent)}


def _topics(*names: str) -> list[str]:
    """The topics under which events of these types are or were written."""
    former = [topic for topic in UPCASTERS if type_of(topic) in names]
    return sorted({*names, *former, *(topic_of(name) for name in names)})


_KINDS = {topic: kind for event, kind in KINDS.items() for topic in _topics(event.__name__)}
READ = frozenset(_KINDS)
"""The topics that a replay reads."""


_PUBLICATIONS = _topics(*(kind.__name__ for kind in PUBLICATIONS))
_OTHERS = frozenset(topic for topic, kind in _KINDS.items() if kind != "case")
"""The topics of appeals and listings: a stream of nothing else needs no second look."""
_UNREAD = frozenset(_topics(*(kind.__name__ for kind in get_args(AnyEvent)))) - _KINDS.keys()
"""The topics of which a replay has no use."""
_LARGE = _topics(Filed.__name__)
"""Those among them whose states are left where they are, for each has a fingerprint. To ask it of every topic costs more than reading."""


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
        self.close = close

    def head(self) -> int:
        """The position of the last event; 0 where there is none. Raises Unreadable where events have none."""
        if self._session.row("SELECT 1 FROM stored_events WHERE notification_id IS NULL LIMIT 1") is not None:
            raise Unreadable("the log's table was altered: it holds events without a position")
        row = self._session.row("SELECT MAX(notification_id) FROM stored_events")
        return (row[0] if row else None) or 0

    def size(self, head: int) -> int:
        """How many events there are up to a position."""
        row = self._session.row("SELECT COUNT(*) FROM stored_events WHERE notification_id <= ?", (head,))
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
        """Whose protection fell up to a position: found by reading the log through once."""
        topics = _topics(*(kind.__name__ for kind in FALLS))
        condition = f"{self._session.among('topic')} AND notification_id <= ? ORDER BY notification_id"
        return Falls(self._read(self._session.rows(_COLUMNS + condition, (self._session.array(topics), head))))

    def law(self, head: int) -> PublishedLaw:
        """The rulebooks and calendars that were published up to a position, in the order of the log (rules T5, E2, G8)."""
        condition = f"{self._session.among('topic')} AND notification_id <= ? ORDER BY notification_id"
        rows = self._session.rows(_COLUMNS + condition, (self._session.array(_PUBLICATIONS), head))
        return law_in(one for _, one in self._read(rows))

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
        rows = self.rows(span, head)
        start, end = 0, len(rows)
        while start < end:
            stop = min(start + _BLOCK, end)
            while stop < end and rows[stop][1] == rows[stop - 1][1]:
                stop += 1
            block = rows[start:stop]
            yield from _streams_of(block) or self._with_care(block)
            start = stop

    def _with_care(self, block: Sequence[Row]) -> Iterator[History | CompanionStream]:
        """The same of streams of which one has events of a former shape, or something wrong."""
        for _, group in groupby(block, key=_STREAM):
            rows = list(group)
            kind = _kind_of(rows)
            unknown = next((row[3] for row in rows if row[3] not in _KINDS and row[3] not in _UNREAD), None)
            if kind is not None:
                yield self._one_with_care(kind, rows)
            elif unknown is not None:
                yield History(rows[0][1], (), (), why=f"an event is filed under {unknown!r}, which is none")

    def _one_with_care(self, kind: Kind, rows: Sequence[Row]) -> History | CompanionStream:
        """A stream that has events of a former shape, or of which something is wrong."""
        stream = rows[0][1]
        recorded: list[Recorded] = []
        why = None
        try:
            for version, row in enumerate(rows, start=1):
                if row[2] != version:
                    raise Unreadable(f"event {version} of {stream} is missing")
                if row[3] not in READ:
                    raise Unreadable(f"event {version} of {stream} is {row[3]}, which belongs to no {kind}")
                recorded.append(self._mapper.read(*row[1:]))
            if not _ascend(rows):
                raise Unreadable("the events are not in the log in the order of their versions")
        except Unreadable as one:
            recorded, rows, why = [], (), str(one)
        return History(stream, recorded, rows, why=why) if kind == "case" else CompanionStream(stream, kind, recorded, why)

    def with_attempts(self, span: Span, head: int) -> Iterator[History | CompanionStream]:
        """The same, cases with the refused attempts on them (rule D5)."""
        found = list(self.streams(span, head))
        streams = {stream_of("attempts", case.case_id): number for number, case in enumerate(found) if isinstance(case, History)}
        attempts: list[list[Placed]] = [[] for _ in found]
        condition = f"{self._session.among('originator_id')} AND notification_id <= ? ORDER BY notification_id"
        for position, one in self._read(self._session.rows(_COLUMNS + condition, (self._session.array(streams), head))):
            attempts[streams[one.originator_id]].append((position, one))
        for case, tried in zip(found, attempts, strict=True):
            yield replace(case, attempts=tried) if isinstance(case, History) else case

    def _read(self, rows: Sequence[Row]) -> list[Placed]:
        return [(row[0], self._mapper.read(*row[1:])) for row in rows]


def _kind_of(rows: Sequence[Row]) -> Kind | None:
    """Whose stream it is: a case's where one event is a case's; None where it is none that a replay derives."""
    found = {_KINDS[row[3]] for row in rows if row[3] in _KINDS}
    return next((kind for kind in ORDER if kind in found), None)


def _streams_of(block: Sequence[Row]) -> list[History | CompanionStream] | None:
    """The streams of a few rows, read at one go; None where one of them is not just what its columns say."""
    rows = [row for row in block if row[3] in READ]
    streams, versions, topics = list(map(_STREAM, rows)), list(map(_VERSION, rows)), list(map(_TOPIC, rows))
    try:
        recorded = list(map(_DECODE, map(_STATE, rows)))
    except UNREADABLE:
        return None
    if (
        list(map(_OWN_STREAM, recorded)) != streams
        or list(map(_OWN_VERSION, recorded)) != versions
        or list(map(_TOPICS.__getitem__, map(type, map(_EVENT, recorded)))) != topics
    ):
        return None
    strangers = [row for row in block if row[3] not in READ] if len(rows) < len(block) else []
    starts = [place for place, version in enumerate(versions) if version == 1]
    if (rows and starts[:1] != [0]) or any(row[3] not in _UNREAD for row in strangers):
        return None
    elsewhere = {row[1] for row in strangers}
    stream = ""
    cases: list[History | CompanionStream] = []
    others: list[History | CompanionStream] = []
    for start, end in pairwise((*starts, len(rows))):
        before, stream, size = stream, streams[start], end - start
        if size > 1 and (versions[start:end] != _VERSIONS[:size] or streams[start:end].count(stream) != size):
            return None
        if stream in elsewhere or stream == before:
            return None
        kind = _KINDS[topics[start]]
        if kind == "case":
            own = rows[start:end]
            if not _ascend(own):
                return None
            cases.append(History(stream, recorded[start:end], own))
        elif size == 1 or _OTHERS.issuperset(topics[start:end]):
            others.append(CompanionStream(stream, kind, recorded[start:end]))
        else:
            return None
    return cases + others


def _ascend(rows: Sequence[Row]) -> bool:
    """The rows of a stream are in the log in the order of their versions: that tells what was before a fall (rules B7, T2)."""
    positions = list(map(_POSITION, rows))
    try:
        return positions == sorted(positions)
    except TypeError:
        return False


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
    return LogReader(SQLiteSession(raw), raw.close)
