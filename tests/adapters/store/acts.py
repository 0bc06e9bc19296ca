"""Batches as an act would write them, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.store.log import EventLog
from adapters.system.ids import RandomIds
from application.acting import Answer, Batch, IdempotencyKey
from application.index import Entry, Lookup
from domain.events.listing import ListingTakenDown
from domain.recorded import Recorded

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DONE = Answer(200, b'{"done":true}')
new_id = RandomIds().new


def event(stream: str, version: int, listing: str = "listing", at: datetime = NOON, command: str = "command") -> Recorded:
    return Recorded(
        originator_id=stream,
        originator_version=version,
        id=new_id(),
        at=at,
        recorded_at=at,
        by="clock",
        command=command,
        event=ListingTakenDown(listing),
    )


def batch(
    head: int,
    *events: Recorded,
    entries: Sequence[Entry] = (),
    versions: dict[str, int] | None = None,
    lookups: dict[Lookup[Any], Any] | None = None,
    key: IdempotencyKey | None = None,
    answer: Answer | None = DONE,
    command: str | None = None,
) -> Batch:
    read = tuple((versions or {}).items()), tuple((lookups or {}).items())
    return Batch(command or new_id(), events, tuple(entries), head, *read, key, answer)


def append(store: EventLog, *events: Recorded, entries: Sequence[Entry] = (), **rest: Any) -> str:
    """Save at the store's present head; the command's id."""
    saved = batch(store.head(), *events, entries=entries, **rest)
    store.append(saved)
    return saved.command
