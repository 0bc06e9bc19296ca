"""A member's webhook: one URL, its secrets, what waits to be sent there; and the collector that fills the queue from the messages.

The URL and the secrets are sealed under the member's key, so that erasing the key ends the webhook. A webhook hears what happens
after it was made. All instants here are wall time.
"""

from __future__ import annotations

import base64
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import cast

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, func, select, update

from adapters.store.companions import SeenChanges, StoreRefused
from adapters.webhooks.queue import Queue, backlog, enqueue, requeue
from adapters.webhooks.schedule import SECRETS_OVERLAP
from adapters.webhooks.sending import Sender
from adapters.webhooks.tables import deliveries, feeds, prepare, turns, webhooks, writing
from application.ports import Sealer
from application.refusals import NotFound
from domain.events import Sealed
from domain.refusal import Refusal
from projections import messages
from projections.message import Message
from projections.message_texts import Language
from projections.reading import Page, Reading
from projections.runner import Views

_logger = logging.getLogger(__name__)

_PAGE = 500
_CURSOR = select(feeds.c.cursor, feeds.c.event_id).where(feeds.c.id == 1)
NAME = "webhooks"
"""What the log calls them."""
_SECRETS_KEPT = 4
_w = webhooks.c


class Secret(Struct, frozen=True):
    """A signing secret; `until` (wall time, exclusive) is set once it was replaced."""

    text: str
    until: float | None = None


class Target(Struct, frozen=True):
    """Where to send, and what to sign with: the newest secret first."""

    url: str
    secrets: tuple[Secret, ...]

    def live(self, now: float) -> list[str]:
        """The secrets that sign now."""
        return [secret.text for secret in self.secrets if secret.until is None or now < secret.until]


class Webhook(Struct, frozen=True, kw_only=True):
    """A member's webhook as it may be shown again and again: without its secret."""

    url: str
    created_at: datetime
    failing_since: datetime | None
    last_failure: str | None
    pending: int
    dead_letters: int
    disabled: bool
    language: Language


class MadeWebhook(Struct, frozen=True):
    """A webhook with its new secret, shown this once; `new` where the member had none."""

    webhook: Webhook
    secret: str
    new: bool


class Webhooks:
    """All members' webhooks."""

    def __init__(
        self,
        engine: Engine,
        views: Views,
        sealer: Sealer,
        sender: Sender | None = None,
        wall: Callable[[], float] = time.time,
        seen: SeenChanges | None = None,
        language: str = "en",
    ) -> None:
        """`language` is that of texts where a webhook names none; `seen` what the log knows of changes here, None where both are one.

        Raises StoreRefused.
        """
        self.engine, self.wall, self._seen = engine, wall, seen
        self.sender = sender or Sender()
        self.queue = Queue(engine, wall)
        self._views, self._sealer, self._language = views, sealer, language
        self._collected = -1
        prepare(engine)
        known = 0 if seen is None else seen.of(NAME)  # first: whoever writes meanwhile counts here before the log is told
        if (changes := self._changes()) < known:
            raise StoreRefused(f"the webhooks are older than the log (change {changes} of {known}): put back all of one backup")

    def put(self, member: str, url: str, language: Language | None = None) -> MadeWebhook:
        """Send the member's messages there from now on, in that language, under a new secret; a former one signs for another day.

        Raises Invalid; Refusal: destination_refused.
        """
        self.sender.accepts(url)
        now = self.wall()
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        with self._views.current() as reading, writing(self.engine) as connection:
            self._drain(connection, reading)
            former = self._target(connection, member)
            kept = tuple(Secret(one.text, one.until or now + SECRETS_OVERLAP) for one in former.secrets) if former else ()
            live = [one for one in kept if one.until is None or now < one.until][: _SECRETS_KEPT - 1]
            sealed = self._sealer.seal(member, msgspec.json.encode(Target(url, (Secret(secret), *live))).decode())
            values = {"sealed": sealed, "disabled": False, "failing_since": None, "last_failure": None, "language": language}
            if not connection.execute(update(webhooks).where(_w.member == member).values(values)).rowcount:
                connection.execute(webhooks.insert().values(member=member, created_at=now, **values))
            if connection.execute(select(turns.c.member).where(turns.c.member == member)).first() is None:
                connection.execute(turns.insert().values(member=member))
            made = self._shown(connection, member)
            _count(connection)
        self._note()
        assert made is not None
        return MadeWebhook(made, secret, former is None)

    def get(self, member: str) -> Webhook | None:
        """The member's webhook."""
        with self.engine.connect() as connection, connection.begin():
            return self._shown(connection, member)

    def delete(self, member: str) -> bool:
        """Send the member nothing more, and forget what was waiting; False where there was no webhook."""
        with writing(self.engine) as connection:
            dropped = _drop(connection, member)
            _count(connection)
        self._note()
        return dropped

    def _changes(self) -> int:
        with self.engine.connect() as connection:
            return connection.execute(select(feeds.c.changes).where(feeds.c.id == 1)).scalar() or 0

    def _note(self) -> None:
        """Let the log know: older webhooks beside it would go on telling who has asked to be told no more."""
        if self._seen is not None:
            self._seen.note(NAME, self._changes())

    def redeliver(self, member: str, since: str | datetime) -> int:
        """Send the member's messages again, in order, from a message's id or an instant on; wakes a disabled webhook too.

        Returns how many were queued. Raises NotFound for an id that is none of the member's messages; Refusal: nothing_to_deliver.
        """
        with self._views.current() as reading, writing(self.engine) as connection:
            if self._target(connection, member) is None:
                raise Refusal("nothing_to_deliver")
            self._drain(connection, reading)
            wanted = list(_from(_all_of(reading, member), since))
            if not wanted and isinstance(since, str):
                raise NotFound
            connection.execute(update(webhooks).where(_w.member == member).values(disabled=False))
            return requeue(connection, member, wanted, self.wall(), self._languages(connection)[member])

    def collect(self) -> None:
        """Queue what members with a webhook were told since the last time. Raises ViewsBehind."""
        head = self._views.log.log_head()
        if head == self._collected:
            return
        with self._views.current() as reading, writing(self.engine) as connection:
            self._drain(connection, reading)
        self._collected = head

    def target(self, member: str, sealed: str) -> Target | None:
        """Where to send, opened; None where the member's key was erased, and then the webhook is gone too."""
        opened = self._sealer.open(Sealed(sealed))
        if opened is None:
            self.delete(member)
            return None
        return msgspec.json.decode(opened, type=Target)

    def _drain(self, connection: Connection, reading: Reading) -> None:
        """Bring the queue up to the reading's state. The cursor's row is locked, so that one process collects at a time."""
        cursor = self._cursor(connection)
        languages = self._languages(connection)
        if not languages:  # nobody listens: whoever begins to, hears what comes from here on
            reached: str | None = messages.end(reading)
        else:
            reached = cursor
            for page in _pages(reading, cursor):
                mine = (message for message in page.items if message.member in languages)
                enqueue(connection, mine, self.wall(), languages)
                reached = page.next
        if reached != cursor:
            event_id = self._views.log.id_at(messages.position(reached))
            connection.execute(update(feeds).where(feeds.c.id == 1).values(cursor=reached, event_id=event_id))

    def _languages(self, connection: Connection) -> dict[str, Language]:
        """Who listens, each in which language."""
        rows = connection.execute(select(_w.member, _w.language)).all()
        return {member: cast("Language", language or self._language) for member, language in rows}

    def of_another_history(self) -> bool:
        """Whether the queue is of another history than the log's; nothing is done about it."""
        with self.engine.connect() as connection:
            return not self._belongs(*connection.execute(_CURSOR).one())

    def _belongs(self, cursor: str | None, event_id: str | None) -> bool:
        return event_id is None or self._views.log.id_at(messages.position(cursor)) in (event_id, "")

    def _cursor(self, connection: Connection) -> str | None:
        """How far the queue is. Of another history than the log's it is emptied, and everything is told again to who listens.

        Nobody knows what was told of this history, and a receiver knows each message by its id.
        """
        cursor, event_id = connection.execute(_CURSOR.with_for_update()).one()
        if self._belongs(cursor, event_id):
            return None if cursor is None else str(cursor)
        _logger.warning("the queue of webhooks is of another history than the log's and begins anew")
        connection.execute(delete(deliveries))
        return None

    def _target(self, connection: Connection, member: str) -> Target | None:
        sealed = connection.execute(select(_w.sealed).where(_w.member == member)).scalar()
        opened = None if sealed is None else self._sealer.open(Sealed(sealed))
        return None if opened is None else msgspec.json.decode(opened, type=Target)

    def _shown(self, connection: Connection, member: str) -> Webhook | None:
        target = self._target(connection, member)
        if target is None:
            return None
        standing = select(_w.created_at, _w.failing_since, _w.last_failure, _w.disabled, _w.language).where(_w.member == member)
        created_at, failing_since, last_failure, disabled, language = connection.execute(standing).one()
        waiting = backlog(connection, member)
        return Webhook(
            url=target.url,
            created_at=_instant(created_at),
            failing_since=None if failing_since is None else _instant(failing_since),
            last_failure=last_failure,
            pending=waiting.pending,
            dead_letters=waiting.dead,
            disabled=disabled,
            language=cast("Language", language or self._language),
        )


def _count(connection: Connection) -> None:
    changes = func.coalesce(feeds.c.changes, 0) + 1
    connection.execute(update(feeds).where(feeds.c.id == 1).values(changes=changes))


def _drop(connection: Connection, member: str) -> bool:
    connection.execute(delete(deliveries).where(deliveries.c.member == member))
    return connection.execute(delete(webhooks).where(_w.member == member)).rowcount > 0


def _pages(reading: Reading, cursor: str | None) -> Iterator[Page[Message]]:
    while True:
        page = messages.of_everybody(reading, _PAGE, cursor)
        cursor = page.next
        yield page
        if len(page.items) < _PAGE:
            return


def _all_of(reading: Reading, member: str) -> Iterator[Message]:
    cursor: str | None = None
    while True:
        page = messages.of_member(reading, member, _PAGE, cursor)
        cursor = page.next
        yield from page.items
        if len(page.items) < _PAGE:
            return


def _from(messages: Iterator[Message], since: str | datetime) -> Iterator[Message]:
    """The messages from one on, or those of an instant and later."""
    if isinstance(since, datetime):
        yield from (message for message in messages if message.at >= since)
        return
    for message in messages:
        if message.id == since:
            yield message
            yield from messages


def _instant(wall: float) -> datetime:
    return datetime.fromtimestamp(int(wall), UTC)
