"""How values are written in bodies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def instant(at: datetime) -> str: ...
@overload
def instant(at: None) -> None: ...
def instant(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with `Z`: whole seconds, a fraction only where there is one."""
    if at is None:
        return None
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()[:-6] + "Z"


def instant_of(seconds: float) -> str:
    """The same of seconds since 1970. Raises ValueError, OverflowError, OSError where there is no such instant."""
    return instant(datetime.fromtimestamp(seconds, UTC))
