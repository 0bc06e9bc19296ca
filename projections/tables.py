"""The tables of the views, a set a generation: one Core definition for SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from functools import lru_cache

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from projections.shape import StateTable, ViewTable

NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")

meta = MetaData()

generations = Table(
    "view_generations",
    meta,
    Column("name", Text, primary_key=True),
    Column("generation", NUMBER, primary_key=True, autoincrement=False),
    Column("version", NUMBER, nullable=False),
    Column("position", NUMBER, nullable=False),
    Column("event_id", Text),
    Column("standing", Text, nullable=False),
    Column("tables", Text, nullable=False),
)
"""Which sets there are, how far in the log each is, and which one is live: `building`, `live`, `retired` or `dropped`.

`event_id` is the id of the event at `position`: by it a set is known that was folded from another history than the log's.
"""


_making = threading.Lock()


def table_of(part: ViewTable, generation: int) -> Table:
    """The table of one generation, the same object for whoever asks: a statement over two of them would name its table twice.

    `made` is where a row came to be in the log: it is the order of making, and never changes. On SQLite it is the rowid, so that
    rows lie in this order and a row is found without an index.
    """
    with _making:  # a cache alone lets two threads that ask at once make one each
        return _made(part, generation)


@lru_cache(maxsize=512)
def _made(part: ViewTable, generation: int) -> Table:
    name = f"{part.name}__g{generation}"
    table = Table(
        name,
        MetaData(),
        Column("made", NUMBER, primary_key=True, autoincrement=False),
        *(Column(column.name, NUMBER if column.kind == "number" else Text) for column in part.columns),
        Column("state", LargeBinary, nullable=False),
    )
    if isinstance(part, StateTable):
        Index(f"{name}_key", table.c.key, unique=True)
    for index in part.indexes:
        Index(f"{name}_{'_'.join(index)}", *(table.c[column] for column in index), table.c.made)
    return table
