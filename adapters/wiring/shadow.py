"""The shadow follows the log in a process of its own, which gives way to all others: a live command does not wait for it (rule G7)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from adapters.replay.shadow_table import ShadowTable
from adapters.replay.shadowing import ShadowRun
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment, beside
from adapters.wiring.worker import Worker
from application import shadow

POLL: Final = 1.0
"""Seconds between two looks, here whether one runs, and there whether the log has grown: what comes meanwhile is told once."""
AFTER_A_FAILURE: Final = 5.0
_ROOT = str(Path(__file__).resolve().parents[__name__.count(".")])
"""Where the top package lies, in the repository and in an installation alike."""
_LINGER = 10.0

_logger = logging.getLogger(__name__)


class ShadowKeeper:
    """Starts the process while a shadow runs, and ends it; where this process dies, its own end of the pipe tells the other."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._worker = Worker(self.look, POLL, "shadow")
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def stop(self) -> None:
        """End the process and look no more."""
        self._worker.stop()
        self._end()

    @property
    def pid(self) -> int | None:
        """The process that follows the log; None where there is none."""
        return None if self._child is None else self._child.pid

    def look(self) -> None:
        """Whether a shadow runs."""
        runs = shadow.running(self._deployment.stores.store.load(shadow.SHADOW)) is not None
        if not runs:
            self._end()
        elif self._child is None or self._child.poll() is not None:
            self._end()
            self._begin()

    def _begin(self) -> None:
        path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "adapters.wiring.shadow"], stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        assert self._child.stdin is not None  # a pipe was asked for
        settings = self._deployment.settings
        self._child.stdin.write(msgspec.json.encode([settings.store, str(settings.vault_directory)]) + b"\n")
        self._child.stdin.flush()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        child.stdin.close()
        try:
            child.wait(_LINGER)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def follow() -> None:
    """What the process does: follow the log, until the other end hangs up."""
    _give_way()
    store, vault = msgspec.json.decode(sys.stdin.buffer.readline())
    run = ShadowRun(store, ShadowTable(beside(Settings(store=store, vault=vault), "shadow")))
    threading.Thread(target=_until_hung_up, daemon=True).start()
    while True:
        time.sleep(_step(run))


def _give_way() -> None:
    """Run only where nobody else wants the processor; where the system knows no such thing, at the lowest priority."""
    os.nice(19)
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _step(run: ShadowRun) -> float:
    """One step; how many seconds to rest before the next."""
    try:
        one = run.running()
        return 0.0 if one is not None and run.advance(one) else POLL
    except Exception:  # a database that is away, or another process at it: the log waits
        _logger.exception("the shadow could not follow the log; trying again")
        return AFTER_A_FAILURE


def _until_hung_up() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    follow()
