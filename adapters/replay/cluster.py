"""Parts of a replay on the workers of a dask cluster, here on this machine's cores; each worker is a process.

Where a worker dies, the cluster gives what it had to others, what it had finished among it: a part may be done several times.
"""

from __future__ import annotations

import gc
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, Worker, WorkerPlugin, as_completed, get_worker
from distributed.security import Security

from adapters.parquet.reading import opened_parquet
from adapters.replay.partitioned import ParquetHistory, replay_part
from adapters.replay.ranges import RangeResult, Task, plan_of

PLUGIN = "originals-replay"
_SETTINGS = {
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.http.routes": [],  # they would answer anybody on this machine, whatever `security` says
    "distributed.worker.http.routes": [],
}


class ReplayPlugin(WorkerPlugin):  # type: ignore[misc]
    """What a worker makes once for all parts that it is given; the cluster makes it anew on a worker that takes another's place."""

    name = PLUGIN

    def __init__(self, task: Task) -> None:
        self._task = task

    def setup(self, worker: Worker) -> None:
        """Open the history and make the law."""
        gc.freeze()
        self._plan, self._history = plan_of(self._task), ParquetHistory(opened_parquet(Path(self._task.store)))

    def replay(self, part: int) -> RangeResult:
        """What is found in a part."""
        return replay_part(self._task, self._plan, self._history, part)


def _part(number: int) -> tuple[int, RangeResult]:
    plugin: ReplayPlugin = get_worker().plugins[PLUGIN]
    return number, plugin.replay(number)


def replayed_on_workers(task: Task, parts: int, workers: int) -> Iterator[tuple[int, RangeResult]]:
    """What is found in each part, as it comes. The cluster listens on loopback alone, and to those alone who have its certificate."""
    with (
        dask.config.set(_SETTINGS),
        tempfile.TemporaryDirectory(prefix="originals-replay-") as scratch,
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            security=Security.temporary(),
            local_directory=scratch,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(ReplayPlugin(task))
        futures = client.map(_part, range(parts), key=[f"part-{number}" for number in range(parts)], pure=False)
        for future in as_completed(futures):
            result: Any = future.result()
            yield result
            future.release()
