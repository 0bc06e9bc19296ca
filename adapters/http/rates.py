"""Rate limits, off by default: so many requests of a subject, or of an address that shows no good token, on wall time."""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from adapters.http.problems import Problem

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class Counted(NamedTuple):
    """How many requests the window before and this one hold, and whether the one that asks is among them."""

    before: int
    now: int
    admitted: bool


class Counts(Protocol):
    """Where requests are counted."""

    def count(self, key: str, window: int, weight: float, most: int) -> Counted:
        """Count a request in the window of that number, unless with it `before * weight + now` is over `most`."""
        ...


class CountsHere:
    """In this process alone."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int, int]] = {}

    def count(self, key: str, window: int, weight: float, most: int) -> Counted:
        """As `Counts` says."""
        last, before, now = self._counts.get(key, (window, 0, 0))
        before, now = (before, now) if last == window else (now if last == window - 1 else 0, 0)
        admitted = before * weight + now + 1 <= most
        self._counts[key] = (window, before, now + admitted)
        return Counted(before, now + admitted, admitted)


class Rates:
    """`rule` is such as `600/minute`; None is off. The window slides: of the one before, the share counts that it still covers."""

    def __init__(self, rule: str | None, counts: Counts | None = None, wall: Callable[[], float] = time.time) -> None:
        given = re.fullmatch(r"([0-9]+)/(\w+)", rule) if rule else None
        self._most, self._seconds = (int(given[1]), _SECONDS[given[2]]) if given else (0, 0)
        self._counts, self._wall = counts or CountsHere(), wall

    @property
    def off(self) -> bool:
        """Whether nothing is counted."""
        return not self._most

    def spend(self, who: str) -> dict[str, str]:
        """Count one request; the RateLimit headers of its answer. Raises 429 with them and Retry-After."""
        if self.off:
            return {}
        window, gone = divmod(self._wall(), self._seconds)
        weight = 1 - gone / self._seconds
        counted = self._counts.count(hashlib.sha256(who.encode()).hexdigest(), int(window), weight, self._most)
        left = max(0, int(self._most - counted.before * weight - counted.now))
        wait = max(1, math.ceil(self._seconds - gone))
        headers = {
            "RateLimit-Policy": f'"default";q={self._most};w={self._seconds}',
            "RateLimit": f'"default";r={left};t={wait}',
        }
        if not counted.admitted:
            raise Problem("rate_limited", headers={**headers, "Retry-After": str(wait)})
        return headers
