"""How often a command is tried that other writers were faster than, and how long it waits in between."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Final

TRIES: Final = 30
"""How often a command is tried before a writer that always loses is told so."""
SHORTEST, LONGEST = 0.0005, 0.05
"""Seconds: a wait is drawn from nothing to twice as much each time, up to the longest."""


def tries() -> Iterator[int]:
    """The number of each try, from 0. The first two follow at once; then each waits a little, longer from try to try.

    Acts on one stream that come again in the order in which they were answered would let the same one win time and again.
    """
    for number in range(TRIES):
        if number > 1:
            time.sleep(random.uniform(0, min(LONGEST, SHORTEST * 2**number)))
        yield number
