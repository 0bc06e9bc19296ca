"""The store behind a simulation: in this process, or in one of its own that writes while the simulation goes on.

The history does not depend on which; a process of its own takes the writing, nearly half of the work, to another core.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from eventsourcing.persistence import StoredEvent
from msgspec.structs import astuple

from adapters.store.index.registry import ENTRIES
from adapters.store.log import EventLog
from adapters.store.mapper import RecordedMapper
from adapters.store.opening import open_store
from application.acting import Answer, Batch, IdempotencyKey
from application.index import Entry, Lookup
from application.ports import Beginning, Store
from domain.recorded import Recorded

T = TypeVar("T")

_KINDS: list[type[Entry]] = list(ENTRIES)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_PATIENCE = 600.0
"""Seconds in which the last is written and on the disk."""


class BackingStore(Store, Protocol):
    """A store that can be filled."""

    def fill(self, events: Sequence[Recorded], entries: Sequence[Entry]) -> None:
        """Append many acts at once, none of which needs a check; they are there before whatever is asked next."""
        ...

    def log_head(self) -> int:
        """The position of the last event."""
        ...

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        """Position and event behind a position, in order."""
        ...


class StoreLocation(NamedTuple):
    """Where a store is, as `open_store` takes it."""

    store: str
    vault: str | Path | None


class _WriteFailed(Exception):
    """What was to be filled in could not be written, so nothing that follows can be."""


class StoreProcess:
    """Fulfils `Behind` by asking another process, one question at a time; what it is filled with waits for no answer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._mapper = RecordedMapper()

    def load(self, stream: str) -> tuple[Recorded, ...]:
        recorded: tuple[Recorded, ...] = self._call("load", stream)
        return recorded

    def begin(self, key: IdempotencyKey | None) -> Beginning:
        began: Beginning = self._call("begin", key)
        return began

    def ask(self, lookup: Lookup[T]) -> T:
        answer: T = self._call("ask", lookup)
        return answer

    def append(self, batch: Batch) -> None:
        self._call("append", batch)

    def answer(self, key: IdempotencyKey) -> tuple[str, Answer] | None:
        raise LookupError("a simulation sends no keys")

    def saved_answer(self, command_id: str) -> Answer | None:
        answer: Answer | None = self._call("saved_answer", command_id)
        return answer

    def fill(self, events: Sequence[Recorded], entries: Sequence[Entry]) -> None:
        topic, state = self._mapper.topic, self._mapper.state
        rows = [(one.originator_id, one.originator_version, topic(one.event), state(one)) for one in events]
        self._send("fill", rows, [(_NUMBERS[type(entry)], *astuple(entry)) for entry in entries])

    def log_head(self) -> int:
        head: int = self._call("log_head")
        return head

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        recorded: list[tuple[int, Recorded]] = self._call("read_log", after, limit)
        return recorded

    def close(self) -> None:
        """Let the other process write down the rest and end."""
        self._call("close")

    def _call(self, name: str, *given: object) -> Any:
        self._send(name, *given)
        return self._receive()

    def _send(self, name: str, *given: object) -> None:
        try:
            self._connection.send_bytes(pickle.dumps((name, given), pickle.HIGHEST_PROTOCOL))
        except OSError:
            self._receive()  # why the other one is gone
            raise

    def _receive(self) -> Any:
        try:
            done, answer = pickle.loads(self._connection.recv_bytes())  # our own process at the other end
        except (EOFError, OSError):
            raise RuntimeError("the process that writes the store is gone") from None
        if not done:
            raise answer
        return answer


@contextmanager
def store_process(place: StoreLocation) -> Iterator[StoreProcess]:
    """The store at a place, filled by a process of its own; whatever it was filled with is on the disk at the end."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_write, args=(there, place), daemon=True)
    process.start()
    there.close()
    try:
        store = StoreProcess(here)
        yield store
        store.close()
    finally:
        here.close()
        process.join(_PATIENCE)


def _write(connection: Connection, place: StoreLocation) -> None:
    """The other process: do what it is told until it is told to close, or nobody is there any more."""
    with suppress(EOFError, KeyboardInterrupt, _WriteFailed):
        stores = open_store(*place)
        try:
            with stores.store.filling() as log:
                while _carry_out(connection, log):
                    pass
        finally:
            stores.close()
        connection.send_bytes(pickle.dumps((True, None)))


def _carry_out(connection: Connection, log: EventLog) -> bool:
    name, given = pickle.loads(connection.recv_bytes())
    if name == "close":
        return False
    try:
        if name == "fill":
            rows, entries = given
            log.fill_rows([StoredEvent(*row) for row in rows], [_KINDS[entry[0]](*entry[1:]) for entry in entries])
            return True
        answer = getattr(log, name)(*given)
    except Exception as why:
        connection.send_bytes(pickle.dumps((False, why)))
        if name == "fill":
            raise _WriteFailed from why
        return True
    connection.send_bytes(pickle.dumps((True, answer), pickle.HIGHEST_PROTOCOL))
    return True
