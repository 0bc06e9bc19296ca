"""How views are read: one consistent state, rows by key, and pages by a cursor that stays right whatever is added meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, select, tuple_

from projections.dialect import rows_of
from projections.generations import Live
from projections.shape import AppendTable, StateTable, View, ViewTable
from projections.tables import table_of

S = TypeVar("S")

Where = ColumnElement[bool]


class ViewsBehind(Exception):
    """A view is not yet where the reader needs it; it may be asked again."""


class Page(NamedTuple, Generic[S]):
    """ViewTable of a list. `next` is the cursor after its last item; None at the end of a list, never None in a feed."""

    items: list[S]
    next: str | None


class Reading:
    """One state of the views, as of `head` or later."""

    def __init__(self, connection: Connection, live: Mapping[str, Live], views: Mapping[str, View], head: int) -> None:
        self._connection = connection
        self._live = live
        self._views = views
        self._head = head

    def table(self, part: ViewTable) -> Table:
        """The table to read. Raises ViewsBehind where it does not hold all up to the head."""
        live = self._live.get(part.view)
        if live is None or live.position < self._head or live.version != self._views[part.view].version:
            raise ViewsBehind(part.view)
        return table_of(part, live.generation)

    def get(self, state_table: StateTable[S], key: str) -> S | None:
        """The state of one key."""
        found = self._connection.execute(_by_key(self.table(state_table), state_table.mended), {"key": key}).first()
        return None if found is None else state_table.revive(found[0], tuple(found[1:]))

    def many(self, state_table: StateTable[S], keys: Iterable[str]) -> dict[str, S]:
        """The states of these keys, as far as there are any."""
        rows = rows_of(self._connection, self.table(state_table), list(keys), ("state", *state_table.mended))
        return {key: state_table.revive(state, tuple(mended)) for key, state, *mended in rows}

    def first(self, state_table: StateTable[S], *where: Where) -> S | None:
        """The newest row that fits."""
        page = self.newest(state_table, *where, limit=1)
        return page.items[0] if page.items else None

    def newest(self, state_table: StateTable[S], *where: Where, limit: int, after: str | None = None) -> Page[S]:
        """The rows that fit, newest first. `after` is a cursor of the same list."""
        return self.newest_of(state_table, [where], limit, after)

    def newest_of(
        self, state_table: StateTable[S], either: Iterable[Sequence[Where]], limit: int, after: str | None = None, by: str | None = None
    ) -> Page[S]:
        """The rows that fit one of these lists of conditions, which no row does twice, newest first, or the greatest of a column first.

        Each list is a query of its own, so that each is read along an index of its own, no further than the page goes.
        """
        table = self.table(state_table)
        columns = [table.c.made] if by is None else [table.c[by], table.c.made]
        count = len(columns)
        query = self._rows(state_table, table, *columns[:-1]).order_by(*(column.desc() for column in columns)).limit(limit + 1)
        if after is not None:
            query = query.where(tuple_(*columns) < tuple_(*_numbers(after, count)) if by else table.c.made < _numbers(after, 1)[0])
        rows = [row for where in either for row in self._connection.execute(query.where(*where))]
        rows.sort(key=lambda row: tuple(row[:count]), reverse=True)
        return self._page(state_table, rows[: limit + 1], limit, count)

    def by_due(self, state_table: StateTable[S], *where: Where, limit: int, after: str | None = None) -> Page[S]:
        """The rows that fit, by their column `due`, the longest due first; what is never due comes last."""
        table = self.table(state_table)
        query = self._rows(state_table, table, table.c.due).where(*where).order_by(table.c.due, table.c.made).limit(limit + 1)
        if after is not None:
            query = query.where(tuple_(table.c.due, table.c.made) > tuple_(*_numbers(after, 2)))
        return self._page(state_table, self._connection.execute(query).all(), limit, 2)

    def count(self, state_table: StateTable[Any], *where: Where) -> int:
        """How many rows fit."""
        return int(self._connection.execute(select(func.count()).select_from(self.table(state_table)).where(*where)).scalar_one())

    def counted(self, state_table: StateTable[Any], column: str, *where: Where) -> dict[str, int]:
        """How many rows fit, by the value of a column."""
        by = self.table(state_table).c[column]
        return {str(value): int(number) for value, number in self._connection.execute(select(by, func.count()).where(*where).group_by(by))}

    def lines(self, feed: AppendTable[S], *where: Where, limit: int, after: str | None = None) -> Page[S]:
        """The lines that fit, oldest first. The cursor at the end is that of the last line: whatever comes later is after it."""
        table = self.table(feed)
        since = 0 if after is None else _numbers(after, 1)[0]
        query = select(table.c.made, table.c.state).where(table.c.made > since, *where).order_by(table.c.made).limit(limit)
        rows = self._connection.execute(query).all()
        decode = feed.decoder.decode
        return Page([decode(state) for _, state in rows], str(rows[-1][0] if rows else since))

    def end(self, feed: AppendTable[Any]) -> str:
        """The cursor after the last line there is."""
        return str(self._connection.execute(select(func.max(self.table(feed).c.made))).scalar() or 0)

    def _rows(self, state_table: StateTable[Any], table: Table, *order: ColumnElement[Any]) -> Select[Any]:
        return select(*order, table.c.made, table.c.state, *(table.c[name] for name in state_table.mended))

    def _page(self, state_table: StateTable[S], rows: Sequence[Any], limit: int, order: int) -> Page[S]:
        items = [state_table.revive(row[order], tuple(row[order + 1 :])) for row in rows[:limit]]
        return Page(items, ".".join(str(number) for number in rows[limit - 1][:order]) if len(rows) > limit else None)


@lru_cache(maxsize=512)
def _by_key(table: Table, mended: tuple[str, ...]) -> Select[Any]:
    """Composed once a table: composing it costs as much as asking it."""
    return select(table.c.state, *(table.c[name] for name in mended)).where(table.c.key == bindparam("key"))


def _numbers(cursor: str, count: int) -> list[int]:
    """The numbers of a cursor. Raises ValueError for what is none."""
    numbers = [int(number) for number in cursor.split(".")]
    if len(numbers) != count:
        raise ValueError("not a cursor of this list")
    return numbers
