"""Keeps the tree and the signed checkpoints close behind the log while a server runs, beside the commands and not within them.

What is not in the tree yet can still be changed unseen. So the log is numbered twice a second, and what is new is signed once in
each interval of wall time, and when the server ends. A checkpoint comes by the clock and never by anybody's act: members'
receipts rest on it, and must not tell when another did something. Any number of servers may do this at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol

POLL: Final = 0.5
"""Seconds between two looks at the log."""
AT_ONCE: Final = 20_000
"""Events numbered at one look: a long history that nobody numbered yet must not keep a server from ending."""
SECONDS: Final = 60
"""Seconds of wall time in which at most one checkpoint is signed; intervals are counted since 1970."""

_logger = logging.getLogger(__name__)


class KeptUp(Protocol):
    """What is kept: an `Evidence`."""

    def size(self) -> int:
        """How many events are numbered."""
        ...

    def catch_up(self, most: int | None = None) -> int:
        """Number what the log holds, or about `most` events of it; the tree's size."""
        ...

    def signed_size(self) -> int:
        """The size of the latest checkpoint."""
        ...

    def checkpoint(self) -> str:
        """Sign the log as it is now."""
        ...

    def tick(self, number: int) -> None:
        """Sign for an interval."""
        ...


class Keeper:
    """`look` is to be called each `POLL` seconds, `finish` once at the end; neither raises, for evidence must not stop a server."""

    def __init__(self, evidence: Callable[[], KeptUp], seconds: int = SECONDS, wall: Callable[[], float] = time.time) -> None:
        self._evidence, self._seconds, self._wall = evidence, seconds, wall
        self._said = ""

    def look(self) -> None:
        """Number what came, and sign it where nobody has in this interval."""
        self._keep(lambda evidence: evidence.tick(int(self._wall() // self._seconds)))

    def finish(self) -> None:
        """Number and sign whatever came last."""
        self._keep(_sign_rest)

    def _keep(self, sign: Callable[[KeptUp], object]) -> None:
        try:
            evidence = self._evidence()
            before = evidence.size()
            if evidence.catch_up(AT_ONCE) - before < AT_ONCE:
                sign(evidence)
        except Exception as error:  # the database may be busy for a moment, the history altered for good: said once, tried again
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            if why != self._said:
                _logger.error("the history is not kept signed: %s", why)
            self._said = why
        else:
            self._said = ""


def _sign_rest(evidence: KeptUp) -> None:
    if evidence.size() > evidence.signed_size():
        evidence.checkpoint()
