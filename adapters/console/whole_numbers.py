"""Whole numbers that are typed into a field or stand in an address."""

from __future__ import annotations

import re


def whole(text: str) -> int | None:
    """The number, of at most 18 plain digits; None where that is not what stands there."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None
