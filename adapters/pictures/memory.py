"""Memory of the server, handed out like money, so that many large pictures at once do not add up; given back when none follows."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adapters.pictures import limits
from adapters.pictures.hands import waiting_time
from adapters.pictures.heaps import give_back
from application.patience import ENDLESS, Patience, TooBusy


class Purse:
    """Bytes that pieces of work take from and put back; who finds too little waits, first come first served."""

    def __init__(self, holds: int, afterwards: Callable[[], None] = give_back, rest: float = limits.REST_SECONDS) -> None:
        """`holds` bytes in all; work that needs more than that runs alone.

        `afterwards` is called once nobody has taken any for `rest` seconds.
        """
        self._holds = holds
        self._afterwards = afterwards
        self._rest = rest
        self._start()
        os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        self._taken = 0
        self._waiting: deque[object] = deque()
        self._moved = threading.Condition()
        self._last = time.monotonic()
        self._resting: threading.Thread | None = None

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
                self._last = time.monotonic()
                self._moved.notify_all()
                if self._resting is None:
                    self._resting = threading.Thread(target=self._wait_for_rest, name="pictures-rest", daemon=True)
                    self._resting.start()

    def _wait_for_rest(self) -> None:
        with self._moved:
            while self._taken or (left := self._last + self._rest - time.monotonic()) > 0:
                self._moved.wait(None if self._taken else left)
            self._resting = None
        self._afterwards()


PURSE = Purse(limits.MEMORY)
"""What all work on pictures in this process, and in its decoding processes, may take at once."""
