"""Reads the body of a request that was let in: so much and no more, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from adapters.http.access import too_large
from adapters.http.problems import Problem

Receive = Callable[[], Awaitable[dict[str, Any]]]
IN_MEMORY: Final = 1024 * 1024
"""Bytes of a body that are held in memory; more are in a file that has no name."""
PACE: Final = 16 * 1024
"""Bytes that earn a sender one second more: whoever sends as fast as that is never too slow."""
POLITE_BYTES, POLITE_SECONDS = 16 * 1024 * 1024, 5.0
"""What a refused sender may go on sending, so that it reads why: bytes, and seconds."""


class Body:
    """The body of one request; `announced` is its length, None where it is told by its end."""

    def __init__(self, receive: Receive, announced: int | None) -> None:
        self._receive, self._announced = receive, announced
        self.ended = announced == 0
        """Whether all of it has come."""

    async def read(self, most: int, seconds: float) -> IO[bytes]:
        """All of it, to be read from its start. Raises Problem: 408 too slow, 413 over `most` bytes, 400 cut off."""
        content = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is closed by whoever reads it
        try:
            async with asyncio.timeout(seconds) as patience:
                ends, size = asyncio.get_running_loop().time() + seconds, 0
                while piece := await self._next():
                    size += len(piece)
                    if size > most:
                        raise too_large(most)
                    content.write(piece)
                    patience.reschedule(ends + size / PACE)
        except TimeoutError:
            content.close()
            why = f"The body has to come within {seconds:g} seconds, or faster than {PACE} bytes a second."
            raise Problem("request_timeout", why) from None
        except BaseException:
            content.close()
            raise
        if self._announced is not None and size < self._announced:
            content.close()
            raise Problem("malformed", "The body ended before all that was announced had come.")
        content.seek(0)
        return content

    async def _next(self) -> bytes:
        while not self.ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.ended = True
                raise Problem("malformed", "The body is broken.")
            self.ended = not message.get("more_body")
            if piece := message.get("body"):
                return bytes(piece)
        return b""

    async def pass_over(self) -> None:
        """Throw away for a moment what is still being sent: a client that is cut off while it sends does not read why."""
        try:
            async with asyncio.timeout(POLITE_SECONDS):
                passed = 0
                while passed < POLITE_BYTES and (piece := await self._next()):
                    passed += len(piece)
        except (TimeoutError, Problem):
            return
