"""What a view is made of: tables that are folded from the log, and which event changes which row and how.

- a `StateTable` keeps one row a key, whose state the events of that key are folded into;
- a `AppendTable` keeps one row a line, and lines are only ever added.

Everything here is pure: who reads the log and writes the rows is the runner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Executable, Table

from domain.events import Event
from domain.recorded import Recorded

S = TypeVar("S")

Values = tuple[Any, ...]
Sweep = Callable[[Table, Recorded], Executable]
"""One statement that changes all rows an event touches, where they may be thousands."""

NEVER = 2**62
"""The number of an instant that does not come; it sorts behind all others."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Column(NamedTuple):
    """A column to seek or sort by."""

    name: str
    kind: Literal["text", "number"] = "text"


class Change(NamedTuple, Generic[S]):
    """What an event does: to the row of which key, and how it changes the state (None: no such row).

    `begins` says that the key has no row before this event, so that none need be sought.
    """

    key: Callable[[Recorded], str]
    fold: Callable[[S | None, Recorded], S | None]
    begins: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ViewTable:
    """One table of a view."""

    view: str
    name: str
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns beside `made` and `state`."""
        raise NotImplementedError

    topics: ClassVar[Any]
    """The events that concern this table."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StateTable(ViewTable, Generic[S]):
    """One row a key. `values(state)` fills the `fixed` columns, never changed, and then the `moving` ones.

    A sweep changes moving columns only; `mended` names the columns it may change and `mend` puts them into a decoded state.
    """

    state: Any
    on: Mapping[type[Event], Change[S]]
    fixed: tuple[Column, ...] = ()
    moving: tuple[Column, ...] = ()
    values: Callable[[S], Values] = lambda _: ()
    sweeps: Mapping[type[Event], Sweep] = field(default_factory=dict)
    mended: tuple[str, ...] = ()
    mend: Callable[[S, Values], S] | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The key first, then the fixed and the moving columns."""
        return (Column("key"), *self.fixed, *self.moving)

    @cached_property
    def topics(self) -> frozenset[type[Event]]:
        """The events that are folded or sweep."""
        return frozenset(self.on) | frozenset(self.sweeps)

    @cached_property
    def decoder(self) -> msgspec.msgpack.Decoder[S]:
        """Reads states back."""
        return msgspec.msgpack.Decoder(self.state)

    def revive(self, stored: bytes, mended: Values) -> S:
        """The state as stored, with what sweeps have changed since."""
        state = self.decoder.decode(stored)
        return state if self.mend is None else self.mend(state, mended)


class Source(NamedTuple):
    """Where an append table's lines come from: `lines` gives an event's lines; its state that of the event's row in `beside`, if any."""

    lines: Mapping[type[Event], Callable[[Any, Recorded], Iterable[Any]]]
    beside: StateTable[Any] | None = None

    @property
    def topics(self) -> frozenset[type[Event]]:
        """The events that are given lines, or change what is beside."""
        return frozenset(self.lines) | (self.beside.topics if self.beside else frozenset())

    @property
    def alone(self) -> frozenset[type[Event]]:
        """The events that are given lines without any row."""
        return frozenset(self.lines) - (self.beside.topics if self.beside else frozenset())


@dataclass(frozen=True, kw_only=True, eq=False)
class AppendTable(ViewTable, Generic[S]):
    """Lines in the order of the log."""

    line: Any
    sources: tuple[Source, ...]
    keys: tuple[Column, ...] = ()
    values: Callable[[S], Values] = lambda _: ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that lines are sought by."""
        return self.keys

    @cached_property
    def topics(self) -> frozenset[type[Event]]:
        """The events that any source is about."""
        return frozenset[type[Event]]().union(*(source.topics for source in self.sources))

    @cached_property
    def decoder(self) -> msgspec.msgpack.Decoder[S]:
        """Reads lines back."""
        return msgspec.msgpack.Decoder(self.line)


@dataclass(frozen=True, eq=False)
class View:
    """A view: tables that have one position in the log together. A new `version` has it made anew from the log."""

    name: str
    version: int
    parts: tuple[ViewTable, ...]

    @cached_property
    def tables(self) -> tuple[ViewTable, ...]:
        """The parts, and what is beside the append tables among them."""
        append_tables = [part for part in self.parts if isinstance(part, AppendTable)]
        return (*self.parts, *(source.beside for append_table in append_tables for source in append_table.sources if source.beside))


def by_stream(recorded: Recorded) -> str:
    """The key of a row that has a stream of its own."""
    return recorded.originator_id


def keep(state: S | None, recorded: Recorded) -> S | None:
    """The fold of an event that changes nothing, but whose state is needed."""
    return state


def micros(instant: datetime) -> int:
    """An instant as a number to sort by: microseconds since 1970, UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """The instant of a number."""
    return _EPOCH + number * _MICROSECOND
