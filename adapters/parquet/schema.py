"""The columns of each topic: the row as it is stored, and beside it, for whoever asks in SQL, what the event says, in types.

`state` are the stored bytes, of which the tree is made. All else of an event is derived from them again by whoever verifies. Lists of
objects and free objects are in `state` alone; it is JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, get_args

import msgspec.inspect as of_types
import pyarrow as pa

from adapters.parquet.layout import OTHER, NumberedRow
from adapters.store.mapper import RecordedMapper, Unreadable
from adapters.store.upcasting import type_of
from domain.recorded import AnyEvent, Recorded
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef

_INSTANT = pa.timestamp("us", tz="UTC")
_SCALARS: dict[type, pa.DataType] = {
    of_types.StrType: pa.string(),
    of_types.LiteralType: pa.string(),
    of_types.IntType: pa.int64(),
    of_types.FloatType: pa.float64(),
    of_types.BoolType: pa.bool_(),
    of_types.DateTimeType: _INSTANT,
    of_types.DateType: pa.date32(),
    of_types.BytesType: pa.binary(),
}
_EVENTS = {kind.__name__: kind for kind in get_args(AnyEvent)}
_STORED = [
    ("number", pa.int64()),
    ("leaf", pa.binary()),
    ("position", pa.int64()),
    ("stream", pa.string()),
    ("version", pa.int64()),
    ("state", pa.binary()),
]
_ENVELOPE = [("id", pa.string()), ("at", _INSTANT), ("recorded_at", _INSTANT), ("by", pa.string()), ("command", pa.string())]
_BESIDE: list[tuple[str, type]] = [("rules", RulebookRef), ("calendar", CalendarRef)]
FILED_UNDER = "filed_under"
"""In the directory of other topics: the topic."""
STORED = [name for name, _ in _STORED]
"""The columns that are the row itself."""
_mapper = RecordedMapper()


@cache
def schema_of(directory: str) -> pa.Schema:
    """The columns of a topic's directory."""
    if directory == OTHER:
        return pa.schema([*_STORED, (FILED_UNDER, pa.string())])
    event = _struct(_EVENTS[type_of(directory)])
    beside = [(name, _struct(kind)) for name, kind in _BESIDE]
    return pa.schema([*_STORED, *_ENVELOPE, *beside, *([] if event is None else [("event", event)])])


def _plain(kind: of_types.Type) -> pa.DataType | None:
    """The column's type; None for what has none and stays in `state`."""
    kind = _present(kind)
    if isinstance(kind, of_types.StructType):
        return _struct(kind.cls)
    if isinstance(kind, of_types.VarTupleType):
        item = _SCALARS.get(type(kind.item_type))
        return None if item is None else pa.list_(item)
    return _SCALARS.get(type(kind))


def _present(kind: of_types.Type) -> of_types.Type:
    """Of what may be missing, what it is where it is there."""
    if isinstance(kind, of_types.UnionType):
        some = [one for one in kind.types if not isinstance(one, of_types.NoneType)]
        return some[0] if len(some) == 1 else kind
    return kind


@cache
def _fields(cls: type) -> list[tuple[str, of_types.Type, pa.DataType]]:
    found = of_types.type_info(cls)
    assert isinstance(found, of_types.StructType)
    return [(one.name, _present(one.type), plain) for one in found.fields if (plain := _plain(one.type)) is not None]


@cache
def _struct(cls: type) -> pa.DataType | None:
    """None where no field has a column: Parquet knows no struct without fields."""
    fields = _fields(cls)
    return pa.struct([(name, plain) for name, _, plain in fields]) if fields else None


def _column(kind: of_types.Type, plain: pa.DataType, values: Sequence[Any]) -> pa.Array:
    return _struct_column(kind.cls, values) if isinstance(kind, of_types.StructType) else pa.array(values, plain)


def _struct_column(cls: type, values: Sequence[Any]) -> pa.Array:
    arrays = [_column(kind, plain, [None if one is None else getattr(one, name) for one in values]) for name, kind, plain in _fields(cls)]
    missing = pa.array([one is None for one in values], pa.bool_())
    return pa.StructArray.from_arrays(arrays, fields=[pa.field(name, plain) for name, _, plain in _fields(cls)], mask=missing)


def table_of(directory: str, rows: Sequence[NumberedRow]) -> pa.Table:
    """The rows as a table: always the same of the same rows. An event that cannot be read has nothing but its row."""
    schema = schema_of(directory)
    stored = [
        pa.array([row.number for row in rows], pa.int64()),
        pa.array([row.leaf for row in rows], pa.binary()),
        pa.array([row.position for row in rows], pa.int64()),
        pa.array([row.stream for row in rows], pa.string()),
        pa.array([row.version for row in rows], pa.int64()),
        pa.array([row.state for row in rows], pa.binary()),
    ]
    if directory == OTHER:
        return pa.Table.from_arrays([*stored, pa.array([row.topic for row in rows], pa.string())], schema=schema)
    kind = _EVENTS[type_of(directory)]
    recorded = [_read(row, kind) for row in rows]
    try:
        columns = _event_columns(kind, recorded)
    except (OverflowError, pa.ArrowException):  # a number that no column holds: JSON has no bound
        columns = _event_columns(kind, [one if _fits(kind, one) else None for one in recorded])
    return pa.Table.from_arrays([*stored, *columns], schema=schema)


def _event_columns(kind: type, recorded: Sequence[Recorded | None]) -> list[pa.Array]:
    envelope = [pa.array([None if one is None else getattr(one, name) for one in recorded], plain) for name, plain in _ENVELOPE]
    beside = [_struct_column(cls, [None if one is None else getattr(one, name) for one in recorded]) for name, cls in _BESIDE]
    if _struct(kind) is None:
        return [*envelope, *beside]
    return [*envelope, *beside, _struct_column(kind, [None if one is None else one.event for one in recorded])]


def _fits(kind: type, one: Recorded | None) -> bool:
    try:
        _event_columns(kind, [one])
    except (OverflowError, pa.ArrowException):
        return False
    return True


def _read(row: NumberedRow, kind: type) -> Recorded | None:
    try:
        one = _mapper.read(row.stream, row.version, row.topic, row.state)
    except Unreadable:
        return None
    return one if type(one.event) is kind else None


def rows_in(directory: str, table: pa.Table) -> list[NumberedRow]:
    """The rows of a table that has all columns of `STORED`."""
    columns = {name: table.column(name).to_pylist() for name in STORED}
    topics = table.column(FILED_UNDER).to_pylist() if directory == OTHER else [directory] * table.num_rows
    place = columns["position"], columns["stream"], columns["version"]
    rows = zip(columns["number"], columns["leaf"], *place, topics, columns["state"], strict=True)
    return [NumberedRow(*row) for row in rows]
