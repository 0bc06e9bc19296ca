"""Uploads that are worked on after they were answered, in a table: any server of a store tells how one stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Double,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from projections.dialect import writing

WAITING = 32
"""Uploads that are worked on or wait at one time, on all servers."""
REMEMBERED_SECONDS = 30 * 86_400.0
"""How long an ended upload is told of: as long as an idempotency key."""
LOST = 300.0
"""Seconds without a sign of life after which a running upload's server is taken to have died."""

_TURN = 4_120_377_950_163_518_211
_metadata = MetaData()
_uploads = Table(
    "upload",
    _metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("status", String, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("outcome", LargeBinary),
    Column("error", String),
    Column("started", Double, nullable=False),
    Column("seen", Double, nullable=False),
)


class TooManyUploads(Exception):
    """So many uploads wait already that no more are taken."""


class UploadRow(NamedTuple):
    """An upload as it stands: `done` of `of` files; what became of them, sealed under its owner's key; why it failed."""

    status: str
    done: int
    of: int
    outcome: bytes | None
    error: str | None


class UploadTable:
    """`create` once before use; any number of servers may then share it. Times are the machine's wall time in seconds."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine, self._now = engine, now

    def create(self) -> None:
        """Make the table where it is missing."""
        with writing(self._engine, _TURN) as connection:
            _metadata.create_all(connection)

    def add(self, upload_id: str, owner: str, of: int) -> bool:
        """Take an upload on; False where it was taken on before. Raises TooManyUploads, Busy."""
        now = self._now()
        with writing(self._engine, _TURN) as connection:
            if connection.execute(select(_uploads.c.id).where(_uploads.c.id == upload_id)).first() is not None:
                return False
            alive = and_(_uploads.c.status == "running", _uploads.c.seen >= now - LOST)
            if connection.execute(select(func.count()).where(alive)).scalar_one() >= WAITING:
                raise TooManyUploads
            fresh = {"id": upload_id, "owner": owner, "status": "running", "done": 0, "total": of, "started": now, "seen": now}
            connection.execute(insert(_uploads).values(fresh))
            old = or_(_uploads.c.status != "running", _uploads.c.seen < now - LOST)
            connection.execute(delete(_uploads).where(old, _uploads.c.started < now - REMEMBERED_SECONDS))
        return True

    def get(self, upload_id: str, owner: str) -> UploadRow | None:
        """The owner's upload of that id as it stands now; None where there is none, or none any more."""
        query = select(_uploads).where(_uploads.c.id == upload_id, _uploads.c.owner == owner)
        with self._engine.connect() as connection:
            row: Any = connection.execute(query).first()
        if row is None:
            return None
        if row.status == "running" and row.seen < self._now() - LOST:
            return UploadRow("failed", row.done, row.total, row.outcome, "interrupted")
        return UploadRow(row.status, row.done, row.total, row.outcome, row.error)

    def alive(self, held: Collection[str]) -> None:
        """A sign of life of all that this server holds. Raises Busy."""
        with writing(self._engine, _TURN) as connection:
            connection.execute(update(_uploads).where(_uploads.c.id.in_(held)).values(seen=self._now()))

    def advance(self, upload_id: str, done: int, outcome: bytes) -> None:
        """Keep what became of the files so far. Raises Busy."""
        self._set(upload_id, done=done, outcome=outcome, seen=self._now())

    def end(self, upload_id: str, status: str, error: str | None = None) -> None:
        """Say how it ended. Raises Busy."""
        self._set(upload_id, status=status, error=error)

    def _set(self, upload_id: str, **values: Any) -> None:
        with writing(self._engine, _TURN) as connection:
            connection.execute(update(_uploads).where(_uploads.c.id == upload_id).values(values))
