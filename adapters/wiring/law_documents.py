"""What an export carries beside the events: the rulebooks, the calendars, and what an event looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, cast

import msgspec

from adapters.evidence.export import Extras
from adapters.store.log import EventLog
from adapters.store.mapper import Unreadable
from application.index import Lookup
from application.law import published_law
from application.ports import Store
from domain.recorded import Recorded
from domain.rulebook import BUILT_IN, to_document

T = TypeVar("T")


class _Readable:
    """The store as the law is read from it, without the streams that cannot be read: those are told."""

    def __init__(self, store: EventLog, unreadable: list[str]) -> None:
        self._store, self._unreadable = store, unreadable

    def ask(self, lookup: Lookup[T]) -> T:
        return self._store.ask(lookup)

    def load(self, stream: str) -> tuple[Recorded, ...]:
        try:
            return self._store.load(stream)
        except Unreadable as why:
            self._unreadable.append(str(why))
            return ()


def documents(store: EventLog, unreadable: list[str]) -> Extras:
    """What a reader of the export needs beside the events: the rulebooks, the calendars, and what an event looks like.

    Which of the law cannot be read is added to `unreadable`; its events are in the export all the same.
    """
    rulebooks, years = published_law(cast(Store, _Readable(store, unreadable)))  # it asks and loads, no more
    calendars = [{"at": one.at, **_fields(one.year), "digest": one.year.digest} for one in years]
    return Extras([to_document(one) for one in _all(rulebooks)], calendars, msgspec.json.schema(Recorded))


def _all(published: list[Any]) -> Iterator[Any]:
    yield BUILT_IN
    yield from published


def _fields(year: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(year)
    return fields
