"""One batch of the log folded into one table: the rows it needs are read once, folded in memory, and each is written once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, Table

from domain.events import Event
from domain.recorded import Recorded
from projections.dialect import insert_rows, rows_of, update_rows
from projections.session import DriverSession, session_of
from projections.shape import AppendTable, Source, StateTable, View
from projections.tables import table_of

S = TypeVar("S")

Entries = Sequence[tuple[int, Recorded]]

_LINES_AN_EVENT = 8
_LINES_A_SOURCE = 4

_encode = msgspec.msgpack.Encoder().encode


def position_of_line(made: int) -> int:
    """The position of the event that a feed's line is of."""
    return made // _LINES_AN_EVENT


class LogBatch:
    """A stretch of the log, in order, sorted by kind of event once for all views."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries
        self._kinds: dict[type[Event], list[int]] = {}
        for number, (_, recorded) in enumerate(entries):
            self._kinds.setdefault(type(recorded.event), []).append(number)

    @property
    def last(self) -> int:
        """The position of the last event."""
        return self.entries[-1][0]

    @property
    def last_id(self) -> str:
        """The id of the last event."""
        return self.entries[-1][1].id

    def of(self, topics: frozenset[type[Event]]) -> Entries:
        """The events of these kinds, in order."""
        numbers = [number for kind in self._kinds.keys() & topics for number in self._kinds[kind]]
        numbers.sort()
        return [self.entries[number] for number in numbers]

    def after(self, position: int) -> LogBatch:
        """What comes after a position: the whole batch, for all that go with the log."""
        if position < self.entries[0][0]:
            return self
        return LogBatch([entry for entry in self.entries if entry[0] > position])


class _Held(NamedTuple):
    """The rows that a batch touches: where each was made, and its state as folded so far."""

    made: dict[str, int]
    states: dict[str, Any]


class _Listener(NamedTuple):
    """Hears each event with the state that it leaves, and notes down the lines of one source of an append table."""

    append_table: AppendTable[Any]
    source: Source
    first: int
    lines: list[tuple[Any, ...]]

    def hear(self, state: Any, position: int, recorded: Recorded) -> None:
        """A line's `made` is its event's position times a number, and one more for each further line of the event."""
        lines_of = self.source.lines.get(type(recorded.event))
        if lines_of is not None:
            values = self.append_table.values
            first = position * _LINES_AN_EVENT + self.first
            for number, line in enumerate(lines_of(state, recorded), first):
                self.lines.append((number, *values(line), _encode(line)))


def fold_view(connection: Connection, view: View, generation: int, batch: LogBatch) -> None:
    """Fold a batch into all tables of a view."""
    for part in view.parts:
        concerned = batch.of(part.topics)
        match part:
            case StateTable() if concerned:
                _fold_state_table(connection, part, table_of(part, generation), concerned)
            case AppendTable() if concerned:
                _fold_append_table(connection, part, generation, batch)
            case _:
                pass


def _fold_append_table(connection: Connection, append_table: AppendTable[Any], generation: int, batch: LogBatch) -> None:
    lines: list[tuple[Any, ...]] = []
    for number, source in enumerate(append_table.sources):
        listener = _Listener(append_table, source, number * _LINES_A_SOURCE, lines)
        beside = source.beside
        for position, recorded in batch.of(source.alone):
            listener.hear(None, position, recorded)
        if beside is not None:
            _fold_state_table(connection, beside, table_of(beside, generation), batch.of(beside.topics), listener)
    insert_rows(session_of(connection), table_of(append_table, generation), sorted(lines))


def _fold_state_table(
    connection: Connection, state_table: StateTable[Any], table: Table, entries: Entries, listener: _Listener | None = None
) -> None:
    """Fold stretch by stretch: before a sweep all is written, after it all is read again."""
    session = session_of(connection)
    if not state_table.sweeps:
        _fold_stretch(session, state_table, table, entries, listener)
        return
    stretch: list[tuple[int, Recorded]] = []
    for entry in entries:
        sweep = state_table.sweeps.get(type(entry[1].event))
        if sweep is None:
            stretch.append(entry)
        else:
            _fold_stretch(session, state_table, table, stretch, listener)
            connection.execute(sweep(table, entry[1]))
            stretch = []
    _fold_stretch(session, state_table, table, stretch, listener)


def _fold_stretch(session: DriverSession, state_table: StateTable[Any], table: Table, entries: Entries, listener: _Listener | None) -> None:
    on = state_table.on
    keys = [on[type(recorded.event)].key(recorded) for _, recorded in entries]
    held = _load(session, state_table, table, entries, keys)
    states = held.states
    fresh: dict[str, None] = {}
    changed: dict[str, None] = {}
    for key, (position, recorded) in zip(keys, entries, strict=True):
        old = states.get(key)
        new = on[type(recorded.event)].fold(old, recorded)
        if new is not old:
            states[key] = new
            if old is None:
                held.made[key] = position
                fresh[key] = None
            elif key not in fresh:
                changed[key] = None
        if listener is not None:
            listener.hear(new, position, recorded)
    _write(session, state_table, table, held, fresh, changed)


def _load(session: DriverSession, state_table: StateTable[Any], table: Table, entries: Entries, keys: Sequence[str]) -> _Held:
    """The rows of these keys, but for those that begin in this batch."""
    on = state_table.on
    seen: set[str] = set()
    wanted: list[str] = []
    for key, (_, recorded) in zip(keys, entries, strict=True):
        if key not in seen:
            seen.add(key)
            if not on[type(recorded.event)].begins:
                wanted.append(key)
    held = _Held({}, {})
    if wanted:
        for key, made, state, *mended in rows_of(session, table, wanted, ("made", "state", *state_table.mended)):
            held.made[key] = made
            held.states[key] = state_table.revive(state, tuple(mended))
    return held


def _write(
    session: DriverSession, state_table: StateTable[Any], table: Table, held: _Held, fresh: dict[str, None], changed: dict[str, None]
) -> None:
    made, states, values = held.made, held.states, state_table.values
    insert_rows(session, table, [(made[key], key, *values(states[key]), _encode(states[key])) for key in fresh])
    first = len(state_table.fixed)
    columns = (*(column.name for column in state_table.moving), "state")
    update_rows(session, table, columns, [(*values(states[key])[first:], _encode(states[key]), made[key]) for key in changed])
