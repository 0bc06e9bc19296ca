"""Reads that do not need each other, within a moment: they take turns, and share their questions to the views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

from sqlalchemy import Engine

from adapters.system.moment import present
from projections.dialect import snapshot
from projections.side_by_side import Kind, Look, Rows, look_up, side_by_side

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


@overload
def in_turns(one: Callable[[], A], other: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def in_turns(one: Callable[[], A], other: Callable[[], B], third: Callable[[], C], /) -> tuple[A, B, C]: ...
@overload
def in_turns(*works: Callable[[], A]) -> Sequence[A]: ...
def in_turns(*works: Callable[[], Any]) -> Sequence[Any]:
    """What each work gives, in their order. Outside a moment each has views of its own, and they are done one after the other."""
    return tuple(work() for work in works) if present() is None else tuple(side_by_side(*works))


def looked_up_beside(engine: Engine, sql: str, values: tuple[Any, ...], kinds: tuple[Kind, ...]) -> Rows:
    """Rows of a table that is kept beside the views, asked in turns as well: in a moment over one connection, as of one state."""
    moment = present()
    if moment is None:
        with snapshot(engine) as session:
            return session.rows(sql, values)
    return look_up(Look(moment.held(("state", engine), lambda: snapshot(engine)), sql, values, kinds))
