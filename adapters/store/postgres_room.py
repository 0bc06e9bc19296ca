"""Whether a database has room for what commands write, of which nobody but the database can tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import psycopg
from psycopg import errors

RESERVE: Final = 32 * 1024 * 1024
"""Bytes that have to be left on its disk; more than `outages.RESERVE`, for it is asked seldom, and others write meanwhile."""
ASKED_EVERY: Final = 2.0
"""Seconds between two questions at least, each of some ten milliseconds on a machine that is idle."""
LONGEST: Final = 4.0
"""Seconds after which it is asked again however long that took: what is written meanwhile has to fit into what is reserved."""
SELDOMER: Final = 20
"""How many times as long as the last question took nobody asks again: on a busy machine it is not to be a good part of what is done."""
_PIECE: Final = 1 << 18
_SETTINGS: Final = "SELECT set_config('work_mem', '64kB', true), set_config('statement_timeout', '5s', true)"
_PUT_ASIDE: Final = f"""WITH much AS MATERIALIZED (
    SELECT repeat('x', {_PIECE}) || n AS piece FROM generate_series(1, {RESERVE // _PIECE}) AS n) SELECT count(piece) FROM much"""
"""What does not fit into memory is put aside in a file, which is gone with the statement: nothing is logged, and no right is needed.

To sort as much would write it several times over, at five times the price.
"""


class DatabaseRoom:
    """The room of one database, for all threads of a process.

    It is asked where the database keeps its tables. A log of its own on a disk of its own, or a tablespace of its own for what is
    temporary, is not seen: there the error counts that a write ends with.
    """

    def __init__(self, connection: Callable[[], AbstractContextManager[psycopg.Connection[Any]]]) -> None:
        """`connection` lends one in autocommit mode."""
        self._connection, self._turn = connection, threading.Lock()
        self._asked_at, self._took, self._full = float("-inf"), 0.0, False

    def need(self) -> None:
        """Raise errors.DiskFull where there was no room when the database was asked last."""
        if not self.left():
            raise errors.DiskFull(f"less than {RESERVE >> 20} MiB are left on the disk of the database")

    def found_full(self) -> None:
        """Note what a write has met with: it is known before the database is asked again."""
        self._asked_at, self._took, self._full = time.monotonic(), 0.0, True

    def left(self) -> bool:
        """Whether there is room. A database that cannot be asked says so by itself to whoever writes."""
        began = time.monotonic()
        if began - self._asked_at >= max(ASKED_EVERY, min(LONGEST, SELDOMER * self._took)) and self._turn.acquire(blocking=False):
            try:
                self._full = self._is_full()
                self._asked_at = time.monotonic()
                self._took = 0.0 if self._full else self._asked_at - began
            except psycopg.Error:
                self._full = False
            finally:
                self._turn.release()
        return not self._full

    def _is_full(self) -> bool:
        try:
            with self._connection() as connection, connection.transaction():
                connection.execute(_SETTINGS)
                connection.execute(_PUT_ASIDE.encode())
        except errors.DiskFull:
            return True
        return False
