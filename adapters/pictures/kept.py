"""A small cache of the most recently used values."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by digest, the least recently used dropped. Thread-safe; two threads may make one value twice."""

    def __init__(self, most: int) -> None:
        """Keeps at most `most` values."""
        self._most = most
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str, make: Callable[[], Value]) -> Value:
        """The value kept, or made and kept. Raises what `make` raises."""
        with self._lock:
            if digest in self._values:
                self._values.move_to_end(digest)
                return self._values[digest]
        value = make()
        with self._lock:
            self._values[digest] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
