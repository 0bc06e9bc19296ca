"""A command and what one act of it writes: the words that the application and its adapters share."""

from __future__ import annotations

import uuid
from datetime import datetime
from hashlib import sha1
from typing import Any, NamedTuple

from msgspec import Struct

from application.index import Entry, Lookup
from domain.recorded import Recorded

_NAMESPACE = uuid.NAMESPACE_OID.bytes


class Conflict(Exception):
    """Another writer was first: nothing was saved, the command runs again."""


class Busy(Exception):
    """The command lost against other writers time and again; it may be sent again."""


class TooManyWaiting(Busy):
    """More commands wait to be saved than the queue has room for; it may be sent again."""


class Answer(Struct, frozen=True):
    """What the asker is told: an HTTP status and a body, kept under the idempotency key."""

    status: int
    body: bytes


class IdempotencyKey(NamedTuple):
    """A key as its sender gave it, scoped to subject and path, and the fingerprint of the content it was sent with."""

    scope: str
    key: str
    fingerprint: str


class Command(NamedTuple):
    """Who asks, under which name the command is known to the log, and the idempotency key if one was sent.

    `by` is an opaque member id, a staff id, or `clock`; `name` is the contract's name of the command.
    """

    name: str
    by: str
    key: IdempotencyKey | None = None


class Batch(NamedTuple):
    """All that one act writes, in one transaction: events, index entries, the answer to keep.

    `versions` and `lookups` are what the act has seen, to be compared again where the log's head is no longer `head`; an act
    that stands `alone` gives way to whatever else was saved meanwhile. `concerned` are the members whom the answer tells of.
    """

    command: str
    events: tuple[Recorded, ...]
    entries: tuple[Entry, ...]
    head: int
    versions: tuple[tuple[str, int], ...]
    lookups: tuple[tuple[Lookup[Any], Any], ...]
    key: IdempotencyKey | None
    answer: Answer | None
    alone: bool = False
    concerned: tuple[str, ...] = ()


class ClockDoubtful(Exception):
    """The clock runs ahead of what else tells the time: nothing is decided by it until it agrees again, or an operator confirms it."""


class ClockBehind(Exception):
    """The clock reads earlier than what is recorded already (rule T2); the next try counts from `instant`."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(instant)
        self.instant = instant


def stream_of(kind: str, name: str) -> str:
    """The id of the one stream of a kind that belongs to a name, e.g. a listing's or a case's attempts: their UUID of version 5."""
    # As `uuid.uuid5` has it, at a third of the price: a case's commands ask for it time and again.
    digest = bytearray(sha1(_NAMESPACE + f"{kind}/{name}".encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return digest.hex()
