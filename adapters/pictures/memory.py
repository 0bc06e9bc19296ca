"""Memory of the server: given back at once, and handed out like money, so that many large pictures at once do not add up."""

from __future__ import annotations

import ctypes
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.pictures import limits
from adapters.pictures.hands import waiting_time
from application.patience import ENDLESS, Patience, TooBusy

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def give_back() -> None:
    """Have the C library map every large block by itself, so that it goes back to the system when it is freed.

    Otherwise each thread's heap keeps the holes that large pictures leave. Where the C library is another, nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, limits.LARGE_BLOCK)
        mallopt(_TRIM_THRESHOLD, 4 * limits.LARGE_BLOCK)
        mallopt(_ARENA_MAX, limits.HEAPS)


class Purse:
    """Bytes that pieces of work take from and put back; who finds too little waits, first come first served."""

    def __init__(self, holds: int) -> None:
        """`holds` bytes in all. Work that needs more than that runs alone."""
        self._holds = holds
        self._start()
        os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        self._taken = 0
        self._waiting: deque[object] = deque()
        self._moved = threading.Condition()

    def _free(self, ticket: object, count: int) -> bool:
        return self._waiting[0] is ticket and self._taken + count <= self._holds

    @contextmanager
    def lend(self, count: int, patience: Patience = ENDLESS) -> Iterator[None]:
        """Hold `count` bytes while the block runs. Blocks must not be nested: the inner one could wait for the outer.

        Raises TooBusy where patience ends before there are as many.
        """
        count = min(count, self._holds)
        ticket = object()
        with self._moved:
            self._waiting.append(ticket)
            try:
                if not self._moved.wait_for(lambda: self._free(ticket, count), waiting_time(patience)):
                    raise TooBusy("no memory was free in the time that a request may take")
                self._taken += count
            finally:
                self._waiting.remove(ticket)
                self._moved.notify_all()
        try:
            yield
        finally:
            with self._moved:
                self._taken -= count
                self._moved.notify_all()


PURSE = Purse(limits.MEMORY)
"""What all work on pictures in this process, and in its decoding processes, may take at once."""
