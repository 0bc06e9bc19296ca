"""How far each member has read its messages: kept beside its identity, apart from the log, and erased with it (rule H6)."""

from __future__ import annotations

from adapters.store.engine import Database
from adapters.store.session import Session
from adapters.system.moment import once

READ_MARKS = "CREATE TABLE IF NOT EXISTS read_mark (member_id TEXT PRIMARY KEY, line BIGINT NOT NULL)"


class ReadMarks:
    """The last line of the messages that each member has read; 0 before it has read any."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, member_id: str) -> int:
        """The member's."""
        return once(("read mark", member_id), lambda: self._database.read(_read, member_id))

    def advance(self, member_id: str, line: int) -> None:
        """The member has read up to that line; what was read stays so."""
        known = "INSERT INTO read_mark (member_id, line) VALUES (?, ?) ON CONFLICT (member_id) DO UPDATE SET line = excluded.line"
        self._database.write(lambda s: s.run(f"{known} WHERE read_mark.line < excluded.line", (member_id, line)))


def _read(s: Session, member_id: str) -> int:
    row = s.row("SELECT line FROM read_mark WHERE member_id = ?", (member_id,))
    return 0 if row is None else int(row[0])
