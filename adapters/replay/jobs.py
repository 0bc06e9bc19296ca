"""Replays as jobs of a server: started by a request, looked at by others, one running at a time; they publish nothing (rule G3)."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from adapters.replay.as_json import changed, report
from adapters.replay.job_table import BLOCK, Cancelled, Job, JobError, JobTable
from adapters.replay.running import Replayed, replay, temporary
from adapters.replay.sealing import Sealing, named, sealed
from application.law import published_law
from domain.rulebook import BUILT_IN, Rulebook
from projections.dialect import ViewsBusy

_logger = logging.getLogger(__name__)

LISTED = 1_000
"""Changed cases that a job's report lists; the sums are of all."""
KEPT = 100_000
"""Changed cases that can be paged through."""
SECONDS = 0.5
"""Between two times that a running job says how far it is."""


class Stopped(Exception):
    """The server is going down."""


class ReplayJobs:
    """The replays that this server runs, and all that the table knows; for a large store the work is done by processes of its own."""

    def __init__(self, sealing: Sealing, table: JobTable, workers: int | None = None) -> None:
        self._sealing, self._table, self._workers = sealing, table, workers
        self._closed = threading.Event()
        self._reported_at = 0.0
        self._held: set[str] = set()
        self._one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="replay")

    def start(
        self, rulebook: Rulebook | None, until: datetime | None = None, job_id: str | None = None, sealed_by: str | None = None
    ) -> str:
        """Take a replay on, under a rulebook or, without one, the verification; one of this id once. Raises TooManyJobs.

        With `sealed_by`, who wants it, what it finds goes on record and its report is kept (rule G8).
        """
        job_id = job_id or secrets.token_hex(16)
        if self._table.add(job_id):
            self._held.add(job_id)
            self._one_at_a_time.submit(self._run, job_id, rulebook, until, sealed_by)
        return job_id

    def get(self, job_id: str) -> Job | None:
        """The job of that id, as it stands now; None where there is none, or none any more."""
        return self._table.get(job_id)

    def changed(self, job_id: str, first: int, most: int) -> list[dict[str, Any]]:
        """The cases of a replay that end otherwise, from a place on, in the order of their ids."""
        return self._table.changed(job_id, first, most)

    def every(self, job_id: str) -> Iterator[dict[str, Any]]:
        """All such cases that are kept of a replay, a few in memory at a time."""
        return self._table.every(job_id)

    def newest(self) -> list[Job]:
        """All that are known, the last one asked for first, without their reports."""
        return self._table.newest()

    def cancel(self, job_id: str) -> bool:
        """Want a replay no longer, whichever server runs it; False where it has ended already."""
        return self._table.cancel(job_id)

    def find(self, version: str) -> Rulebook | None:
        """A published rulebook by its version, or by name and version; the last one published where several bear it."""
        named = [
            rulebook
            for rulebook in (BUILT_IN, *published_law(self._sealing.platform.store)[0])
            if version in (rulebook.version, rulebook.title)
        ]
        return named[-1] if named else None

    def close(self) -> None:
        """Take no more, drop what waits, and stop the running one where it is."""
        self._closed.set()
        self._one_at_a_time.shutdown(cancel_futures=True)
        self._table.close(tuple(self._held))

    def _run(self, job_id: str, rulebook: Rulebook | None, until: datetime | None, sealed_by: str | None) -> None:
        others = [] if rulebook is None else [named(rulebook)]
        try:
            self._table.advance(job_id, 0.0, tuple(self._held))  # whoever waits long may be wanted no longer
            with temporary() as kept:
                replayed = replay(
                    self._sealing.store,
                    None,
                    others,
                    until=until,
                    now=self._sealing.platform.clock.now(),
                    workers=self._workers,
                    keep=Path(kept),
                    progress=lambda _, share: self._advanced(job_id, share),
                )
                body = keep(self._table, job_id, replayed, KEPT if sealed_by is None else None)
                if sealed_by is not None:
                    sealed(self._sealing, job_id, replayed, rulebook, sealed_by)
                    self._table.seal(job_id, body)
            self._ended(job_id, body)
        except Stopped:
            self._ended(job_id, None, "stopped")
        except Cancelled:
            self._held.discard(job_id)
        except Exception:  # whatever went wrong is the job's outcome, and the thread lives on
            _logger.exception("a replay failed")
            self._ended(job_id, None, "failed")

    def _ended(self, job_id: str, body: dict[str, Any] | None, error: JobError | None = None) -> None:
        self._held.discard(job_id)
        try:
            self._table.end(job_id, body, error)
        except Exception:  # nobody holds it now, so it counts as interrupted before long
            _logger.exception("a replay's outcome could not be kept")

    def _advanced(self, job_id: str, share: float) -> None:
        if self._closed.is_set():
            raise Stopped
        if time.monotonic() - self._reported_at >= SECONDS:
            self._reported_at = time.monotonic()
            with suppress(ViewsBusy, SQLAlchemyError):  # how far it is can be written the next time
                self._table.advance(job_id, round(share, 4), tuple(self._held))


def keep(table: JobTable, job_id: str, replayed: Replayed, most: int | None) -> dict[str, Any]:
    """Keep the changed cases of a replay to be paged through, at most so many; its report, which lists some of them."""
    number = 0 if replayed.names else None
    cases, block = islice(changed(replayed, number), most), 0
    while some := list(islice(cases, BLOCK)):
        table.keep(job_id, block, some)
        block += 1
    return report(replayed, number, LISTED)
