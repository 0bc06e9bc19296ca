"""Several works that read views, as one round of waiting each: what all of them ask next is one statement.

A page is made from many reads that do not need each other. Each is written as if it were alone; here they take turns, and one waits
where it asks the database until all the others wait too. They are greenlets of one thread, so nothing runs at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import Any, Literal, NamedTuple, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

from projections.session import DriverSession

T = TypeVar("T")
Kind = Literal["number", "text", "state"]
Rows = Sequence[Any]

_TYPES = {"number": "BIGINT", "text": "TEXT", "state": "BYTEA"}
"""What stands where a look has no such column; only PostgreSQL needs to be told of which type nothing is."""


class Look(NamedTuple):
    """A question: its text with `?` for each value, of what kind each column is, and how many of the first ones it is ordered by."""

    session: DriverSession
    sql: str
    values: tuple[Any, ...]
    kinds: tuple[Kind, ...]
    ordered_by: int = 0
    descending: bool = False


class _Work(greenlet):
    """One of the works that take turns."""


def look_up(look: Look) -> Rows:
    """The rows; within works that take turns, asked together with what the others ask. Raises what went wrong with this one's database."""
    answer = _answers([look])[0]
    if isinstance(answer, Exception):
        raise answer
    return answer


def side_by_side(*works: Callable[[], T]) -> list[T]:
    """What each of the works gives, in their order. The first that fails ends them all."""
    if len(works) == 1:
        return [works[0]()]
    running = [_begun(work) for work in works]
    waiting: dict[_Work, list[Look]] = {}
    done: dict[_Work, T] = {}
    try:
        for one in running:
            _go_on(one, (), waiting, done)
        while waiting:
            asking = list(waiting.items())
            waiting.clear()
            answers = iter(_answers([look for _, looks in asking for look in looks]))
            for one, looks in asking:
                _go_on(one, ([next(answers) for _ in looks],), waiting, done)
    finally:
        for one in running:
            if not one.dead:
                one.throw(GreenletExit)
    return [done[one] for one in running]


def _begun(work: Callable[[], Any]) -> _Work:
    one = _Work(work)
    one.gr_context = copy_context()
    return one


def _go_on(one: _Work, answer: tuple[Any, ...], waiting: dict[_Work, list[Look]], done: dict[_Work, Any]) -> None:
    given = one.switch(*answer)
    if one.dead:
        done[one] = given
    else:
        waiting[one] = given


def _answers(looks: list[Look]) -> list[Rows | Exception]:
    """The rows of each, or why there are none. A work hands its looks up to whoever lets it take turns."""
    current = getcurrent()
    if isinstance(current, _Work) and current.parent is not None:
        answers: list[Rows | Exception] = current.parent.switch(looks)
        return answers
    distinct: list[Look] = []
    for look in looks:
        if look not in distinct:
            distinct.append(look)
    found: list[Rows | Exception] = [()] * len(distinct)
    for session in {id(look.session): look.session for look in distinct}.values():
        numbers = [number for number, look in enumerate(distinct) if look.session is session]
        for number, rows in zip(numbers, _tried(session, [distinct[number] for number in numbers]), strict=True):
            found[number] = rows
    return [found[distinct.index(look)] for look in looks]


def _tried(session: DriverSession, looks: Sequence[Look]) -> Sequence[Rows | Exception]:
    """What a database cannot answer fails all who asked over that connection, whosever question it was: they share one statement."""
    try:
        return _asked_at_once(session, looks)
    except Exception as error:
        return [error] * len(looks)


def _asked_at_once(session: DriverSession, looks: Sequence[Look]) -> list[Rows]:
    """One statement for them all: each row says which look it answers, and has a place for every column of any of them."""
    if len(looks) == 1:
        return [session.rows(looks[0].sql, looks[0].values)]
    places: list[tuple[Kind, int]] = sorted({place for look in looks for place in _places(look)})
    named = [f"look_{number} ({', '.join(f'c{n}' for n in range(len(look.kinds)))}) AS ({look.sql})" for number, look in enumerate(looks)]
    parts = [_part(number, look, places) for number, look in enumerate(looks)]
    rows = session.rows(f"WITH {', '.join(named)} {' UNION ALL '.join(parts)}", tuple(v for look in looks for v in look.values))
    found: list[list[Any]] = [[] for _ in looks]
    for number, *columns in rows:
        found[number].append(columns)
    return [_in_order(look, [_own(look, row, places) for row in mine]) for look, mine in zip(looks, found, strict=True)]


def _places(look: Look) -> list[tuple[Kind, int]]:
    """The place of each column: the first number, the second number, the first text."""
    return [(kind, look.kinds[:n].count(kind)) for n, kind in enumerate(look.kinds)]


def _part(number: int, look: Look, places: Sequence[tuple[Kind, int]]) -> str:
    columns = {place: f"c{n}" for n, place in enumerate(_places(look))}
    return f"SELECT {number}, {', '.join(columns.get(place, f'CAST(NULL AS {_TYPES[place[0]]})') for place in places)} FROM look_{number}"


def _own(look: Look, row: Sequence[Any], places: Sequence[tuple[Kind, int]]) -> tuple[Any, ...]:
    return tuple(row[places.index(place)] for place in _places(look))


def _in_order(look: Look, rows: list[Any]) -> Rows:
    """Nothing says in which order parts of a statement are answered."""
    return sorted(rows, key=lambda row: row[: look.ordered_by], reverse=look.descending) if look.ordered_by else rows
