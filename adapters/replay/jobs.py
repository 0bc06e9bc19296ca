"""Replays as jobs of a server: started by a request, looked at by others, one running at a time; they publish nothing (rule G3)."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from adapters.replay.as_json import report
from adapters.replay.running import replay, temporary
from domain.law import PublishedYear
from domain.rulebook import BUILT_IN, Rulebook

WAITING = 8
REMEMBERED = 50
LISTED = 1_000
"""Changed cases that a job's report lists; the sums are of all."""

Status = Literal["running", "done", "failed"]
Law: TypeAlias = tuple[Sequence[Rulebook], Sequence[PublishedYear]]
Published: TypeAlias = Callable[[], Law]


class TooManyJobs(Exception):
    """So many replays wait already that no more are taken."""


class Stopped(Exception):
    """The server is going down."""


@dataclass(frozen=True, slots=True)
class Job:
    """A replay as it stands; one that waits for its turn is running too. `progress` is 0 to 1, `report` there when it is done."""

    id: str
    status: Status
    progress: float = 0.0
    report: dict[str, Any] | None = None
    error: str | None = None


class ReplayJobs:
    """The replays of one server process, in memory; the work is done by processes of its own for a large store."""

    def __init__(self, store: str, law: Published, now: Callable[[], datetime], workers: int | None = None) -> None:
        self._store, self._law, self._now, self._workers = store, law, now, workers
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="replay")

    def start(self, rulebook: Rulebook | None, until: datetime | None = None, job_id: str | None = None) -> str:
        """Take a replay on, under a rulebook or, without one, the verification; one of this id once. Raises TooManyJobs."""
        job = Job(job_id or secrets.token_hex(16), "running")
        with self._lock:
            if job.id in self._jobs:
                return job.id
            if sum(known.status == "running" for known in self._jobs.values()) >= WAITING:
                raise TooManyJobs
            self._jobs[job.id] = job
            self._forget_the_oldest()
        self._one_at_a_time.submit(self._run, job.id, rulebook, until, self._law())
        return job.id

    def get(self, job_id: str) -> Job | None:
        """The job of that id, as it stands now; None where there is none, or none any more."""
        with self._lock:
            return self._jobs.get(job_id)

    def find(self, version: str) -> Rulebook | None:
        """A published rulebook by its version, or by name and version; the last one published where several bear it."""
        named = [
            rulebook for rulebook in (BUILT_IN, *self._law()[0]) if version in (rulebook.version, f"{rulebook.name} {rulebook.version}")
        ]
        return named[-1] if named else None

    def close(self) -> None:
        """Take no more, drop what waits, and stop the running one where it is."""
        self._closed.set()
        self._one_at_a_time.shutdown(cancel_futures=True)

    def _run(self, job_id: str, rulebook: Rulebook | None, until: datetime | None, law: Law) -> None:
        others = [] if rulebook is None else [(f"{rulebook.name} {rulebook.version}", rulebook)]
        try:
            with temporary() as kept:
                replayed = replay(
                    self._store,
                    law,
                    others,
                    until=until,
                    now=self._now(),
                    workers=self._workers,
                    keep=Path(kept),
                    progress=lambda _, share: self._advanced(job_id, share),
                )
                told = report(replayed, 0 if others else None, LISTED)
            self._now_is(job_id, status="done", progress=1.0, report=told)
        except Exception as why:  # whatever went wrong is the job's outcome, and the thread lives on
            self._now_is(job_id, status="failed", error=type(why).__name__)

    def _advanced(self, job_id: str, share: float) -> None:
        if self._closed.is_set():
            raise Stopped
        self._now_is(job_id, progress=round(share, 4))

    def _now_is(self, job_id: str, **what: Any) -> None:
        with self._lock:
            if job_id in self._jobs:
                self._jobs[job_id] = replace(self._jobs[job_id], **what)

    def _forget_the_oldest(self) -> None:
        ended = [known.id for known in self._jobs.values() if known.status != "running"]
        for job_id in ended[: max(0, len(self._jobs) - REMEMBERED)]:
            del self._jobs[job_id]
