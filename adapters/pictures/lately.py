"""The latest values that were made of pictures, for who asks for the same next: one search asks the same of one picture often."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Value = TypeVar("Value")
Asked = tuple[npt.NDArray[np.generic] | Hashable, ...]


class Lately(Generic[Value]):
    """The latest few values, by what they were made of: the very arrays, not equal ones. Thread-safe; two threads may make one twice."""

    def __init__(self, most: int) -> None:
        """Knows `most` values, and keeps what they were made of."""
        self._known: deque[tuple[Asked, Value]] = deque(maxlen=most)

    def get(self, asked: Asked, make: Callable[[], Value]) -> Value:
        """The value known, or made and known from now on. Nobody may change the arrays. Raises what `make` raises."""
        for other, value in tuple(self._known):
            if _same(asked, other):
                return value
        value = make()
        self._known.append((asked, value))
        return value


def _same(asked: Asked, other: Asked) -> bool:
    return len(asked) == len(other) and all(
        a is b or not (isinstance(a, np.ndarray) or isinstance(b, np.ndarray) or a != b) for a, b in zip(asked, other, strict=True)
    )
