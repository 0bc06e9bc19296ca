"""The queue of deliveries: at least once, in order for each subject, one at a time for each receiver."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from adapters.webhooks.payload import payload
from adapters.webhooks.schedule import LEASE, next_try
from adapters.webhooks.tables import deliveries, turns, webhooks, writing
from projections.message import Message
from projections.message_texts import Language

_CANDIDATES = 20
_d, _w, _t = deliveries.c, webhooks.c, turns.c


class Delivery(NamedTuple):
    """A delivery whose receiver this process has leased: what to send to whom, and how often it has failed."""

    seq: int
    member: str
    message: str
    body: bytes
    sealed: str
    lease: str


class Backlog(NamedTuple):
    """How many deliveries wait, and how many were given up."""

    pending: int
    dead: int


def enqueue(connection: Connection, messages: Iterable[Message], now: float, languages: Mapping[str, Language]) -> int:
    """Queue messages in their order, each in its reader's language; what is in the queue already stays where it is.

    Returns how many were added.
    """
    added = 0
    for message in messages:
        known = select(_d.seq).where(_d.member == message.member, _d.message == message.id)
        if connection.execute(known).first() is None:
            about = f"{message.about_kind}/{message.about}"
            body = payload(message, languages[message.member])
            row = {"member": message.member, "message": message.id, "about": about, "body": body, "due_at": now}
            connection.execute(insert(deliveries).values(**row))
            added += 1
    return added


def requeue(connection: Connection, member: str, messages: Iterable[Message], now: float, language: Language) -> int:
    """Queue messages anew, in their order, whatever became of them before."""
    wanted = list(messages)
    for message in wanted:
        connection.execute(delete(deliveries).where(_d.member == member, _d.message == message.id))
    return enqueue(connection, wanted, now, {member: language})


def backlog(connection: Connection, member: str) -> Backlog:
    """How much waits for a member, and how much was given up."""
    counting = select(func.count(), func.count().filter(_d.dead.is_(True))).where(_d.member == member)
    total, dead = connection.execute(counting).one()
    return Backlog(total - dead, dead)


class Queue:
    """The sender's side: lease, then say how it went. Many processes may do so at once."""

    def __init__(self, engine: Engine, wall: Callable[[], float]) -> None:
        self._engine, self._wall = engine, wall

    def claim(self) -> Delivery | None:
        """Lease the receiver that was sent to longest ago, and its delivery that is longest due; None where nothing is due."""
        now = self._wall()
        with self._engine.connect() as connection, connection.begin():
            members = connection.execute(_ready(now)).scalars().all()
        for member in members:
            with writing(self._engine) as connection:
                lease = _turn(connection, member, now)
                row = None if lease is None else connection.execute(_next(member, now)).first()
                if lease is not None and row is not None:
                    connection.execute(update(deliveries).where(_d.seq == row.seq).values(lease=lease))
                    return Delivery(row.seq, row.member, row.message, row.body, row.sealed, lease)
                if lease is not None:  # what was due was sent, or taken back, since the look
                    _free(connection, member, lease)
        return None

    def delivered(self, one: Delivery) -> None:
        """It arrived: the next one may go. What was queued anew meanwhile stays, for its lease is another."""
        with writing(self._engine) as connection:
            connection.execute(delete(deliveries).where(_d.seq == one.seq, _d.lease == one.lease))
            recovered = update(webhooks).where(_w.member == one.member, _w.failing_since.is_not(None))
            connection.execute(recovered.values(failing_since=None, last_failure=None))
            _free(connection, one.member, one.lease)

    def refused(self, one: Delivery, why: str, disable: bool = False) -> None:
        """The receiver answered that it does not want this one, or (`disable`) none any more."""
        with writing(self._engine) as connection:
            if _free(connection, one.member, one.lease):
                mine = select(_d.seq, _d.failed).where(_d.seq == one.seq, _d.lease == one.lease)
                self._failed(connection, one.member, mine, why, disable)

    def unanswered(self, one: Delivery, why: str) -> None:
        """Nobody answered: so it would have gone for all that is due there, and it counts for all of them.

        A receiver that is down costs one try for each step of the schedule, however much waits for it.
        """
        now = self._wall()
        with writing(self._engine) as connection:
            if _free(connection, one.member, one.lease):
                due = select(_d.seq, _d.failed).where(_d.member == one.member, _d.dead.is_(False), _d.due_at <= now)
                self._failed(connection, one.member, due, why)

    def _failed(self, connection: Connection, member: str, which: Select[Any], why: str, disable: bool = False) -> None:
        now = self._wall()
        for row in connection.execute(which).all():
            again = next_try(row.failed + 1, now)
            values = {"failed": row.failed + 1, "dead": again is None, "due_at": again or now, "lease": None}
            connection.execute(update(deliveries).where(_d.seq == row.seq).values(values))
        since = func.coalesce(_w.failing_since, now)
        standing = {"failing_since": since, "last_failure": why, **({"disabled": True} if disable else {})}
        connection.execute(update(webhooks).where(_w.member == member).values(standing))


def _turn(connection: Connection, member: str, now: float) -> str | None:
    """Lease a receiver, where nobody else sends to it: the condition is in the update, so one of several senders has it."""
    lease = secrets.token_hex(8)
    free = update(turns).where(_t.member == member, _t.leased_until <= now)
    taken = connection.execute(free.values(leased_until=now + LEASE, lease=lease, served_at=now)).rowcount
    return lease if taken else None


def _free(connection: Connection, member: str, lease: str) -> bool:
    """Let go of a receiver; False where the lease had run out and another sends to it."""
    mine = update(turns).where(_t.member == member, _t.lease == lease)
    return bool(connection.execute(mine.values(leased_until=0.0, lease=None)).rowcount)


def _ready(now: float) -> Select[Any]:
    """The receivers that something may be sent to now, whoever was sent to longest ago first: members are served in turn."""
    due = _sendable(now).where(_d.member == _t.member)
    return (
        select(_t.member)
        .join_from(turns, webhooks, _t.member == _w.member)
        .where(_t.leased_until <= now, _w.disabled.is_(False), due.exists())
        .order_by(_t.served_at, _t.member)
        .limit(_CANDIDATES)
    )


def _next(member: str, now: float) -> Select[Any]:
    """What is sent to a receiver next."""
    sealed = select(_w.sealed).where(_w.member == member, _w.disabled.is_(False)).scalar_subquery()
    columns = (_d.seq, _d.member, _d.message, _d.body, sealed.label("sealed"))
    return _sendable(now).with_only_columns(*columns).where(_d.member == member, sealed.is_not(None)).order_by(_d.due_at, _d.seq).limit(1)


def _sendable(now: float) -> Select[Any]:
    """What is due, and the oldest of its subject."""
    earlier = deliveries.alias("earlier")
    before = select(earlier.c.seq).where(
        earlier.c.member == _d.member, earlier.c.about == _d.about, earlier.c.dead.is_(False), earlier.c.seq < _d.seq
    )
    return select(_d.seq).where(_d.dead.is_(False), _d.due_at <= now, ~before.exists())
