"""How views are read: one consistent state, rows by key, and pages by a cursor that stays right whatever is added meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast

from sqlalchemy import Table

from projections.conditions import Where, all_of
from projections.generations import Live
from projections.session import DriverSession, among, array
from projections.shape import AppendTable, StateTable, View, ViewTable
from projections.side_by_side import Kind, Look, look_up
from projections.tables import table_of

S = TypeVar("S")


class ViewsBehind(Exception):
    """A view is not yet where the reader needs it; it may be asked again."""


class Page(NamedTuple, Generic[S]):
    """A page of a list. `next` is the cursor after its last item; None at the end of a list, never None in a feed."""

    items: list[S]
    next: str | None


class Counting(NamedTuple):
    """Rows of a view that are to be counted."""

    part: ViewTable
    where: Sequence[Where]


class GroupOfRows(NamedTuple):
    """The rows that have one value in a column: how many, and the key of the newest that was asked for, if there is any."""

    number: int
    newest: str | None


class Reading:
    """One state of the views, as of `head` or later."""

    def __init__(self, session: DriverSession, live: Mapping[str, Live], views: Mapping[str, View], head: int) -> None:
        self._session = session
        self._live = live
        self._views = views
        self._head = head
        self._got: dict[tuple[str, str], Any] = {}

    def table(self, part: ViewTable) -> Table:
        """The table to read. Raises ViewsBehind where it does not hold all up to the head."""
        live = self._live.get(part.view)
        if live is None or live.position < self._head or live.version != self._views[part.view].version:
            raise ViewsBehind(part.view)
        return table_of(part, live.generation)

    def get(self, state_table: StateTable[S], key: str) -> S | None:
        """The state of one key; in one state of the views it is looked up once."""
        if (state_table.name, key) not in self._got:
            found = self._rows(state_table, _columns(state_table), 'WHERE "key" = ?', (key,))
            self._got[state_table.name, key] = state_table.revive(found[0][0], tuple(found[0][1:])) if found else None
        return cast("S | None", self._got[state_table.name, key])

    def many(self, state_table: StateTable[S], keys: Iterable[str]) -> dict[str, S]:
        """The states of these keys, as far as there are any; those that were looked up before are not looked up again."""
        wanted = list(dict.fromkeys(keys))
        unknown = [key for key in wanted if (state_table.name, key) not in self._got]
        if unknown:
            self._got |= dict.fromkeys((state_table.name, key) for key in unknown)
            fitting, values = f"WHERE {among(self._session, 'key')}", (array(self._session, unknown),)
            for key, state, *mended in self._rows(state_table, ("key", *_columns(state_table)), fitting, values):
                self._got[state_table.name, key] = state_table.revive(state, tuple(mended))
        found = {key: self._got.get((state_table.name, key)) for key in wanted}
        return {key: state for key, state in found.items() if state is not None}

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

        Each list is a part of the query with an order and an end of its own, so that each is read along an index of its own, no further
        than the page goes.
        """
        keys = ("made",) if by is None else (by, "made")
        columns, order = (*keys, *_columns(state_table)), ", ".join(f'"{key}" DESC' for key in keys)
        since = [] if after is None else [_before(keys, _numbers(after, len(keys)))]
        lists = [all_of([*where, *since]) for where in either]
        named = f"SELECT {_named(columns)} FROM {self.table(state_table).name}"
        rest = [f"{named} WHERE {one.sql} ORDER BY {order} LIMIT ?" for one in lists]
        values = tuple(value for one in lists for value in (*one.values, limit + 1))
        if len(rest) == 1:
            return self._page(state_table, self._look(state_table, columns, rest[0], values, len(keys), True), limit, len(keys))
        both = " UNION ALL ".join(f"SELECT * FROM ({one}) AS list_{number}" for number, one in enumerate(rest))
        rows = self._look(state_table, columns, both, values)
        found = sorted(rows, key=lambda row: tuple(row[: len(keys)]), reverse=True)
        return self._page(state_table, found[: limit + 1], limit, len(keys))

    def by_due(self, state_table: StateTable[S], *where: Where, limit: int, after: str | None = None, by: str = "due") -> Page[S]:
        """The rows that fit, by their column `due`, or another one, the longest due first; what is never due comes last."""
        if after is not None:
            where += (Where(f"({by}, made) > (?, ?)", _numbers(after, 2)),)
        fitting = all_of(where)
        order = f"WHERE {fitting.sql} ORDER BY {by}, made LIMIT ?"
        rows = self._rows(state_table, (by, "made", *_columns(state_table)), order, (*fitting.values, limit + 1), 2)
        return self._page(state_table, rows, limit, 2)

    def counts(self, wanted: Sequence[Counting]) -> list[int]:
        """How many rows fit each, asked in one statement: each is counted along an index of its own."""
        each = [(self.table(one.part).name, all_of(one.where)) for one in wanted]
        sql = ", ".join(f"(SELECT COUNT(*) FROM {table} WHERE {fitting.sql})" for table, fitting in each)
        values = tuple(value for _, fitting in each for value in fitting.values)
        numbers = look_up(Look(self._session, f"SELECT {sql}", values, tuple("number" for _ in each)))[0]
        return [int(number) for number in numbers]

    def counted(self, state_table: StateTable[Any], column: str, *where: Where) -> dict[str, int]:
        """How many rows fit, by the value of a column."""
        fitting = all_of(where)
        sql = f'SELECT "{column}", COUNT(*) FROM {self.table(state_table).name} WHERE {fitting.sql} GROUP BY "{column}"'
        rows = look_up(Look(self._session, sql, fitting.values, ("text", "number")))
        return {str(value): int(number) for value, number in rows}

    def groups(self, state_table: StateTable[Any], column: str, values: Sequence[str], fitting: Where) -> dict[str, GroupOfRows]:
        """For each value of a column that has rows: how many, and the key of the newest of them that fits."""
        if not values:
            return {}
        table, given = self.table(state_table).name, array(self._session, values)
        newest = f"MAX(CASE WHEN {fitting.sql} THEN made END)"
        columns = f'"{column}" AS value, COUNT(*) AS number, {newest} AS newest'
        grouped = f'SELECT {columns} FROM {table} WHERE {among(self._session, column)} GROUP BY "{column}"'
        sql = f'SELECT value, number, "key" FROM ({grouped}) AS grouped LEFT JOIN {table} ON made = newest'
        rows = look_up(Look(self._session, sql, (*fitting.values, given), ("text", "number", "text")))
        return {str(value): GroupOfRows(int(number), key) for value, number, key in rows}

    def lines(self, feed: AppendTable[S], *where: Where, limit: int, after: str | None = None) -> Page[S]:
        """The lines that fit, oldest first. The cursor at the end is that of the last line: whatever comes later is after it."""
        since = 0 if after is None else _numbers(after, 1)[0]
        fitting = all_of((Where("made > ?", (since,)), *where))
        rows = self._rows(feed, ("made", "state"), f"WHERE {fitting.sql} ORDER BY made LIMIT ?", (*fitting.values, limit), 1)
        decode = feed.decoder.decode
        return Page([decode(state) for _, state in rows], str(rows[-1][0] if rows else since))

    def last_lines(self, feed: AppendTable[S], *where: Where, limit: int, after: str | None = None) -> Page[S]:
        """The lines that fit, newest first. The cursor is that of the oldest of them; of none, the one that was given."""
        since = [] if after is None else [_before(("made",), _numbers(after, 1))]
        fitting = all_of([*where, *since])
        columns = ("made", "state")
        sql = f"SELECT {_named(columns)} FROM {self.table(feed).name} WHERE {fitting.sql} ORDER BY made DESC LIMIT ?"
        rows = self._look(feed, columns, sql, (*fitting.values, limit), 1, True)
        decode = feed.decoder.decode
        return Page([decode(state) for _, state in rows], str(rows[-1][0]) if rows else after or "0")

    def end(self, feed: AppendTable[Any]) -> str:
        """The cursor after the last line there is."""
        last = Look(self._session, f"SELECT MAX(made) FROM {self.table(feed).name}", (), ("number",))
        return str(look_up(last)[0][0] or 0)

    def _rows(self, part: ViewTable, columns: tuple[str, ...], rest: str, values: tuple[Any, ...], ordered_by: int = 0) -> Sequence[Any]:
        return self._look(part, columns, f"SELECT {_named(columns)} FROM {self.table(part).name} {rest}", values, ordered_by)

    def _look(
        self, part: ViewTable, columns: tuple[str, ...], sql: str, values: tuple[Any, ...], ordered_by: int = 0, descending: bool = False
    ) -> Sequence[Any]:
        return look_up(Look(self._session, sql, values, _kinds(part, columns), ordered_by, descending))

    def _page(self, state_table: StateTable[S], rows: Sequence[Any], limit: int, order: int) -> Page[S]:
        items = [state_table.revive(row[order], tuple(row[order + 1 :])) for row in rows[:limit]]
        return Page(items, ".".join(str(number) for number in rows[limit - 1][:order]) if len(rows) > limit else None)


def _columns(state_table: StateTable[Any]) -> tuple[str, ...]:
    return ("state", *state_table.mended)


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _kinds(part: ViewTable, columns: tuple[str, ...]) -> tuple[Kind, ...]:
    """What is in these columns; the two that every table has are `made` and `state`."""
    known: dict[str, Kind] = {"made": "number", "state": "state", **{column.name: column.kind for column in part.columns}}
    return tuple(known[name] for name in columns)


def _before(keys: tuple[str, ...], values: tuple[int, ...]) -> Where:
    """What comes after a cursor of a list that descends."""
    return Where("made < ?", values) if len(keys) == 1 else Where(f"({', '.join(keys)}) < (?, ?)", values)


def _numbers(cursor: str, count: int) -> tuple[int, ...]:
    """The numbers of a cursor. Raises ValueError for what is none."""
    numbers = tuple(int(number) for number in cursor.split("."))
    if len(numbers) != count:
        raise ValueError("not a cursor of this list")
    return numbers
