"""The threads that work on pictures, apart from those that serve requests: as many as there are decoding processes."""

from __future__ import annotations

import atexit
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import TypeVar

from adapters.pictures import limits
from adapters.pictures.heaps import give_back_much
from application.patience import ENDLESS, Patience, TooBusy

T = TypeVar("T")
R = TypeVar("R")
_DAY = 86_400.0


class Hands:
    """Works on the pictures of all requests in turns: each request has no more of them in work at once than there are hands."""

    def __init__(self, count: int = limits.WORKERS) -> None:
        """No thread is started yet."""
        self._count = count
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        self._lock, self._pool = threading.Lock(), None

    def each(self, work: Callable[[T], R], items: Sequence[T], patience: Patience = ENDLESS) -> list[R]:
        """What `work` makes of each item, in their order. Raises TooBusy where patience ends first, and what `work` raises.

        Must not be called by work that these hands do.
        """
        waiting: deque[Future[R]] = deque()
        done: list[R] = []
        try:
            for item in items:
                if len(waiting) == self._count:
                    done.append(_result(waiting.popleft(), patience))
                waiting.append(self._threads().submit(_tidily, work, item))
            done.extend(_result(waiting.popleft(), patience) for _ in range(len(waiting)))
        finally:
            for future in waiting:
                future.cancel()
        return done

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="pictures")
            return self._pool

    def close(self) -> None:
        """Let go of the threads; what waits is not begun any more, and later work starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _tidily(work: Callable[[T], R], item: T) -> R:
    """Do it, and let the heap not grow by it from one picture to the next."""
    try:
        return work(item)
    finally:
        give_back_much()


def waiting_time(patience: Patience) -> float:
    """The seconds left as waits of the standard library take them: neither negative nor endless."""
    return min(_DAY, max(0.0, patience.left()))


def _result(future: Future[R], patience: Patience) -> R:
    try:
        return future.result(timeout=waiting_time(patience))
    except NotYet:
        if future.done():  # at the last moment, or the work's own error
            return future.result()
        future.cancel()
        raise TooBusy("the pictures were not looked at in the time that a request may take") from None


HANDS = Hands()
"""The hands of this process."""
