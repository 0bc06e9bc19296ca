"""From rows of the log to the streams of cases, appeals and listings that a replay derives, some hundred rows at one go.

Rows are (position, stream, version, topic, state) in the order of stream and version, wherever they were read from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import get_args

import msgspec

from adapters.store.kinds import KIND_OF
from adapters.store.mapper import UNREADABLE, RecordedMapper, Unreadable
from adapters.store.session import Row
from adapters.store.upcasting import topic_of, topics_of
from application.companions import ORDER, CompanionStream, Kind
from application.replaying import History
from domain.recorded import AnyEvent, Recorded

_BLOCK = 512
"""About how many rows are decoded at one go: as many as the processor's caches hold until the events are derived again."""

_DECODE = msgspec.json.Decoder(Recorded).decode
_POSITION, _STREAM, _VERSION, _TOPIC, _STATE = map(itemgetter, range(5))
_VERSIONS = list(range(1, 1025))
"""Of the streams that are read at one go; longer ones are read with care."""
_OWN_STREAM, _OWN_VERSION, _EVENT = attrgetter("originator_id"), attrgetter("originator_version"), attrgetter("event")
_TOPICS = {kind: topic_of(kind.__name__) for kind in get_args(AnyEvent)}

READ = frozenset(KIND_OF)
"""The topics that a replay reads."""
_OTHERS = frozenset(topic for topic, kind in KIND_OF.items() if kind != "case")
"""The topics of appeals and listings: a stream of nothing else needs no second look."""
_UNREAD = frozenset(topics_of(*(kind.__name__ for kind in get_args(AnyEvent)))) - KIND_OF.keys()
"""The topics of which a replay has no use."""


def streams_in(rows: Sequence[Row], mapper: RecordedMapper) -> Iterator[History | CompanionStream]:
    """The streams of the cases, appeals and listings among rows, in the order of their ids; of a few at a time the cases come first."""
    start, end = 0, len(rows)
    while start < end:
        stop = min(start + _BLOCK, end)
        while stop < end and rows[stop][1] == rows[stop - 1][1]:
            stop += 1
        block = rows[start:stop]
        yield from _streams_of(block) or _with_care(block, mapper)
        start = stop


def _with_care(block: Sequence[Row], mapper: RecordedMapper) -> Iterator[History | CompanionStream]:
    """The same of streams of which one has events of a former shape, or something wrong."""
    for _, group in groupby(block, key=_STREAM):
        rows = list(group)
        kind = _kind_of(rows)
        unknown = next((row[3] for row in rows if row[3] not in KIND_OF and row[3] not in _UNREAD), None)
        if kind is not None:
            yield _one_with_care(kind, rows, mapper)
        elif unknown is not None:
            yield History(rows[0][1], (), (), why=f"an event is filed under {unknown!r}, which is none")


def _one_with_care(kind: Kind, rows: Sequence[Row], mapper: RecordedMapper) -> History | CompanionStream:
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
            recorded.append(mapper.read(*row[1:]))
        if not _ascend(rows):
            raise Unreadable("the events are not in the log in the order of their versions")
    except Unreadable as one:
        recorded, rows, why = [], (), str(one)
    return History(stream, recorded, rows, why=why) if kind == "case" else CompanionStream(stream, kind, recorded, why)


def _kind_of(rows: Sequence[Row]) -> Kind | None:
    """Whose stream it is: a case's where one event is a case's; None where it is none that a replay derives."""
    found = {KIND_OF[row[3]] for row in rows if row[3] in KIND_OF}
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
        kind = KIND_OF[topics[start]]
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
