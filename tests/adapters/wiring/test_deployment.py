"""A deployment's parts, as many threads need them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.evidence.evidence import TamperEvidence
from adapters.system.settings import Settings
from adapters.wiring.deployment import open_deployment
from projections import runner


def test_threads_that_need_a_part_at_once_get_the_same_one(tmp_path: Path) -> None:
    deployment = open_deployment(Settings(store=str(tmp_path / "store")))
    together = threading.Barrier(4)

    def ask(_: int) -> TamperEvidence:
        together.wait(600)
        return deployment.evidence

    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(ask, range(4)))
    deployment.close()
    assert len({id(evidence) for evidence in built}) == 1


def test_a_deployment_over_a_long_history_without_views_knows_it_before_anybody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(store=str(tmp_path / "store"))
    open_deployment(settings).close()  # it publishes the official calendars, a history of some twenty events
    monkeypatch.setattr(runner, "BATCH", 2)
    deployment = open_deployment(settings)
    assert deployment.views.preparing() == 0
    deployment.close()
