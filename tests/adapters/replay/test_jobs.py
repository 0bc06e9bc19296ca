"""Replays as jobs: one at a time, so many waiting, so many remembered; they publish nothing (rule G3)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from adapters.replay import jobs as module
from adapters.replay.jobs import Job, ReplayJobs, TooManyJobs
from adapters.simulation import simulate
from adapters.store import open_store
from application.law import published_law
from domain.rulebook import BUILT_IN
from tests.adapters.replay.test_running import OTHERS

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = str(tmp_path_factory.mktemp("store"))
    stores = open_store(directory)
    simulate(stores, 60, 4)
    stores.close()
    return directory


@pytest.fixture
def jobs(store: str) -> Iterator[ReplayJobs]:
    stores = open_store(store)
    opened = ReplayJobs(store, lambda: published_law(stores.store), lambda: NOW)
    yield opened
    opened.close()
    stores.close()


def finished(jobs: ReplayJobs, job_id: str) -> Job:
    for _ in range(2_000):
        job = jobs.get(job_id)
        assert job is not None
        if job.status != "running":
            return job
        time.sleep(0.01)
    raise AssertionError("the replay did not end")


@pytest.mark.rule("G3")
def test_a_job_ends_with_its_report(jobs: ReplayJobs, store: str) -> None:
    stores = open_store(store)
    head = stores.store.log_head()
    under = finished(jobs, jobs.start(OTHERS[0][1]))
    verified = finished(jobs, jobs.start(None, NOW))
    assert (under.status, under.progress) == ("done", 1.0)
    assert under.report is not None
    assert verified.report is not None
    assert (under.report["cases"], under.report["until"]) == (60, "2026-06-01T00:00:00Z")
    assert (verified.report["differences"], verified.report["changed"]) == (0, [])
    assert stores.store.log_head() == head
    stores.close()


def test_a_published_rulebook_is_found_by_its_version(jobs: ReplayJobs) -> None:
    assert jobs.find(BUILT_IN.version) == BUILT_IN
    third = jobs.find("simulated-marketplace 3")
    assert third is not None
    assert third == jobs.find("3")
    assert jobs.find("never") is None
    assert jobs.get("never") is None


def test_no_more_wait_than_may(jobs: ReplayJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(module, "replay", _held(go_on))
    started = [jobs.start(None) for _ in range(module.WAITING)]
    with pytest.raises(TooManyJobs):
        jobs.start(None)
    go_on.set()
    assert {finished(jobs, job_id).status for job_id in started} == {"failed"}
    assert {finished(jobs, job_id).error for job_id in started} == {"OSError"}
    jobs.start(None)


def test_a_server_that_goes_down_stops_the_running_one_and_drops_the_rest(store: str) -> None:
    stores = open_store(store)
    opened = ReplayJobs(store, lambda: published_law(stores.store), lambda: NOW)
    started = [opened.start(OTHERS[0][1]) for _ in range(4)]
    opened.close()
    stores.close()
    assert [job.error for job_id in started if (job := opened.get(job_id)) is not None and job.status == "failed"] in ([], ["Stopped"])


def test_the_oldest_are_forgotten(jobs: ReplayJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    go_on.set()
    monkeypatch.setattr(module, "replay", _held(go_on))
    monkeypatch.setattr(module, "REMEMBERED", 2)
    first = jobs.start(None)
    finished(jobs, first)
    for _ in range(3):
        finished(jobs, jobs.start(None))
    assert jobs.get(first) is None


def _held(go_on: threading.Event) -> Callable[..., None]:
    """Stands for a store whose disk fails after a while."""

    def replay(*_: object, **__: object) -> None:
        go_on.wait(20)
        raise OSError("the disk is gone")

    return replay
