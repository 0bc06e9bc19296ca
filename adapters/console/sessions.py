"""Who is signed in: sessions are rows here, the browser holds nothing but a random name of one.

They live on wall time. A session ends when it is idle, when its token would have expired, when its person signs out here or
everywhere. The name is kept as a digest, so that who reads the table cannot sign in with it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Column, Connection, Engine, LargeBinary, MetaData, Table, Text, delete, insert, select, update

from adapters.identity.tokens import Caller

IDLE: Final = 30 * 60
"""Seconds without a request after which a session ends."""
LONGEST: Final = 12 * 60 * 60
"""Seconds after which it ends in any case."""
_SELDOM: Final = 30
"""A request is noted at most this often (seconds): reading a page writes nothing then."""

_meta = MetaData()
_sessions = Table(
    "console_sessions",
    _meta,
    Column("digest", Text, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("caller", LargeBinary, nullable=False),
    Column("form_token", Text, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
)


class ConsoleSession(Struct, frozen=True):
    """A signed-in person: on whose behalf pages are served, and what its forms have to carry."""

    caller: Caller
    form_token: str


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine, self._now = engine, now

    @staticmethod
    def create(connection: Connection) -> None:
        """Make the table where it is missing; one process at a time."""
        _meta.create_all(connection)

    def begin(self, caller: Caller, expires: float | None = None) -> str:
        """A new session's name, for the cookie. `expires` is when what it was begun with does, in seconds since 1970."""
        name, now = secrets.token_urlsafe(32), self._now()
        ends = min(now + LONGEST, now + LONGEST if expires is None else expires)
        row = {
            "digest": _digest(name),
            "subject": caller.subject,
            "caller": msgspec.json.encode(caller),
            "form_token": secrets.token_urlsafe(24),
            "seen": int(now),
            "ends": int(ends),
        }
        with self._engine.begin() as connection:
            connection.execute(delete(_sessions).where((_sessions.c.ends <= now) | (_sessions.c.seen <= now - IDLE)))
            connection.execute(insert(_sessions).values(row))
        return name

    def find(self, name: str | None) -> ConsoleSession | None:
        """The session of that name, while it lasts; looking at it keeps it from idling out."""
        if not name:
            return None
        now, digest = self._now(), _digest(name)
        with self._engine.connect() as connection:
            row = connection.execute(select(_sessions).where(_sessions.c.digest == digest)).one_or_none()
        if row is None or row.ends <= now or row.seen <= now - IDLE:
            return None
        if row.seen <= now - _SELDOM:
            with self._engine.begin() as connection:
                connection.execute(update(_sessions).where(_sessions.c.digest == digest).values(seen=int(now)))
        return ConsoleSession(msgspec.json.decode(row.caller, type=Caller), row.form_token)

    def end(self, name: str | None) -> None:
        """Sign out here."""
        if name:
            with self._engine.begin() as connection:
                connection.execute(delete(_sessions).where(_sessions.c.digest == _digest(name)))

    def end_all_of(self, subject: str) -> None:
        """Sign out everywhere."""
        with self._engine.begin() as connection:
            connection.execute(delete(_sessions).where(_sessions.c.subject == subject))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
