"""Keeps the tree and the signed checkpoints close behind the log while a server runs, beside the commands and not within them.

What is not in the tree yet can still be changed unseen. So the log is numbered each second, and what is new is signed at the
latest a minute after it came, after every thousand events, and when the server ends. Any number of servers may do this at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol

POLL: Final = 1.0
"""Seconds between two looks at the log."""
EVENTS: Final = 1000
"""Events after which a checkpoint is signed, however little time has passed."""
AT_ONCE: Final = 20_000
"""Events numbered at one look: a long history that nobody numbered yet must not keep a server from ending."""
SECONDS: Final = 60.0
"""Seconds after which a checkpoint is signed when there was any event."""

_logger = logging.getLogger(__name__)


class Kept(Protocol):
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


class Keeper:
    """`look` is to be called each `POLL` seconds, `finish` once at the end; neither raises, for evidence must not stop a server."""

    def __init__(self, evidence: Callable[[], Kept], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._evidence = evidence
        self._monotonic = monotonic
        self._signed_at = monotonic()
        self._said = ""

    def look(self) -> None:
        """Number what came, and sign it when it is time."""
        self._keep(lambda unsigned: unsigned >= EVENTS or self._monotonic() - self._signed_at >= SECONDS)

    def finish(self) -> None:
        """Number and sign whatever came last."""
        self._keep(lambda unsigned: True)

    def _keep(self, due: Callable[[int], bool]) -> None:
        try:
            evidence = self._evidence()
            before = evidence.size()
            size = evidence.catch_up(AT_ONCE)
            unsigned = size - evidence.signed_size()
            if unsigned and size - before < AT_ONCE and due(unsigned):
                evidence.checkpoint()
                self._signed_at = self._monotonic()
        except Exception as error:  # the database may be busy for a moment, the history altered for good: said once, tried again
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            if why != self._said:
                _logger.error("the history is not kept signed: %s", why)
            self._said = why
        else:
            self._said = ""
