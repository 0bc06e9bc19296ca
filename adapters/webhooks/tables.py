"""The tables of webhooks: one code for SQLite (a file of its own, readable by its owner alone) and PostgreSQL.

A row of `webhook_delivery` is a message that is still to be delivered, or was given up; what was delivered is there no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    func,
    inspect,
    select,
    text,
)

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
_TURN = 4_114_207_355_290_117_803

meta = MetaData()

feeds = Table(
    "webhook_feed",
    meta,
    Column("id", Integer, primary_key=True),
    Column("cursor", Text),
    Column("event_id", Text),
    Column("changes", NUMBER),
)
"""How far in the messages the collector is, the id of the event of the last one, how often a webhook was made or deleted: one row."""

webhooks = Table(
    "webhook",
    meta,
    Column("member", Text, primary_key=True),
    Column("sealed", Text, nullable=False),  # URL and secrets, under the member's key
    Column("created_at", Double, nullable=False),
    Column("failing_since", Double),
    Column("last_failure", Text),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("language", Text),
)

deliveries = Table(
    "webhook_delivery",
    meta,
    Column("seq", NUMBER, primary_key=True),
    Column("member", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("failed", Integer, nullable=False, default=0),
    Column("due_at", Double, nullable=False),
    Column("leased_until", Double, nullable=False, default=0.0),  # of no use since receivers are leased; stores have it
    Column("lease", Text),
    Column("dead", Boolean, nullable=False, default=False),
    UniqueConstraint("member", "message"),
)
turns = Table(
    "webhook_turn",
    meta,
    Column("member", Text, primary_key=True),
    Column("leased_until", Double, nullable=False, default=0.0),
    Column("lease", Text),
    Column("served_at", Double, nullable=False, default=0.0),
)
"""Whose receiver is being sent to: one row a receiver, leased as a whole, also while a webhook is deleted and put again."""

_waiting = deliveries.c.dead.is_(False)
Index("webhook_delivery_due", deliveries.c.due_at, deliveries.c.seq, sqlite_where=_waiting, postgresql_where=_waiting)
Index("webhook_delivery_order", deliveries.c.member, deliveries.c.about, deliveries.c.seq)


def prepare(engine: Engine) -> None:
    """Make what is missing; any number of processes may do so at once."""
    if engine.dialect.name == "sqlite":
        _keep_to_oneself(engine)
        event.listen(engine, "connect", _wait_and_sync)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        meta.create_all(connection)
        if "event_id" not in {column["name"] for column in inspect(connection).get_columns(feeds.name)}:  # a table of the first release
            connection.execute(text(f"ALTER TABLE {feeds.name} ADD COLUMN event_id TEXT"))
            connection.execute(text(f"ALTER TABLE {feeds.name} ADD COLUMN changes BIGINT"))
        if "language" not in {column["name"] for column in inspect(connection).get_columns(webhooks.name)}:
            connection.execute(text(f"ALTER TABLE {webhooks.name} ADD COLUMN language TEXT"))
        if connection.execute(select(feeds.c.id)).first() is None:
            connection.execute(feeds.insert().values(id=1))
        without = select(webhooks.c.member).where(webhooks.c.member.not_in(select(turns.c.member)))
        connection.execute(turns.insert().from_select(["member"], without))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction; on SQLite it has the writer's turn from its beginning on."""
    with engine.connect().execution_options(views_write=True) as connection, connection.begin():
        yield connection


def _keep_to_oneself(engine: Engine) -> None:
    file = Path(engine.url.database or "")
    file.touch(mode=0o600)  # before the first connection: what SQLite lays beside it has the same mode
    file.chmod(0o600)


def _wait_and_sync(connection: Any, _: Any) -> None:
    """A secret is shown once: it is on disk before it is answered."""
    for pragma in ("busy_timeout = 5000", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").close()
