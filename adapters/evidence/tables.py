"""The tree in tables: one code for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from adapters.evidence.log import Leaf, StoredCheckpoint, Tick, TreeNode
from projections.dialect import in_turn

Number = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()
leaf_table = Table(
    "evidence_leaf",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=False),
    Column("notification_id", Number, nullable=False, unique=True),
    Column("event_id", String, nullable=False, index=True),
    Column("leaf_hash", LargeBinary(32), nullable=False),
)
node_table = Table(
    "evidence_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("idx", Number, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)
checkpoint_table = Table(
    "evidence_checkpoint",
    metadata,
    Column("size", Number, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("at", String, nullable=False),
    Column("note", Text, nullable=False),
)
tick_table = Table(
    "evidence_tick",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("size", Number, nullable=False, index=True),
)
turn_table = Table(
    "evidence_turn",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("taken", Number, nullable=False),
)


class SqlTreeStore:
    """A TreeStore over an SQLAlchemy engine. `create` once before use; any number of processes may then share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self) -> None:
        """Make the tables where they are missing."""
        in_turn(self._engine, _make)

    def tail(self) -> tuple[int, int]:
        last = select(leaf_table.c.n, leaf_table.c.notification_id).order_by(leaf_table.c.n.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(last).first()
        return (row.n + 1, row.notification_id) if row else (0, 0)

    def append(self, leaves: Sequence[Leaf], nodes: Sequence[TreeNode]) -> bool:
        # The update comes first: it takes the turn on both engines (a row lock; SQLite's write lock without a read before it).
        last = select(leaf_table.c.n).order_by(leaf_table.c.n.desc()).limit(1)
        try:
            with self._engine.begin() as connection:
                connection.execute(update(turn_table).values(taken=turn_table.c.taken + 1))
                row = connection.execute(last).first()
                if (row.n + 1 if row else 0) != leaves[0].n:
                    return False
                connection.execute(insert(leaf_table), [leaf._asdict() for leaf in leaves])
                if nodes:
                    connection.execute(insert(node_table), [node._asdict() for node in nodes])
        except IntegrityError:
            return False
        return True

    def hashes(self, level: int, low: int, high: int) -> list[bytes]:
        if level == 0:
            n = leaf_table.c.n
            query = select(n, leaf_table.c.leaf_hash).where(n >= low, n < high).order_by(n)
        else:
            within = (node_table.c.level == level, node_table.c.idx >= low, node_table.c.idx < high)
            query = select(node_table.c.idx, node_table.c.hash).where(*within).order_by(node_table.c.idx)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [bytes(row[1]) for at, row in enumerate(rows, start=low) if row[0] == at]

    def leaf(self, n: int) -> Leaf | None:
        found = self.leaves(n, n + 1)
        return found[0] if found else None

    def leaf_of(self, event_id: str) -> Leaf | None:
        query = select(leaf_table).where(leaf_table.c.event_id == event_id).order_by(leaf_table.c.n).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return _leaf(row) if row else None

    def leaves(self, low: int, high: int) -> Sequence[Leaf]:
        query = select(*(leaf_table.c[name] for name in Leaf._fields)).where(leaf_table.c.n >= low, leaf_table.c.n < high)
        with self._engine.connect() as connection:
            return list(map(Leaf._make, connection.execute(query.order_by(leaf_table.c.n)).all()))

    def save_checkpoint(self, checkpoint: StoredCheckpoint) -> StoredCheckpoint:
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(checkpoint_table), checkpoint._asdict())
        except IntegrityError:
            kept = self.checkpoint(checkpoint.size)
            if kept is None:
                raise
            return kept
        return checkpoint

    def checkpoint(self, size: int) -> StoredCheckpoint | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(checkpoint_table).where(checkpoint_table.c.size == size)).mappings().first()
        return _checkpoint(row) if row else None

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(checkpoint_table).order_by(checkpoint_table.c.size.desc()).limit(1)).mappings().first()
        return _checkpoint(row) if row else None

    def checkpoint_sizes(self, until: int) -> Iterator[int]:
        sizes = select(checkpoint_table.c.size).where(checkpoint_table.c.size <= until).order_by(checkpoint_table.c.size)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(sizes):
                yield row[0]

    def keep_tick(self, tick: Tick) -> None:
        with suppress(IntegrityError), self._engine.begin() as connection:  # another process signed for this interval already
            connection.execute(insert(tick_table), tick._asdict())

    def last_tick(self) -> Tick | None:
        return self._tick(select(tick_table).order_by(tick_table.c.number.desc()))

    def first_tick(self, size: int) -> Tick | None:
        return self._tick(select(tick_table).where(tick_table.c.size >= size).order_by(tick_table.c.size, tick_table.c.number))

    def _tick(self, ordered: Select[Any]) -> Tick | None:
        with self._engine.connect() as connection:
            row = connection.execute(ordered.limit(1)).first()
        return Tick(row.number, row.size) if row else None


def _make(connection: Connection) -> None:
    metadata.create_all(connection)
    if connection.execute(select(turn_table.c.id)).first() is None:
        connection.execute(insert(turn_table).values(id=1, taken=0))


def _leaf(row: RowMapping) -> Leaf:
    return Leaf(row["n"], row["notification_id"], row["event_id"], bytes(row["leaf_hash"]))


def _checkpoint(row: RowMapping) -> StoredCheckpoint:
    return StoredCheckpoint(row["size"], bytes(row["root"]), row["at"], row["note"])
