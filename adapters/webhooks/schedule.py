"""When a delivery that failed is tried again: the one place that says so."""

from __future__ import annotations

from typing import Final

MINUTE: Final = 60.0
HOUR: Final = 60 * MINUTE

RETRY_AFTER: Final = (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Seconds from one failed try to the next, as the specification proposes: ten tries over some three days."""

SECRETS_OVERLAP: Final = 24 * HOUR
"""How long a replaced secret still signs, so that a receiver can change over."""

LEASE: Final = 30.0
"""Seconds after which a receiver is free again whose sender was heard of no more; longer than any try takes (`sending.py`)."""


def next_try(failed: int, now: float) -> float | None:
    """When to try again after so many failed tries; None where it is given up."""
    return now + RETRY_AFTER[failed - 1] if failed <= len(RETRY_AFTER) else None
