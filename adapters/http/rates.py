"""Rate limits, off by default: one window a subject, or an address where there is no subject, on wall time."""

from __future__ import annotations

import hashlib
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from adapters.http.problems import Problem


class Rates:
    """Counts requests in this process. `rule` is such as `600/minute`; None is off."""

    def __init__(self, rule: str | None) -> None:
        self._item = parse(rule) if rule else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage()) if rule else None  # the storage has a thread of its own

    def spend(self, who: str) -> dict[str, str]:
        """Count one request; the RateLimit headers of its answer. Raises 429 with them and Retry-After."""
        if self._item is None or self._limiter is None:
            return {}
        key = hashlib.sha256(who.encode()).hexdigest()
        admitted = self._limiter.hit(self._item, key)
        reset, remaining = self._limiter.get_window_stats(self._item, key)
        wait = max(1, round(reset - time.time()))
        headers = {
            "RateLimit-Policy": f'"default";q={self._item.amount};w={self._item.get_expiry()}',
            "RateLimit": f'"default";r={remaining};t={wait}',
        }
        if not admitted:
            raise Problem("rate_limited", headers={**headers, "Retry-After": str(wait)})
        return headers
