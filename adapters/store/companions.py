"""Whether the files of a SQLite store that must not be older than the log are of one day with it: identities and webhooks.

The identities count their changes, and note the log's last event as of each; the log notes the count that it has seen. So identities
that were put back to an older state are behind the log's count, and a log that was put back lacks the event that they know: a member
that comes again would get another id, and one that was forgotten would be back. A database that holds both needs none of this.
Webhooks count alike, lest one that was deleted is heard again.
"""

from __future__ import annotations

from typing import Any

from adapters.store.engine import Database
from adapters.store.mapper import UNREADABLE, RecordedMapper
from adapters.store.session import Session

IDENTITIES = "identities"
IN_LOG = ("CREATE TABLE IF NOT EXISTS companion (name TEXT PRIMARY KEY, changes BIGINT NOT NULL)",)
"""The statements that make the log's half."""
IN_IDENTITIES = (
    """CREATE TABLE IF NOT EXISTS change_mark (
        id INTEGER PRIMARY KEY CHECK (id = 1), changes BIGINT NOT NULL, position BIGINT NOT NULL, event_id TEXT NOT NULL)""",
    "INSERT INTO change_mark (id, changes, position, event_id) VALUES (1, 0, 0, '') ON CONFLICT (id) DO NOTHING",
)
"""The statements that make the other half."""


class StoreRefused(Exception):
    """A store that is there and is not to be used as it is. The text is one line."""


class SeenChanges:
    """What the log has seen of the changes in a file beside it."""

    def __init__(self, log: Database) -> None:
        self._log = log

    def of(self, name: str) -> int:
        """How many changes that file must have at least."""
        return self._log.read(_seen, name)

    def note(self, name: str, changes: int) -> None:
        """They were committed there, and nothing in the log rests on them yet."""
        known = "INSERT INTO companion (name, changes) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET changes = excluded.changes"
        self._log.write(lambda s: s.run(f"{known} WHERE companion.changes < excluded.changes", (name, changes)))


class Companions:
    """The counts of log and identities."""

    def __init__(self, log: Database, identities: Database) -> None:
        self._log, self._identities = log, identities
        self._seen = SeenChanges(log)
        self._apart = log is not identities

    def change(self, s: Session) -> None:
        """Count a change, in its transaction in the identities."""
        if self._apart:
            position, event_id = self._log.read(_last_event, None)
            s.run("UPDATE change_mark SET changes = changes + 1, position = ?, event_id = ?", (position, event_id))

    def note(self) -> None:
        """Let the log know of it, when it is committed and before anything in the log rests on it."""
        if self._apart:
            changes, _, _ = self._identities.read(_mark, None)
            self._seen.note(IDENTITIES, changes)

    def check(self) -> None:
        """Raise StoreRefused where one of the two is older than the other.

        The log's count is read first: whoever writes meanwhile counts in the identities before the log is told.
        """
        seen = self._seen.of(IDENTITIES)
        changes, position, event_id = self._identities.read(_mark, None)
        if changes < seen:
            raise StoreRefused(f"the identities are older than the log (change {changes} of {seen}): put back both of one backup")
        if position and self._log.read(_id_at, position) not in (event_id, ""):
            raise StoreRefused(f"the log is older than the identities, or another one: it lacks event {event_id} at {position}")


def _seen(s: Session, name: str) -> int:
    row = s.row("SELECT changes FROM companion WHERE name = ?", (name,))
    return row[0] if row else 0


def _mark(s: Session, _: None) -> tuple[int, int, str]:
    row = s.row("SELECT changes, position, event_id FROM change_mark")
    return (row[0], row[1], row[2]) if row else (0, 0, "")


def _last_event(s: Session, _: None) -> tuple[int, str]:
    row = s.row("SELECT notification_id, state FROM stored_events WHERE notification_id > 0 ORDER BY notification_id DESC LIMIT 1")
    return (0, "") if row is None else (row[0], _id_in(row[1]))


def _id_at(s: Session, position: int) -> str | None:
    row = s.row("SELECT state FROM stored_events WHERE notification_id = ?", (position,))
    return None if row is None else _id_in(row[0])


def _id_in(state: Any) -> str:
    """Empty where the bytes tell none."""
    try:
        return _mapper.id_in(state)
    except UNREADABLE:
        return ""


_mapper = RecordedMapper()
