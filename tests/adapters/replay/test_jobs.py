"""Replays as jobs: one at a time, so many waiting, so many remembered; they publish nothing (rule G3)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.replay import job_table
from adapters.replay import jobs as module
from adapters.replay.job_table import LOST, WAITING, Job, JobTable, TooManyJobs
from adapters.replay.jobs import ReplayJobs
from adapters.replay.sealing import Sealing, kept_differs
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from adapters.system.clock import SimulatedClock
from adapters.system.settings import Settings
from adapters.wiring.deployment import beside, open_deployment
from application.sealed_replays import sealed_replay
from domain.rulebook import BUILT_IN
from tests.adapters.replay.test_running import OTHERS
from tests.conftest import Place
from tests.contract.shop import fake_pictures

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = str(tmp_path_factory.mktemp("store"))
    stores = open_store(directory)
    simulate(stores, 60, 4)
    stores.close()
    return directory


@pytest.fixture
def table(tmp_path: Path) -> Iterator[JobTable]:
    with table_of(Place(str(tmp_path), "")) as made:
        yield made


@contextmanager
def table_of(place: Place, now: Callable[[], float] = time.time) -> Iterator[JobTable]:
    """A server's way into the one table of a store."""
    engine = beside(Settings(store=place.store), "replays")
    made = JobTable(engine, now)
    made.create()
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def sealing(store: str) -> Iterator[Sealing]:
    deployment = open_deployment(Settings(store=store), lambda _: SimulatedClock(NOW), fake_pictures)
    yield Sealing(store, deployment.platform, lambda: deployment.evidence)
    deployment.close()


@pytest.fixture
def jobs(sealing: Sealing, table: JobTable) -> Iterator[ReplayJobs]:
    opened = ReplayJobs(sealing, table)
    yield opened
    opened.close()


def finished(jobs: ReplayJobs, job_id: str) -> Job:
    for _ in range(60_000):
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


@pytest.mark.rule("G6")
def test_the_cases_that_end_otherwise_are_paged_through_though_the_report_lists_only_some(
    jobs: ReplayJobs, table: JobTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("LISTED", 3), ("BLOCK", 2)):
        monkeypatch.setattr(module, name, most)
    monkeypatch.setattr(job_table, "BLOCK", 2)
    monkeypatch.setattr(job_table, "REMEMBERED", 1)
    job_id = jobs.start(OTHERS[0][1])
    report = finished(jobs, job_id).report
    assert report is not None
    assert report["changed_cases"] > 3
    every = jobs.changed(job_id, 0, 200)
    assert (len(every), every[:3]) == (report["changed_cases"], report["changed"])
    for first in range(len(every) + 1):
        for most in (1, 2, 3):
            assert jobs.changed(job_id, first, most) == every[first : first + most]
    assert all(one["because"] for one in every)
    finished(jobs, jobs.start(None))
    finished(jobs, jobs.start(None))
    assert jobs.changed(job_id, 0, 200) == []  # forgotten with its replay


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
    started = [jobs.start(None) for _ in range(WAITING)]
    with pytest.raises(TooManyJobs):
        jobs.start(None)
    go_on.set()
    assert {finished(jobs, job_id).status for job_id in started} == {"failed"}
    assert {finished(jobs, job_id).error for job_id in started} == {"failed"}
    jobs.start(None)


def test_a_server_that_goes_down_stops_the_running_one_and_drops_the_rest(
    sealing: Sealing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = threading.Event()

    def endless(*_: object, progress: Callable[[int, float], None], **__: object) -> None:
        while True:
            progress(1, 0.5)
            going.set()
            time.sleep(0.001)

    monkeypatch.setattr(module, "replay", endless)
    with table_of(Place(str(tmp_path), "")) as table, table_of(Place(str(tmp_path), "")) as elsewhere:
        opened = ReplayJobs(sealing, table)
        elsewhere.add("another server's")
        started = [opened.start(None) for _ in range(4)]
        assert going.wait(600)
        assert elsewhere.get(started[0]) == Job(started[0], "running", 0.5)
        opened.close()
        assert [elsewhere.get(job_id) for job_id in started] == [
            Job(job_id, "failed", at, error="stopped") for job_id, at in zip(started, (0.5, 0, 0, 0), strict=True)
        ]
        assert elsewhere.get("another server's") == Job("another server's", "running")


def test_a_report_outlives_its_server_and_is_the_same_on_every_other(sealing: Sealing, tmp_path: Path) -> None:
    with table_of(Place(str(tmp_path), "")) as table, table_of(Place(str(tmp_path), "")) as elsewhere:
        opened = ReplayJobs(sealing, table)
        job_id = opened.start(OTHERS[0][1], job_id="asked for once")
        assert opened.start(OTHERS[0][1], job_id="asked for once") == job_id
        told = finished(opened, job_id)
        opened.close()
        assert told.report is not None
        assert elsewhere.get(job_id) == told
        assert not elsewhere.add(job_id)


def test_a_server_that_died_leaves_no_job_that_runs_for_ever(place: Place) -> None:
    place.open().close()
    now = [1_000.0]
    with table_of(place, lambda: now[0]) as died, table_of(place, lambda: now[0]) as lives:
        for number in range(WAITING):
            assert died.add(f"job {number}")
        died.advance("job 0", 0.25, ["job 0"])
        with pytest.raises(TooManyJobs):
            lives.add("one more")
        now[0] += LOST
        died.advance("job 1", 0.5, ["job 0", "job 1"])  # a sign of life of all that it holds
        now[0] += LOST
        assert lives.get("job 0") == Job("job 0", "running", 0.25)
        now[0] += 1
        assert lives.get("job 0") == Job("job 0", "failed", 0.25, error="interrupted")
        assert lives.add("one more")


def test_the_oldest_are_forgotten(jobs: ReplayJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    go_on.set()
    monkeypatch.setattr(module, "replay", _held(go_on))
    monkeypatch.setattr(job_table, "REMEMBERED", 2)
    first = jobs.start(None)
    finished(jobs, first)
    later = [jobs.start(None) for _ in range(3)]
    for job_id in later:
        finished(jobs, job_id)
    jobs.start(None)
    assert jobs.get(first) is None
    assert jobs.get(later[-1]) is not None


@pytest.mark.rule("G8")
def test_a_sealed_one_is_kept_whole_however_many_come_after_it(
    jobs: ReplayJobs, table: JobTable, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("LISTED", 3), ("BLOCK", 2), ("KEPT", 2)):
        monkeypatch.setattr(module, name, most)
    monkeypatch.setattr(job_table, "BLOCK", 2)
    monkeypatch.setattr(job_table, "REMEMBERED", 1)
    job_id = jobs.start(OTHERS[0][1], sealed_by="aud")
    report = finished(jobs, job_id).report
    for _ in range(3):
        finished(jobs, jobs.start(None))
    kept = jobs.get(job_id)
    assert kept == Job(job_id, "done", 1.0, report, sealed=True)
    assert [one.id for one in jobs.newest() if one.sealed] == [job_id]
    assert report is not None
    assert len(list(table.every(job_id))) == report["changed_cases"] > 2
    recorded = sealed_replay(sealing.platform.store, job_id)
    assert recorded is not None
    assert (recorded.by, recorded.sealed.rulebook) == ("aud", OTHERS[0][1].ref)
    assert kept_differs(table, job_id, recorded.sealed) == []
    report["changed_cases"] += 1
    table.seal(job_id, report)
    (wrong,) = kept_differs(table, job_id, recorded.sealed)
    assert (wrong.what, wrong.sealed) == ("the kept report", recorded.sealed.digest)
    assert kept_differs(table, "another", recorded.sealed)[0].found == "none"


def _held(go_on: threading.Event) -> Callable[..., None]:
    """Stands for a store whose disk fails after a while."""

    def replay(*_: object, **__: object) -> None:
        go_on.wait(600)
        raise OSError("the disk is gone")

    return replay
