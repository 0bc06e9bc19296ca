"""What cases should have written into other streams and what is recorded there, in a temporary file: memory stays bounded (rule G2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from application.companions import LedgerEntry
from domain.events import Happened
from domain.recorded import AnyEvent, Recorded
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef

_TABLES = """
CREATE TABLE entry (stream TEXT NOT NULL, complaint TEXT NOT NULL, place INTEGER NOT NULL, digest BLOB NOT NULL,
    written INTEGER NOT NULL, what BLOB NOT NULL);
CREATE TABLE differing (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_IN_ORDER = """SELECT * FROM entry
    WHERE stream NOT IN (SELECT name FROM differing) AND complaint NOT IN (SELECT name FROM differing) ORDER BY stream"""


class _Derived(NamedTuple):
    """A `Happened` as the file has it: with every event that it may be."""

    at: datetime
    event: AnyEvent
    by: str
    rules: RulebookRef | None = None
    calendar: CalendarRef | None = None


class FileLedger:
    """Fulfils `application.reconciling.Ledger`. The file has no name and is gone when it is closed, or the process ends."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.executescript(_TABLES)
        self._file.execute("BEGIN")
        self._encode = msgspec.json.Encoder().encode
        self._written, self._derived = msgspec.json.Decoder(Recorded).decode, msgspec.json.Decoder(_Derived).decode

    def put(self, one: LedgerEntry) -> None:
        row = (one.stream, one.complaint, one.place, one.digest, isinstance(one.what, Recorded), self._encode(one.what))
        self._file.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", row)

    def exclude(self, name: str) -> None:
        self._file.execute("INSERT OR IGNORE INTO differing VALUES (?)", (name,))

    def entries(self) -> Iterator[LedgerEntry]:
        """All entries in the order of their streams, without those of a case or a stream that is known to differ already."""
        for stream, complaint, place, digest, written, what in self._file.execute(_IN_ORDER):
            yield LedgerEntry(stream, complaint, place, digest, self._written(what) if written else Happened(*self._derived(what)))

    def close(self) -> None:
        """Forget all of it."""
        self._file.close()
