"""What is asked of SQLite while a page is made: every connection that is opened from here on is listened to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


class Statements:
    """The statements that were sent."""

    def __init__(self) -> None:
        self._sent: list[str] = []

    def connect(self, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = _CONNECT(*args, **kwargs)
        connection.set_trace_callback(self._sent.append)
        return connection

    def forget(self) -> None:
        self._sent.clear()

    def questions(self) -> list[str]:
        """Those that ask; what a page has to write down, such as who read a history, is not its choice, nor where the log then ends."""
        return [one for one in self._sent if one.lstrip()[:4].upper() in ("SELE", "WITH") and "FROM change_count" not in one]


_CONNECT = sqlite3.connect


@contextmanager
def listened_to() -> Iterator[Statements]:
    """Listen to whatever is opened within, for as long as it stays open."""
    statements = Statements()
    with patch.object(sqlite3, "connect", statements.connect), patch.object(sqlite3.dbapi2, "connect", statements.connect):
        yield statements
