"""Which set of tables of each view is live. A rebuild fills a new set beside it and then takes its place, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text, update

from projections.session import DriverSession, among, array, session_of
from projections.shape import View
from projections.tables import generations, meta, table_of

_LIVE = "SELECT name, generation, version, position, event_id FROM view_generations WHERE standing = 'live'"
_ADVANCE = "UPDATE view_generations SET position = ?, event_id = ? WHERE generation = ? AND "


class Live(NamedTuple):
    """The set that is read: its generation, the version of the view it was made by, how far in the log it is, and the event there.

    `event_id` is None before the first event, and in a set of a release that did not note it.
    """

    generation: int
    version: int
    position: int
    event_id: str | None


def live_sets(session: DriverSession) -> Mapping[str, Live]:
    """The live set of every view."""
    return _sets(tuple(session.rows(_LIVE)))


@lru_cache(maxsize=4)
def _sets(rows: tuple[tuple[Any, ...], ...]) -> Mapping[str, Live]:
    """The same object for the same rows: where nothing is written, each read finds what the one before it found."""
    return {name: Live(*row) for name, *row in rows}


def prepare(connection: Connection, views: Iterable[View], belongs: Callable[[Live], bool]) -> None:
    """Make what is missing, and a new empty set where the view has another version than its tables, or they do not belong to the log.

    Drops retired sets.
    """
    meta.create_all(connection)
    _complete(connection)
    drop_sets(connection, "retired")
    live = live_sets(session_of(connection))
    for view in views:
        present = live.get(view.name)
        if present is None or present.version != view.version or not belongs(present):
            begin_anew(connection, view)


def is_prepared(connection: Connection) -> bool:
    """Whether the table of sets is there, with the column that the first release did not have."""
    about = inspect(connection)
    return about.has_table(generations.name) and "event_id" in {column["name"] for column in about.get_columns(generations.name)}


def _complete(connection: Connection) -> None:
    if not is_prepared(connection):
        connection.execute(text(f"ALTER TABLE {generations.name} ADD COLUMN event_id TEXT"))


def begin_anew(connection: Connection, view: View) -> None:
    """Put an empty set in the place of the live one."""
    go_live(connection, view.name, begin(connection, view))


def begin(connection: Connection, view: View) -> int:
    """Make an empty set of tables; the number of its generation. It takes the place of one that is still being built."""
    drop_sets(connection, "retired", view.name)
    drop_sets(connection, "building", view.name)
    last = connection.execute(select(func.max(generations.c.generation)).where(generations.c.name == view.name)).scalar()
    generation = (last or 0) + 1
    tables = [table_of(part, generation) for part in view.tables]
    for table in tables:
        table.create(connection)
    connection.execute(
        insert(generations).values(
            name=view.name,
            generation=generation,
            version=view.version,
            position=0,
            standing="building",
            tables=" ".join(table.name for table in tables),
        )
    )
    return generation


def go_live(connection: Connection, name: str, generation: int) -> None:
    """Readers that begin after this transaction read this set."""
    g = generations.c
    connection.execute(update(generations).where(g.name == name, g.standing == "live").values(standing="retired"))
    connection.execute(update(generations).where(g.name == name, g.generation == generation).values(standing="live"))


def advance(session: DriverSession, sets: Mapping[str, int], position: int, event_id: str) -> None:
    """Note how far sets are, generations by view, and the event there, in the transaction of their rows: so each event is folded once."""
    of_generation: dict[int, list[str]] = {}
    for name, generation in sets.items():
        of_generation.setdefault(generation, []).append(name)
    for generation, names in of_generation.items():
        session.run(_ADVANCE + among(session, "name"), (position, event_id, generation, array(session, names)))


def position_of(connection: Connection, name: str, generation: int) -> int | None:
    """How far a set is; None where it was dropped."""
    g = generations.c
    query = select(g.position).where(g.name == name, g.generation == generation, g.standing != "dropped")
    return connection.execute(query).scalar()


def drop_sets(connection: Connection, standing: Literal["retired", "building"], name: str | None = None) -> None:
    """Drop the tables of sets that nobody reads any more, or that were never finished. Their numbers are not used again."""
    g = generations.c
    query = select(g.name, g.generation, g.tables).where(g.standing == standing)
    if name is not None:
        query = query.where(g.name == name)
    for view, generation, tables in connection.execute(query).all():
        for table in tables.split():
            Table(table, MetaData()).drop(connection, checkfirst=True)
        connection.execute(update(generations).where(g.name == view, g.generation == generation).values(standing="dropped"))
