"""Replays that were asked for, in a table: any server of a store tells how one stands, and a report outlives its server."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Double,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from projections.dialect import writing

WAITING = 8
"""Replays that are run or wait at one time, on all servers."""
REMEMBERED = 50
"""Ended replays that are kept."""
LOST = 300.0
"""Seconds without a sign of life after which a running replay's server is taken to have died."""

JobStatus = Literal["running", "done", "failed"]
JobError = Literal["stopped", "interrupted", "failed", "cancelled"]
"""Why there is no report: the server went down, or died, the replay could not be run to its end, of which its log says why, or
somebody wanted it no longer."""


class Cancelled(Exception):
    """The replay is wanted no longer."""


class TooManyJobs(Exception):
    """So many replays wait already that no more are taken."""


@dataclass(frozen=True, slots=True)
class Job:
    """A replay as it stands; one that waits for its turn is running too. `progress` is 0 to 1, `report` there when it is done.

    Of a `sealed` one the report is kept for ever.
    """

    id: str
    status: JobStatus
    progress: float = 0.0
    report: dict[str, Any] | None = None
    error: JobError | None = None
    sealed: bool = False


_TURN = 4_120_377_950_163_518_207
_metadata = MetaData()
_jobs = Table(
    "replay_job",
    _metadata,
    Column("id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("progress", Double, nullable=False),
    Column("report", Text),
    Column("error", String),
    Column("started", Double, nullable=False),
    Column("seen", Double, nullable=False),
)
_changed = Table(
    "replay_changed",
    _metadata,
    Column("job", String, primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("cases", Text, nullable=False),
)
_sealed = Table("replay_sealed", _metadata, Column("job", String, primary_key=True), Column("report", Text, nullable=False))
BLOCK = 200
"""So many changed cases are kept in a row."""


class JobTable:
    """`create` once before use; any number of servers may then share it. What a server holds are the jobs that it has yet to end."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine, self._now = engine, now

    def create(self) -> None:
        """Make the table where it is missing."""
        with writing(self._engine, _TURN) as connection:
            _metadata.create_all(connection)

    def add(self, job_id: str) -> bool:
        """Take a replay on; False where it was taken on before. Raises TooManyJobs."""
        now = self._now()
        with writing(self._engine, _TURN) as connection:
            if connection.execute(select(_jobs.c.id).where(_jobs.c.id == job_id)).first() is not None:
                return False
            if connection.execute(select(func.count()).where(self._alive(now))).scalar_one() >= WAITING:
                raise TooManyJobs
            connection.execute(insert(_jobs).values(id=job_id, status="running", progress=0.0, started=now, seen=now))
            self._forget(connection, now)
        return True

    def get(self, job_id: str) -> Job | None:
        """The job of that id as it stands now; None where there is none, or none any more."""
        sealed = self.sealed(job_id)
        if sealed is not None:
            return Job(job_id, "done", 1.0, sealed, sealed=True)
        with self._engine.connect() as connection:
            row = connection.execute(select(_jobs).where(_jobs.c.id == job_id)).first()
        return None if row is None else self._standing(row)

    def newest(self) -> list[Job]:
        """All that are known, the last one asked for first, without their reports."""
        names = (_jobs.c.id, _jobs.c.status, _jobs.c.progress, literal(None).label("report"), _jobs.c.error, _jobs.c.seen)
        with self._engine.connect() as connection:
            sealed = {row.job for row in connection.execute(select(_sealed.c.job))}
            rows = connection.execute(select(*names).order_by(_jobs.c.started.desc(), _jobs.c.id)).all()
        return [Job(row.id, "done", 1.0, sealed=True) if row.id in sealed else self._standing(row) for row in rows]

    def _standing(self, row: Any) -> Job:
        if row.status == "running" and row.seen < self._now() - LOST:
            return Job(row.id, "failed", row.progress, error="interrupted")
        return Job(row.id, row.status, row.progress, None if row.report is None else msgspec.json.decode(row.report), row.error)

    def cancel(self, job_id: str) -> bool:
        """Want a replay no longer; False where it has ended already. Raises Busy."""
        running = and_(_jobs.c.id == job_id, self._alive(self._now()))
        with writing(self._engine, _TURN) as connection:
            return connection.execute(update(_jobs).where(running).values(status="failed", error="cancelled")).rowcount > 0

    def advance(self, job_id: str, progress: float, held: Collection[str]) -> None:
        """Say how far a replay is; a sign of life of all that this server holds. Raises Cancelled where it is wanted no longer, Busy."""
        with writing(self._engine, _TURN) as connection:
            connection.execute(update(_jobs).where(_jobs.c.id.in_(held)).values(seen=self._now()))
            wanted = and_(_jobs.c.id == job_id, _jobs.c.status == "running")
            if connection.execute(update(_jobs).where(wanted).values(progress=progress)).rowcount == 0:
                raise Cancelled

    def keep(self, job_id: str, block: int, cases: Sequence[dict[str, Any]]) -> None:
        """Keep the next changed cases of a replay, `BLOCK` of them or the last ones. Raises Busy."""
        with writing(self._engine, _TURN) as connection:
            connection.execute(insert(_changed).values(job=job_id, block=block, cases=msgspec.json.encode(cases).decode()))

    def changed(self, job_id: str, first: int, most: int) -> list[dict[str, Any]]:
        """Changed cases of a replay from a place on, in the order of their ids."""
        blocks = _changed.c.block.between(first // BLOCK, (first + most - 1) // BLOCK)
        rows = select(_changed.c.cases).where(_changed.c.job == job_id, blocks).order_by(_changed.c.block)
        with self._engine.connect() as connection:
            kept = [one for row in connection.execute(rows) for one in msgspec.json.decode(row.cases)]
        start = first % BLOCK
        return kept[start : start + most]

    def every(self, job_id: str) -> Iterator[dict[str, Any]]:
        """All changed cases of a replay that are kept, in the order of their ids, a few in memory at a time."""
        first = 0
        while some := self.changed(job_id, first, BLOCK):
            yield from some
            first += BLOCK

    def seal(self, job_id: str, report: dict[str, Any]) -> None:
        """Keep a replay's report, and its changed cases, for ever. Raises Busy."""
        with writing(self._engine, _TURN) as connection:
            connection.execute(delete(_sealed).where(_sealed.c.job == job_id))
            connection.execute(insert(_sealed).values(job=job_id, report=msgspec.json.encode(report).decode()))

    def sealed(self, job_id: str) -> dict[str, Any] | None:
        """The report of a sealed replay; None where none of that id is kept."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_sealed.c.report).where(_sealed.c.job == job_id)).first()
        return None if row is None else msgspec.json.decode(row.report)

    def end(self, job_id: str, report: dict[str, Any] | None, error: JobError | None = None) -> None:
        """Keep a replay's outcome. Raises Busy."""
        outcome: dict[str, Any] = {"status": "failed", "error": error}
        if report is not None:
            outcome = {"status": "done", "progress": 1.0, "report": msgspec.json.encode(report).decode()}
        with writing(self._engine, _TURN) as connection:
            connection.execute(update(_jobs).where(_jobs.c.id == job_id, _jobs.c.status == "running").values(outcome))

    def close(self, held: Collection[str]) -> None:
        """Say of all that this server still holds that it will not end, and let go of the database. Raises Busy."""
        with writing(self._engine, _TURN) as connection:
            connection.execute(update(_jobs).where(_jobs.c.id.in_(held)).values(status="failed", error="stopped"))
        self._engine.dispose()

    def _alive(self, now: float) -> Any:
        return and_(_jobs.c.status == "running", _jobs.c.seen >= now - LOST)

    def _forget(self, connection: Connection, now: float) -> None:
        ended = and_(or_(_jobs.c.status != "running", _jobs.c.seen < now - LOST), _jobs.c.id.not_in(select(_sealed.c.job)))
        oldest = select(_jobs.c.id).where(ended).order_by(_jobs.c.started.desc(), _jobs.c.id).offset(REMEMBERED)
        gone = [row.id for row in connection.execute(oldest)]
        if gone:
            connection.execute(delete(_jobs).where(_jobs.c.id.in_(gone)))
            connection.execute(delete(_changed).where(_changed.c.job.in_(gone)))
